"""accepted = delivered + open + dead: whatever happens to a version, and seen when one has no event."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from database import outbox
from database.engine import open_engine, writing
from database.migrate import History
from database.organisaties import Swv
from database.outbox_rows import State
from database.silence_memory import SilenceMemory
from dossier.delivery import Delivery
from dossier.identifiers import Dossiernummer, InzendingId, OrganisatieId, SwvId
from gateway.readings import read_database
from gateway.restore import put_right
from gateway.retention import Policy, Retention
from helpdesk import administration as admin
from helpdesk.moving import move
from kindkans.statements import receive

World = Any
ELSEWHERE, COPY = OrganisatieId("elsewhere"), InzendingId("c" * 32)
TABLES = ("outbox_payload", "outbox_gebeurtenis", "outbox", "inzending", "verplaatsing", "dossier")


@pytest.fixture
def store(world: World, new_database: Callable[[History], str]) -> Iterator[Engine]:
    """And an organisatie of another SWV to move to."""
    world.change(admin.put_swv, Swv(swv_id=SwvId("swv-b"), naam="De Dalen"))
    world.organisatie(ELSEWHERE, "swv-b", None)
    engine = open_engine(new_database(History.KINDKANS))
    yield engine
    engine.dispose()


def sums(world: World) -> tuple[int, int, dict[State, int]]:
    """Accepted, delivered, and the rest by state; the sum holds."""
    seen = read_database(world.engine, SilenceMemory())
    assert seen.accepted == seen.delivered + sum(seen.events.values()), seen
    return seen.accepted, seen.delivered, {state: n for state, n in seen.events.items() if n}


def change(world: World, work: Callable[..., Any], *arguments: Any) -> Any:
    with writing(world.engine) as connection:
        return work(connection, *arguments)


def event_of(world: World, number: int, versie: int) -> InzendingId:
    where = f"dossiernummer = {number} AND versie = {versie}"
    [(event_id,)] = world.rows(f"SELECT event_id FROM outbox WHERE {where}")
    return InzendingId(event_id)


async def test_it_holds_at_each_step_of_a_versions_life(
    world: World, store: Engine, make_dossier: Any
) -> None:
    first = make_dossier()
    assert sums(world) == (0, 0, {})
    number = await world.number(first)
    await world.push(first)  # a repeat
    await world.push(make_dossier(achternaam="", hulpvraag_id="h2"))  # -1
    double = make_dossier()
    await world.push(double)
    assert sums(world) == (1, 0, {State.WACHTEND: 1})
    assert world.count("inzending") == 3  # the double and the rejection made no version

    await world.push(make_dossier(omschrijving="Twee."))
    assert sums(world) == (2, 0, {State.WACHTEND: 2})
    one, two = event_of(world, number, 1), event_of(world, number, 2)
    change(world, outbox.confirm_published, one)
    change(world, outbox.mark_delivered, one)
    change(world, outbox.mark_dead, two, "ZEGEL_ONGELDIG")
    assert sums(world) == (2, 1, {State.DOOD: 1})
    change(world, outbox.retry_dead)
    assert sums(world) == (2, 1, {State.WACHTEND: 1})
    [claimed] = change(world, lambda c: outbox.claim(c, token="t" * 32, lease_ms=60_000, batch=9))
    change(world, lambda c: outbox.mark_published(c, [two], token="t" * 32, receipt_within_ms=1))
    assert (claimed.event_id, sums(world)) == (two, (2, 1, {State.GEPUBLICEERD: 1}))
    change(world, outbox.mark_delivered, two)
    assert sums(world) == (2, 2, {})
    change(world, outbox.offer_again, two)  # the store was restored, and has lost it
    assert sums(world) == (2, 1, {State.WACHTEND: 1})


async def test_it_holds_of_moves_and_after_retention_of_all(
    world: World, store: Engine, make_dossier: Any
) -> None:
    number = await world.number(make_dossier())
    change(world, outbox.mark_delivered, event_of(world, number, 1))
    world.change(move, Dossiernummer(number), ELSEWHERE, "Verkeerde school")
    assert sums(world) == (2, 1, {State.WACHTEND: 1})
    change(world, outbox.mark_delivered, event_of(world, number, 2))
    await world.number(make_dossier(hulpvraag_id="h9"))  # stays open, however old
    with writing(world.engine) as connection:
        connection.exec_driver_sql("UPDATE outbox SET finished_ms = finished_ms - 8000000000")
        connection.exec_driver_sql("UPDATE inzending SET decided_ms = decided_ms - 8000000000")
    assert sums(world) == (3, 2, {State.WACHTEND: 1})

    await Retention(world.engine, world.objects, Policy(content_days=30), "t").apply()
    assert sums(world) == (3, 2, {State.WACHTEND: 1})
    policy = Policy(content_days=30, history_days=40, rejection_days=50)
    await Retention(world.engine, world.objects, policy, "t").apply()
    assert world.count("outbox") == 1
    assert sums(world) == (3, 2, {State.WACHTEND: 1})


async def test_it_holds_after_a_restore_of_either_side(
    world: World, store: Engine, make_dossier: Any, new_database: Callable[[History], str]
) -> None:
    for words in ("Een.", "Twee.", "Drie."):
        await world.push(make_dossier(omschrijving=words))
    for (body,) in world.rows("SELECT body FROM outbox_payload"):
        delivery = Delivery.decode(bytes(body))
        with writing(store) as connection:
            receive(connection, delivery, (), COPY)
        change(world, outbox.mark_delivered, delivery.event_id)
    assert sums(world) == (3, 3, {})

    empty = open_engine(new_database(History.KINDKANS))
    try:
        put_right(world.engine, empty, world.seal, "test")  # offers all of it again
    finally:
        empty.dispose()
    assert sums(world) == (3, 0, {State.WACHTEND: 3})
    with writing(world.engine) as connection:
        for table in TABLES:
            connection.exec_driver_sql(f"DELETE FROM {table}")
    assert sums(world) == (0, 0, {})
    put_right(world.engine, store, world.seal, "test")  # adopts what only the store has
    assert sums(world) == (3, 3, {})


@pytest.mark.parametrize(
    "loss",
    [
        "DELETE FROM outbox",
        "DELETE FROM inzending WHERE uitkomst = 'nieuw'",
        "UPDATE inzending SET bezorgd_ms = 1 WHERE uitkomst = 'nieuw'",  # and its event is there
    ],
)
async def test_a_version_without_an_event_shows_and_an_event_without_a_version(
    world: World, make_dossier: Any, loss: str
) -> None:
    await world.push(make_dossier())
    with writing(world.engine) as connection:
        connection.exec_driver_sql("DELETE FROM outbox_payload")
        connection.exec_driver_sql(loss)

    with pytest.raises(AssertionError):
        sums(world)
