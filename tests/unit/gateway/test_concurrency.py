"""Many at once, on one gateway, on two, and over a restart: one number, one event, one set of bijlagen."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from dossier.dossier import Dossier
from dossier.errors import BerichtConflict, Unavailable
from dossier.identifiers import new_inzending_id
from dossier.verdict import Accepted, Soort

MakeDossier = Callable[..., Dossier]


def one_of_everything(world: Any) -> None:
    assert [world.count(table) for table in ("dossier", "outbox", "outbox_payload")] == [1, 1, 1]
    [(kept,)] = world.rows("SELECT event_id FROM outbox")
    assert world.stored() == {kept}


async def test_fifty_copies_at_once_get_one_number_and_leave_one_push(
    world: Any, make_dossier: MakeDossier
) -> None:
    dossier = make_dossier()
    verdicts = await asyncio.gather(*(world.push(dossier, b"inhoud") for _ in range(50)))

    assert {v.dossiernummer for v in verdicts} == {1}
    assert Counter(v.soort for v in verdicts) == {Soort.NIEUW: 1, Soort.HERHALING: 49}
    assert world.count("inzending") == 1
    one_of_everything(world)
    assert world.left_behind == []


async def test_fifty_double_entries_at_once_get_one_number(world: Any, make_dossier: MakeDossier) -> None:
    verdicts = await asyncio.gather(*(world.push(make_dossier(), b"inhoud") for _ in range(50)))

    assert {v.dossiernummer for v in verdicts} == {1}
    assert Counter(v.soort for v in verdicts) == {Soort.NIEUW: 1, Soort.DUBBEL: 49}
    assert world.count("inzending") == 50
    one_of_everything(world)


async def test_two_gateways_on_one_database_agree(world: Any, make_dossier: MakeDossier) -> None:
    other = world.start()
    dossiers = [make_dossier(hulpvraag_id=f"hv-{n}") for n in range(10)]
    pushes = [(d, intake) for d in dossiers for intake in (world.intake, other) * 3]
    verdicts = await asyncio.gather(*(world.push(d, b"inhoud", intake=intake) for d, intake in pushes))

    numbers: dict[str, set[int]] = {}
    for (dossier, _), verdict in zip(pushes, verdicts, strict=True):
        numbers.setdefault(dossier.bericht_id, set()).add(verdict.dossiernummer)
    given = [n for found in numbers.values() for n in found]
    assert len(given) == len(set(given)) == 10  # who lost a race on PostgreSQL leaves a gap
    assert Counter(v.soort for v in verdicts) == {Soort.NIEUW: 10, Soort.HERHALING: 50}
    assert (world.count("outbox"), len(world.stored())) == (10, 10)


async def test_versions_that_come_at_once_get_each_a_version_of_their_own(
    world: Any, make_dossier: MakeDossier
) -> None:
    other = world.start()
    pushes = [
        world.push(make_dossier(omschrijving=f"versie {n}"), intake=intake)
        for n, intake in enumerate((world.intake, other) * 10)
    ]
    verdicts = await asyncio.gather(*pushes)

    assert {v.dossiernummer for v in verdicts} == {1}
    assert sorted(v.versie for v in verdicts) == list(range(1, 21))
    assert world.rows("SELECT versie FROM outbox ORDER BY versie") == [(n,) for n in range(1, 21)]


async def test_of_two_contents_under_one_berichtid_at_once_one_is_accepted_and_the_rest_conflict(
    world: Any, make_dossier: MakeDossier
) -> None:
    bericht = make_dossier().bericht_id
    pushes = [
        world.push(make_dossier(bericht_id=bericht, omschrijving=text), text.encode())
        for text in ("een", "twee") * 10
    ]
    outcomes = await asyncio.gather(*pushes, return_exceptions=True)

    accepted = [o for o in outcomes if isinstance(o, Accepted)]
    assert {o.dossiernummer for o in accepted} == {1}
    assert len(accepted) == sum(isinstance(o, BerichtConflict) for o in outcomes) == 10
    one_of_everything(world)


async def test_numbers_outlive_a_restart(world: Any, make_dossier: MakeDossier) -> None:
    dossiers = [make_dossier(hulpvraag_id=f"hv-{n}") for n in range(5)]
    before = await asyncio.gather(*(world.number(d, b"inhoud") for d in dossiers))
    world.restart()
    after = await asyncio.gather(*(world.number(d, b"inhoud") for d in dossiers * 10))
    new = await world.number(make_dossier(hulpvraag_id="hv-new"))

    assert after == before * 10
    assert new == 6
    assert (world.count("outbox"), len(world.stored())) == (6, 5)


async def test_what_waits_when_the_gateway_stops_is_finished_and_answered(
    world: Any, make_dossier: MakeDossier
) -> None:
    dossiers = [make_dossier(hulpvraag_id=f"hv-{n}") for n in range(30)]
    tasks = [asyncio.create_task(world.number(d)) for d in dossiers]
    await asyncio.sleep(0)
    await asyncio.to_thread(world.stop)
    numbers = await asyncio.gather(*tasks)

    assert sorted(numbers) == list(range(1, 31))
    assert world.count("outbox") == 30


async def test_good_and_bad_pushes_in_one_group_do_not_hurt_each_other(
    world: Any, make_dossier: MakeDossier
) -> None:
    good = [make_dossier(hulpvraag_id=f"hv-{n}") for n in range(10)]
    bad = [make_dossier(hulpvraag_id=f"x-{n}", brin="99ZZ") for n in range(10)]
    broken = [make_dossier(hulpvraag_id=f"y-{n}", achternaam="\ud800") for n in range(3)]
    pushes = [world.push(d) for trio in zip(good, bad, strict=True) for d in trio] + [
        world.push(d) for d in broken
    ]
    outcomes = await asyncio.gather(*pushes, return_exceptions=True)

    kinds = Counter(type(o).__name__ for o in outcomes)
    assert kinds == {"Accepted": 10, "Refused": 10, "UnicodeEncodeError": 3}
    assert world.count("dossier") == 10


async def test_settings_that_change_between_two_pushes_hold_at_once_on_every_gateway(
    world: Any, make_dossier: MakeDossier
) -> None:
    other = world.start()
    number = 0
    for on in (True, False, True, False):
        world.organisatie("es", "swv-a", "32DD" if on else None)
        for intake in (world.intake, other):
            number += 1
            dossier = make_dossier(hulpvraag_id=f"hv-{number}")
            if on:
                await world.number(dossier, intake=intake)
            else:
                assert await world.codes(dossier, intake=intake) == ["BRIN_NIET_INGESTELD"]


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_a_full_disk_under_the_database_is_unknown_and_the_repeat_is_right(
    world: Any, make_dossier: MakeDossier
) -> None:
    [committer] = world._running
    await world.number(make_dossier(hulpvraag_id="before"))
    with committer._engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    committer._engine.dispose()

    def fill(dbapi: sqlite3.Connection, _record: object) -> None:
        dbapi.execute(f"PRAGMA max_page_count={pages}")  # SQLite's own "disk is full"

    event.listen(committer._engine, "connect", fill)
    dossier, inzending_id = make_dossier(omschrijving="x" * 100_000), new_inzending_id()
    with pytest.raises(Unavailable):
        await world.push(dossier, b"inhoud", inzending_id=inzending_id)
    assert world.stored() == {inzending_id}

    event.remove(committer._engine, "connect", fill)
    committer._engine.dispose()
    assert await world.number(dossier, b"inhoud") == 2
