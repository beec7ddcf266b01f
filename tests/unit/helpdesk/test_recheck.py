"""What the answer would be now, of records that real pushes left and real repairs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.intake_world import OMGEVING, World
from database.inzendingen import InzendingRecord, bijlagen_of, redenen_of
from database.routing_tables import read_tables
from database.search import search
from dossier.dossier import Bijlage
from dossier.identifiers import KoppelingId
from dossier.reden import RedenCode
from dossier.verdict import Refused
from helpdesk import actions
from helpdesk.recheck import Outcome, recheck
from routing.tables import KoppelingStatus
from unit.conftest import build_bijlage, build_dossier
from validators.limits import Limits


async def rejected(world: World, *bijlagen: Bijlage, **fields: str) -> InzendingRecord:
    assert isinstance(await world.push(build_dossier(bijlagen=bijlagen, **fields)), Refused)
    (found,) = world.read(lambda c: search(c, limit=1).rows)
    record: InzendingRecord = found.record
    return record


def again(world: World, record: InzendingRecord, limits: Limits | None = None) -> Outcome:
    return recheck(
        record,
        world.read(bijlagen_of, record.inzending_id),
        world.read(redenen_of, record.inzending_id),
        world.read(read_tables),
        limits or Limits(),
    )


def codes(outcome: Outcome) -> dict[str, list[str]]:
    parts = ("solved", "remains", "new", "unknown")
    return {part: [r.code.value for r in getattr(outcome, part)] for part in parts if getattr(outcome, part)}


async def test_a_brin_that_was_set_meanwhile_is_solved_and_the_school_can_send_again(world: World) -> None:
    world.organisatie("es", "swv-a", None)
    record = await rejected(world)
    assert codes(again(world, record)) == {"remains": ["BRIN_NIET_INGESTELD"]}

    world.organisatie("es", "swv-a", "32DD")
    outcome = again(world, record)
    assert codes(outcome) == {"solved": ["BRIN_NIET_INGESTELD"]}
    assert outcome.accepted
    assert outcome.route is not None
    assert outcome.route.organisatie_id == "es"
    await world.number(build_dossier())  # and it is so


async def test_a_repair_of_one_reden_leaves_the_others(world: World) -> None:
    world.koppeling("k-es", OMGEVING, "swv-a", "32DD", status=KoppelingStatus.INACTIEF)
    world.organisatie("es", "swv-a", None)
    record = await rejected(world)
    world.organisatie("es", "swv-a", "32DD")
    outcome = again(world, record)
    assert codes(outcome) == {"solved": ["BRIN_NIET_INGESTELD"], "remains": ["KOPPELING_INACTIEF"]}
    assert not outcome.accepted
    assert not outcome.only_school


async def test_a_reden_that_was_hidden_by_another_is_new(world: World) -> None:
    """A BRIN that is not in the list cannot have been set: that comes out once it is in the list."""
    world.koppeling("k-es", OMGEVING, "swv-a", "32DD", "99ZZ")
    record = await rejected(world, brin="99ZZ")
    assert codes(again(world, record)) == {"remains": ["BRIN_ONBEKEND"]}
    world.list_school("99ZZ00")
    assert codes(again(world, record)) == {"solved": ["BRIN_ONBEKEND"], "new": ["BRIN_NIET_INGESTELD"]}


async def test_sizes_and_lengths_are_held_against_the_limits_of_now(world: World) -> None:
    large = build_bijlage(1, size_bytes=6_000_000)
    long = build_bijlage(2, naam="é" * 101)
    empty = build_bijlage(3, content=b"")
    record = await rejected(world, large, long, empty)
    outcome = again(world, record)
    assert codes(outcome) == {
        "remains": ["BIJLAGE_TE_GROOT", "BIJLAGE_NAAM_TE_LANG", "BIJLAGE_ZONDER_BESTAND"]
    }
    assert outcome.only_school
    wider = replace(Limits(), bijlage_bytes=7_000_000, bijlage_naam_characters=200)
    assert codes(again(world, record, wider)) == {
        "solved": ["BIJLAGE_TE_GROOT", "BIJLAGE_NAAM_TE_LANG"],
        "remains": ["BIJLAGE_ZONDER_BESTAND"],
    }
    narrower = replace(Limits(), bijlagen=2)
    assert codes(again(world, record, narrower))["new"] == ["TE_VEEL_BIJLAGEN"]


async def test_what_only_the_content_tells_stays_and_is_marked(world: World) -> None:
    program = build_bijlage(1, content_type="application/x-dosexec")
    slash = build_bijlage(2, naam="a/b.pdf")
    outcome = again(world, await rejected(world, program, slash, achternaam=""))
    assert codes(outcome) == {
        "unknown": ["LEERLING_ONVOLLEDIG", "BIJLAGE_TYPE_NIET_TOEGESTAAN", "BIJLAGE_NAAM_ONGELDIG"]
    }
    assert not outcome.accepted
    assert outcome.only_school


@pytest.mark.parametrize(("brin", "vestiging"), [("geen", ""), ("32DD", "!!")])
async def test_what_was_no_brin_or_vestiging_is_none_now(world: World, brin: str, vestiging: str) -> None:
    outcome = again(world, await rejected(world, brin=brin, vestiging=vestiging))
    assert codes(outcome) == {"remains": ["BRIN_ONGELDIG"]}


async def test_a_vestiging_counts_also_where_only_the_reden_names_it(world: World) -> None:
    world.organisatie("es", "swv-a", None)
    record = await rejected(world, vestiging="01")
    assert record.vestiging == "32DD01"
    world.organisatie("es", "swv-a", "32DD")
    assert again(world, record).accepted
    old = replace(record, vestiging=None)  # of before there was the column
    outcome = again(world, old)
    assert outcome.route is not None
    assert str(outcome.route.vestiging) == "32DD01"


async def test_a_koppeling_that_was_taken_away_since_is_new(world: World) -> None:
    record = await rejected(world, achternaam="")
    world.change(actions.remove_koppeling, KoppelingId("k-es"))
    outcome = again(world, record)
    assert codes(outcome) == {"new": ["KOPPELING_ONTBREEKT"], "unknown": ["LEERLING_ONVOLLEDIG"]}
    assert not outcome.only_school
    assert RedenCode.KOPPELING_ONTBREEKT in {reden.code for reden in outcome.new}
