"""May it in, and where to: the redenen of the dossier itself come first, then those of the settings."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date

import pytest

from dossier.brin import Brin
from dossier.dossier import Dossier
from dossier.identifiers import KoppelingId, OmgevingId, OrganisatieId, SwvId
from dossier.reden import Reden
from dossier.verdict import Route, RouteRule
from gateway.judge import judge
from routing.tables import Koppeling, KoppelingStatus, Organisatie, Tables
from validators.limits import Limits

MakeDossier = Callable[..., Dossier]
OMGEVING, BRIN = OmgevingId("omg"), Brin("32DD")
TODAY = date(2026, 9, 1)
TABLES = Tables.build(
    version=1,
    brins=[BRIN],
    organisaties=[
        Organisatie(
            organisatie_id=OrganisatieId("es"), swv_id=SwvId("swv"), naam="De Es", brin=BRIN, vestiging=None
        )
    ],
    koppelingen=[
        Koppeling(
            koppeling_id=KoppelingId("k"),
            omgeving_id=OMGEVING,
            swv_id=SwvId("swv"),
            status=KoppelingStatus.ACTIEF,
            brins=frozenset({BRIN}),
        )
    ],
)


def judged(
    dossier: Dossier, omgeving: OmgevingId = OMGEVING, today: date = TODAY
) -> Route | tuple[Reden, ...]:
    return judge(dossier, omgeving, TABLES, Limits(), today, lambda: 0.0).outcome


def test_a_dossier_with_nothing_against_it_gets_its_route(make_dossier: MakeDossier) -> None:
    assert judged(make_dossier()) == Route(
        koppeling_id=KoppelingId("k"),
        swv_id=SwvId("swv"),
        organisatie_id=OrganisatieId("es"),
        brin=BRIN,
        vestiging=None,
        rule=RouteRule.BRIN,
    )


@pytest.mark.parametrize(
    ("fields", "omgeving", "codes"),
    [
        ({"achternaam": ""}, "omg", ["LEERLING_ONVOLLEDIG"]),
        ({"brin": "99ZZ"}, "omg", ["BRIN_ONBEKEND", "KOPPELING_ONJUIST"]),
        ({}, "other", ["KOPPELING_ONTBREEKT"]),
        (
            {"achternaam": "", "geboortedatum": "", "brin": "?"},
            "other",
            ["LEERLING_ONVOLLEDIG", "LEERLING_ONVOLLEDIG", "BRIN_ONGELDIG", "KOPPELING_ONTBREEKT"],
        ),
    ],
)
def test_a_dossier_with_something_against_it_gets_every_reden_at_once(
    make_dossier: MakeDossier, fields: dict[str, str], omgeving: str, codes: list[str]
) -> None:
    outcome = judged(make_dossier(**fields), OmgevingId(omgeving))

    assert isinstance(outcome, tuple)
    assert [reden.code.value for reden in outcome] == codes


def test_the_day_is_the_callers(make_dossier: MakeDossier) -> None:
    dossier = make_dossier(geboortedatum="2026-10-01")

    assert isinstance(judged(dossier), tuple)
    assert isinstance(judged(dossier, today=date(2026, 10, 1)), Route)


def test_it_tells_by_the_callers_clock_what_each_part_took(make_dossier: MakeDossier) -> None:
    moments = itertools.accumulate([100.0, 2.0, 0.5])

    judgement = judge(make_dossier(), OMGEVING, TABLES, Limits(), TODAY, lambda: next(moments))

    assert (judgement.validate_seconds, judgement.route_seconds) == (2.0, 0.5)
