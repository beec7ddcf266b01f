"""Who an identity is here: role and SWV from its claims. Deny by default; a refusal is in the audit too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from database.audit import write_audit
from database.organisaties import list_swvs
from dossier.identifiers import SwvId
from helpdesk.roles import Person, Role
from web.oidc import Identity
from web.oidc_provider import OidcSettings
from web.oidc_refusals import OidcFout, OidcRefused
from web.person import Who

_OF_ALL = (Role.HELPDESK, Role.BEHEERDER)


def admit(connection: Connection, settings: OidcSettings, identity: Identity) -> Who | OidcRefused:
    """Writes the audit; start a session with whom it returns."""
    actor = f"oidc:{identity.subject}"
    found = _role_and_swv(connection, settings, identity.claims)
    if isinstance(found, OidcFout):
        write_audit(connection, actor="onbekend", action="login_failed", subject=actor, detail=found.value)
        return OidcRefused(found)
    role, swv_id = found
    write_audit(connection, actor=actor, action="login", subject=actor, detail=f"{role} swv={swv_id or '-'}")
    return Person(actor=actor, naam=identity.naam, role=role, swv_id=swv_id).who


def _role_and_swv(
    connection: Connection, settings: OidcSettings, claims: Mapping[str, Any]
) -> tuple[Role, SwvId | None] | OidcFout:
    roles = [Role(text) for text in _texts(claims.get(settings.role_claim)) if text in set(Role)]
    if len(set(roles)) != 1:  # of two we do not choose the larger one
        return OidcFout.ROL_ONBEKEND
    [role] = set(roles)
    named = _texts(claims.get(settings.swv_claim))
    if role in _OF_ALL:
        return OidcFout.SWV_TEVEEL if named else (role, None)
    if not named:
        return (role, None) if role is Role.AUDITOR else OidcFout.SWV_NODIG
    if len(named) > 1 or named[0] not in {swv.swv_id for swv in list_swvs(connection)}:
        return OidcFout.SWV_ONBEKEND
    return role, SwvId(named[0])


def _texts(value: object) -> list[str]:
    """One text, or a list of them. What is neither is not passed over: it is no text that we know."""
    if value is None or value == "":
        return []
    values = value if isinstance(value, list) else [value]
    return [v if isinstance(v, str) else "?" for v in values]
