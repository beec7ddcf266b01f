"""Whom the identity provider vouches for, here: role and SWV from the claims, or nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from database.audit import list_audit
from database.engine import reading
from helpdesk.oidc_people import admit
from helpdesk.roles import Role
from web.oidc import Identity
from web.oidc_provider import OidcSettings
from web.oidc_refusals import OidcFout, OidcRefused
from web.person import Who

from .conftest import Do

SETTINGS = OidcSettings(issuer="https://idp.example", client_id="gateway", client_secret="se:cret/1")

ADMITTED: dict[str, tuple[dict[str, Any], tuple[Role, str | None] | OidcFout]] = {
    "helpdesk": ({"kindkans_rol": "helpdesk"}, (Role.HELPDESK, None)),
    "beheerder": ({"kindkans_rol": ["beheerder", "iets van een ander"]}, (Role.BEHEERDER, None)),
    "auditor of all": ({"kindkans_rol": "auditor"}, (Role.AUDITOR, None)),
    "auditor of one": ({"kindkans_rol": "auditor", "kindkans_swv": "s1"}, (Role.AUDITOR, "s1")),
    "applicatiebeheerder": (
        {"kindkans_rol": "applicatiebeheerder", "kindkans_swv": ["s2"]},
        (Role.APPLICATIEBEHEERDER, "s2"),
    ),
    "of no SWV": ({"kindkans_rol": "applicatiebeheerder"}, OidcFout.SWV_NODIG),
    "of an empty SWV": ({"kindkans_rol": "applicatiebeheerder", "kindkans_swv": ""}, OidcFout.SWV_NODIG),
    "of an unknown SWV": (
        {"kindkans_rol": "applicatiebeheerder", "kindkans_swv": "s9"},
        OidcFout.SWV_ONBEKEND,
    ),
    "of two SWVs": (
        {"kindkans_rol": "applicatiebeheerder", "kindkans_swv": ["s1", "s2"]},
        OidcFout.SWV_ONBEKEND,
    ),
    "auditor of a strange SWV": (
        {"kindkans_rol": "auditor", "kindkans_swv": {"id": "s1"}},
        OidcFout.SWV_ONBEKEND,
    ),
    "helpdesk of a SWV": ({"kindkans_rol": "helpdesk", "kindkans_swv": "s1"}, OidcFout.SWV_TEVEEL),
    "no role": ({}, OidcFout.ROL_ONBEKEND),
    "another's role": ({"kindkans_rol": "directeur"}, OidcFout.ROL_ONBEKEND),
    "nearly a role": ({"kindkans_rol": "Beheerder"}, OidcFout.ROL_ONBEKEND),
    "two roles": ({"kindkans_rol": ["helpdesk", "beheerder"]}, OidcFout.ROL_ONBEKEND),
    "no text": ({"kindkans_rol": {"beheerder": True}}, OidcFout.ROL_ONBEKEND),
}


@pytest.mark.parametrize(("claims", "expected"), ADMITTED.values(), ids=ADMITTED.keys())
def test_role_and_swv_follow_from_the_claims_or_nobody_is_let_in(
    do: Do, engine: Engine, claims: dict[str, Any], expected: tuple[Role, str | None] | OidcFout
) -> None:
    identity = Identity(subject="u1", naam="Bert", claims=claims, naar="/")
    result = do(admit, SETTINGS, identity)
    with reading(engine) as connection:
        [row] = list_audit(connection, 9)
    if isinstance(expected, OidcFout):
        assert result == OidcRefused(expected)
        assert (row.actor, row.action, row.subject) == ("onbekend", "login_failed", "oidc:u1")
    else:
        assert result == Who(actor="oidc:u1", naam="Bert", rol=expected[0].value, swv_id=expected[1])
        assert (row.actor, row.action) == ("oidc:u1", "login")


def test_other_claims_can_be_named(do: Do) -> None:
    settings = replace(SETTINGS, role_claim="groups", swv_claim="tenant")
    identity = Identity(subject="u", naam="", claims={"groups": ["auditor"], "tenant": "s2"}, naar="/")
    assert do(admit, settings, identity).swv_id == "s2"
