"""Events that are taken together leave what they would have left one by one."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from components.statements import record_statements
from database.committer import Committer
from database.engine import reading
from dossier.correction import Correction, Place
from dossier.errors import PoisonEvent
from dossier.identifiers import Dossiernummer, InzendingId, OrganisatieId, SwvId
from dossier.timestamps import from_ms
from kindkans.copying import Copied
from kindkans.failures import count_failure
from kindkans.statements import apply_correction, find_held, receive

Work = Callable[[Connection], Any]
_TABLES = {
    "dossier": "swv_id, organisatie_id, huidige_versie",
    "versie": "versie, substr(event_id, 1, 1)",
    "herkomst": "hulpvraag_id, brin",
    "bijlage": "versie, positie, sha256",
    "verplaatsing": "versie, naar_organisatie_id",
}
_ORDERS = list(itertools.permutations(range(7)))[::131]  # 39 of 5,040, each place taken by each


async def _together(engine: Engine, works: Sequence[Work]) -> list[Any]:
    """As one group of a committer."""
    groups: list[int] = []
    committer = Committer(engine, on_group=groups.append)
    waiting = [asyncio.create_task(committer.transact(work)) for work in works]
    await asyncio.sleep(0)
    committer.start()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    await asyncio.to_thread(committer.stop)
    assert groups == [len(works)]
    return [_plain(one) for one in found]


def _one_by_one(store: Any, works: Sequence[Work]) -> list[Any]:
    found: list[Any] = []
    for work in works:
        try:
            found.append(store.do(work))
        except PoisonEvent as exc:
            found.append(exc)
    return [_plain(one) for one in found]


def _plain(result: Any) -> Any:
    """Without what differs between two dossiers."""
    if isinstance(result, PoisonEvent):
        return result.code
    return result if isinstance(result, int) else type(result)


def _left(engine: Engine, number: int) -> dict[str, list[Any]]:
    with reading(engine) as connection:
        return {
            table: sorted(
                tuple(row)
                for row in connection.exec_driver_sql(
                    f"SELECT {columns} FROM {table} WHERE dossiernummer = {number}"
                )
            )
            for table, columns in _TABLES.items()
        }


def _events(new_delivery: Any, number: int) -> list[Work]:
    """Of one dossier: two versions, one of them twice, another's version, a move, a look and a failure."""
    first = new_delivery(f"a{number}-", number=number, versie=1)
    second = new_delivery(f"b{number}-", number=number, versie=2)
    stranger = new_delivery(f"c{number}-", number=number, versie=3, hulpvraag="other")
    copy_id = InzendingId(f"{number:032}")
    copied = (Copied(positie=1, size_bytes=1, sha256="1" * 64, object_id=f"{copy_id}/1"),)
    move = Correction(
        event_id=InzendingId(f"m{number}".ljust(32, "-")),
        occurred_at=from_ms(1_700_000_000_000),
        dossiernummer=Dossiernummer(number),
        versie=3,
        van=Place(swv_id=SwvId("swv"), organisatie_id=OrganisatieId("org")),
        naar=Place(swv_id=SwvId("swv-b"), organisatie_id=OrganisatieId("b")),
    )
    return [
        lambda c: receive(c, first, (), copy_id),
        lambda c: receive(c, second, copied, copy_id),
        lambda c: receive(c, first, (), copy_id),
        lambda c: receive(c, stranger, (), copy_id),
        lambda c: apply_correction(c, move),
        lambda c: find_held(c, second.event_id),
        lambda c: count_failure(c, first.event_id),
    ]


@pytest.mark.parametrize("order", _ORDERS, ids=lambda order: "".join(map(str, order)))
async def test_a_group_leaves_what_its_events_would_one_by_one(
    store: Any, new_delivery: Any, order: tuple[int, ...]
) -> None:
    alone, grouped = (_events(new_delivery, number) for number in (1, 2))

    told = _one_by_one(store, [alone[n] for n in order])

    assert await _together(store.engine, [grouped[n] for n in order]) == told
    assert _left(store.engine, 2) == _left(store.engine, 1)
    assert _left(store.engine, 1)["dossier"]


async def test_what_nobody_waits_for_is_written_once_for_all(store: Any, new_delivery: Any) -> None:
    deliveries = [new_delivery(f"e{n:02}-", number=n) for n in range(1, 21)]
    for delivery in deliveries:
        store.do(count_failure, delivery.event_id)
    ran = record_statements(store.engine)

    await _together(
        store.engine,
        [lambda c, d=delivery: receive(c, d, (), InzendingId("c" * 32)) for delivery in deliveries],
    )

    statements = [" ".join(statement.split()[:3]) for statement, _ in ran]
    for once in ("INSERT INTO versie", "INSERT INTO herkomst", "DELETE FROM mislukking"):
        assert statements.count(once) == 1
    assert statements.count("INSERT INTO inbox") == statements.count("INSERT INTO dossier") == 20
    assert [store.rows(table) for table in ("versie", "herkomst", "mislukking")] == [20, 20, 0]
