"""What a change does to what schools send: told from the pushes of the last days, routed anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from components.intake_world import OMGEVING, World
from database.impact import Recent, open_rejections, recent_inzendingen
from database.routing_tables import read_tables
from dossier.brin import Brin, Vestiging
from dossier.identifiers import KoppelingId, OmgevingId, OrganisatieId, SwvId
from dossier.reden import RedenCode
from dossier.timestamps import utc_now
from helpdesk.impact import (
    PERIOD,
    Impact,
    impact,
    of_change,
    touched,
    with_brins,
    with_koppeling,
    with_organisatie,
    without_koppeling,
)
from routing.tables import Koppeling, KoppelingStatus, Organisatie, Tables
from unit.conftest import MakeDossier

A, B = Brin("32DD"), Brin("17GU")
R = RedenCode
ES = Organisatie(
    organisatie_id=OrganisatieId("es"), swv_id=SwvId("swv-a"), naam="De Es", brin=A, vestiging=None
)
KOPPELING = Koppeling(
    koppeling_id=KoppelingId("k"),
    omgeving_id=OmgevingId("omg"),
    swv_id=SwvId("swv-a"),
    status=KoppelingStatus.ACTIEF,
    brins=frozenset({A}),
)
TABLES = Tables.build(1, [A, B], [ES], [KOPPELING])


def sent(*redenen: RedenCode, brin: str = "32DD", vestiging: str | None = None, times: int = 1) -> Recent:
    return Recent(
        omgeving_id=OmgevingId("omg"),
        brin=brin,
        vestiging=vestiging,
        redenen=frozenset(redenen),
        inzendingen=times,
    )


def test_what_only_routing_refused_would_pass_after_the_repair() -> None:
    off = with_koppeling(TABLES, replace(KOPPELING, status=KoppelingStatus.INACTIEF))
    assert impact([sent(R.KOPPELING_INACTIEF, times=12)], off, TABLES) == Impact(accepted=12)
    unset = with_organisatie(TABLES, replace(ES, brin=None))
    assert impact([sent(R.BRIN_NIET_INGESTELD)], unset, TABLES) == Impact(accepted=1)
    unlisted = with_brins(TABLES, {B})
    assert impact([sent(R.BRIN_ONBEKEND)], unlisted, TABLES) == Impact(accepted=1)


@pytest.mark.parametrize(
    "redenen",
    [
        (R.KOPPELING_INACTIEF, R.BIJLAGE_TE_GROOT),
        (R.KOPPELING_INACTIEF, R.LEERLING_ONVOLLEDIG),
        (R.BRIN_ONGELDIG,),  # of the vestiging: the BRIN alone would pass
    ],
)
def test_what_also_has_another_reden_would_be_refused_again(redenen: tuple[RedenCode, ...]) -> None:
    off = with_koppeling(TABLES, replace(KOPPELING, status=KoppelingStatus.INACTIEF))
    assert impact([sent(*redenen)], off, TABLES) == Impact()


def test_a_repair_of_one_of_two_causes_is_no_repair() -> None:
    nothing = Tables.build(1, [A], [], [])
    half = with_organisatie(nothing, ES)
    rows = [sent(R.KOPPELING_ONTBREEKT, R.BRIN_NIET_INGESTELD)]
    assert impact(rows, nothing, half) == Impact()
    assert impact(rows, half, with_koppeling(half, KOPPELING)) == Impact(accepted=1)


def test_schools_that_would_get_minus_one_are_counted_once_each() -> None:
    after = without_koppeling(TABLES, KOPPELING.koppeling_id)
    rows = [sent(times=7), sent(vestiging="32DD01"), sent(R.BIJLAGE_TE_GROOT)]
    told = impact(rows, TABLES, after)
    assert told == Impact(refused=frozenset({"32DD"}))
    assert told.sentences == [
        "1 school (32DD) die de afgelopen 30 dagen iets verstuurde zou dan dossiernummer -1 krijgen."
    ]


def test_a_second_organisatie_with_the_brin_shuts_the_first_out() -> None:
    double = with_organisatie(TABLES, replace(ES, organisatie_id=OrganisatieId("es2")))
    assert impact([sent()], TABLES, double) == Impact(refused=frozenset({"32DD"}))


def test_an_organisatie_of_one_vestiging_takes_its_pushes_from_the_other() -> None:
    own = replace(ES, organisatie_id=OrganisatieId("es-01"), vestiging=Vestiging("32DD01"))
    after = with_organisatie(TABLES, own)
    told = impact([sent(), sent(vestiging="32DD01")], TABLES, after)
    assert told == Impact(moved=frozenset({"32DD"}))
    assert told.sentences == [
        "1 school (32DD) die de afgelopen 30 dagen iets verstuurde zou "
        "voortaan bij een andere organisatie terechtkomen."
    ]


def test_the_sentences_say_how_many() -> None:
    assert Impact().sentences == []
    assert Impact(accepted=1).sentences[0].startswith("1 inzending van de afgelopen 30 dagen zou nu wel")
    assert Impact(accepted=12).sentences[0].startswith("12 inzendingen van de afgelopen 30 dagen zouden nu")
    many = frozenset(f"{n}AA" for n in range(10, 23))
    [sentence] = Impact(refused=many).sentences
    assert sentence.startswith("13 scholen (10AA, 11AA")
    assert "en andere" in sentence


def test_only_the_brins_of_what_differs_are_touched() -> None:
    assert touched(TABLES, TABLES) == frozenset()
    assert touched(TABLES, with_organisatie(TABLES, replace(ES, brin=B))) == {A, B}
    assert touched(TABLES, with_organisatie(TABLES, replace(ES, naam="Anders"))) == {A}
    assert touched(TABLES, with_koppeling(TABLES, replace(KOPPELING, brins=frozenset({A, B})))) == {A, B}
    assert touched(TABLES, without_koppeling(TABLES, KOPPELING.koppeling_id)) == {A}
    assert touched(TABLES, with_brins(TABLES, {A})) == {B}


async def test_the_pushes_of_the_period_are_counted_with_their_redenen(
    world: World, make_dossier: MakeDossier
) -> None:
    await world.number(make_dossier())
    await world.codes(make_dossier(hulpvraag_id="hv-2", achternaam=""))
    await world.codes(make_dossier(brin="17GU"))
    now = utc_now()

    def recent(brins: set[Brin]) -> set[tuple[str, frozenset[RedenCode], int]]:
        rows: list[Recent] = world.read(recent_inzendingen, now - PERIOD, brins)
        return {(row.brin, row.redenen, row.inzendingen) for row in rows}

    assert recent({A}) == {
        ("32DD", frozenset(), 1),
        ("32DD", frozenset({R.LEERLING_ONVOLLEDIG}), 1),
    }
    others = {Brin(f"{n:02d}{c}{d}") for n in range(3) for c in "ABCDEFGHIJ" for d in "ABCDEFGHIJ"}
    assert recent({A, *others}) == recent({A})  # more than are asked for by name
    assert len(recent({A, B})) == 3
    assert world.read(recent_inzendingen, now + timedelta(minutes=1), {A}) == []


async def test_a_change_is_judged_by_what_was_really_sent(world: World, make_dossier: MakeDossier) -> None:
    before = world.read(read_tables)
    await world.number(make_dossier())
    after = without_koppeling(before, KoppelingId("k-es"))
    assert world.read(of_change, before, after, utc_now()) == Impact(refused=frozenset({"32DD"}))
    assert world.read(of_change, before, before, utc_now()) == Impact()


async def test_only_the_last_word_on_a_hulpvraag_is_open(world: World, make_dossier: MakeDossier) -> None:
    refused = make_dossier(hulpvraag_id="hv-refused", brin="17GU")
    for _ in range(3):
        await world.codes(refused)
    await world.codes(make_dossier(hulpvraag_id="hv-mended", achternaam=""))
    await world.number(make_dossier(hulpvraag_id="hv-mended"))
    await world.codes(make_dossier(hulpvraag_id="hv-other"), omgeving=OmgevingId("omg-x"))

    found = world.read(open_rejections, utc_now() - PERIOD)

    assert [(o.record.hulpvraag_id, o.record.omgeving_id) for o in found] == [
        ("hv-refused", OMGEVING),
        ("hv-other", "omg-x"),
    ]
    assert {reden.code for reden in found[0].redenen} == {R.BRIN_ONBEKEND, R.KOPPELING_ONJUIST}
    assert world.read(open_rejections, utc_now() + timedelta(minutes=1)) == []
    assert world.read(open_rejections, utc_now() - PERIOD, {R.KOPPELING_ONJUIST}) == found[1:]
    assert world.read(open_rejections, utc_now() - PERIOD, {R.LEERLING_ONVOLLEDIG}) == found
