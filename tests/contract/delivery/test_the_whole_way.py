"""From the outbox to the store and back: accepted, published, stored, bezorgd."""

from __future__ import annotations

import os
from itertools import groupby

import pytest

from brokers.messages import Done
from contract.delivery.leftovers import copies_left
from database import outbox_rows
from dossier.status import Gebeurtenis
from kindkans import queries
from kindkans.verify import damaged_bijlagen


@pytest.mark.every_set
async def test_an_accepted_dossier_reaches_the_store_with_its_bijlagen_and_is_bezorgd(world):
    contents = [os.urandom(300_000), b"x"]
    event_id = await world.accept("h1", tuple(contents))
    async with world.storing(), world.relaying():
        await world.until_states(bezorgd=1)
    moments = world.gateway.read(outbox_rows.gebeurtenissen_of, event_id)
    assert [m.gebeurtenis for m in moments] == [Gebeurtenis.GEPUBLICEERD, Gebeurtenis.BEZORGD]
    assert world.held() == [(world.event(event_id).dossiernummer, 1)]
    assert world.proven() == 1
    bijlagen = world.store.read(lambda c: list(queries.held_bijlagen(c)))
    assert [await _content(world, bijlage) for bijlage in bijlagen] == contents
    assert [b async for b in damaged_bijlagen(bijlagen, world.store.objects)] == []


async def test_content_is_sealed_at_both_ends_and_the_store_can_open_it(world):
    canary = b"Quirijn Zonnebloem" * 20
    event_id = await world.accept("h1", (canary,))
    async with world.storing(), world.relaying():
        await world.until_states(bezorgd=1)
    (version,) = world.store.read(lambda c: list(queries.sealed_versions(c)))
    assert event_id.encode() in world.seal.open(version.verzegeld, version.event_id)
    for side in (world.gateway, world.store):
        (kept,) = side.place.kept().values()
        assert canary not in kept


@pytest.mark.every_set
async def test_two_relays_and_two_stores_side_by_side_deliver_each_version_once_and_in_order(world):
    for n in range(60):
        await world.accept(f"h{n % 20}", (b"%d" % n,) if n < 6 else ())
    stored: list[tuple[int, int]] = []
    world.seen.on["stored"] = lambda d, _: stored.append((d.dossiernummer, d.versie))
    async with world.storing(), world.storing(), world.relaying(), world.relaying():
        await world.until_states(bezorgd=60)
    assert world.seen.count("stored") == 60
    for _, versions in groupby(sorted(stored, key=lambda one: one[0]), key=lambda one: one[0]):
        assert [versie for _, versie in versions] == [1, 2, 3]
    assert world.proven() == 60


async def test_versions_that_come_out_of_order_end_with_the_highest_current(world):
    events = [await world.accept("h1") for _ in range(3)]
    async with world.storing() as connection:
        for n, event_id in enumerate((events[2], events[0], events[1]), start=1):
            await connection.publish(world.topology.deliveries.subject, event_id, world.body(event_id))
            await world.until(lambda n=n: len(world.held()) == n)
    assert world.held() == [(1, 1), (1, 2), (1, 3)]
    assert world.store.read(queries.current_version, 1) == 3


async def test_verify_finds_a_bijlage_that_is_damaged_or_missing_in_the_store(world):
    await world.accept(bijlagen=(os.urandom(10_000), os.urandom(20_000), os.urandom(30_000)))
    async with world.storing(), world.relaying():
        await world.until_states(bezorgd=1)
    first, second, _ = held = world.store.read(lambda c: list(queries.held_bijlagen(c)))
    place = world.store.place
    kept = place.kept()[place.key(first.object_id)]
    place.put(place.key(first.object_id), kept[:-1] + bytes([kept[-1] ^ 1]))
    place.remove(place.key(second.object_id))
    assert [b async for b in damaged_bijlagen(held, world.store.objects)] == [first, second]


async def test_what_was_accepted_while_the_store_was_down_is_delivered_when_it_is_up(world):
    async with world.relaying():
        for n in range(10):
            await world.accept("h1", (b"%d" % n,))
        await world.until_states(wachtend=9, gepubliceerd=1)  # the others wait for the one before them
        async with world.storing():
            await world.until_states(bezorgd=10)
    assert world.proven() == 10
    assert world.seen.count("failed") == 0


async def test_while_the_broker_is_away_no_attempt_is_counted_and_nothing_is_lost(world, broker_door):
    async with world.storing(), world.relaying():
        await world.accept(bijlagen=(b"before",))
        await world.until_states(bezorgd=1)
        broker_door.refuse()
        events = [await world.accept(bijlagen=(b"while",)) for _ in range(5)]
        await world.until(lambda: world.seen.count("paused") > 3)
        assert world.states() == {"bezorgd": 1, "wachtend": 5}
        assert {world.event(event_id).attempts for event_id in events} == {0}
        broker_door.heal()
        await world.until_states(bezorgd=6)
    assert world.proven() == 6


@pytest.mark.every_set
async def test_a_wiped_queue_is_filled_again_from_the_outbox(world):
    for n in range(10):
        await world.accept(bijlagen=(b"%d" % n,))
    async with world.relaying():
        await world.until_states(gepubliceerd=10)
    await world.broker.delete(*world.topology.queues)
    await world.provision()
    async with world.storing():
        assert world.held() == []
        await world.receipts_are_late()
        async with world.relaying():
            await world.until_states(bezorgd=10)
    assert world.proven() == 10


async def test_what_the_broker_gives_out_again_after_its_ack_got_lost_has_no_second_effect(world):
    await world.accept("h1", (b"content",))
    handle = world.delivery_handler(_nowhere)
    handled: list[object] = []

    async def keep_the_word_to_itself(incoming):
        handled.append(await handle(incoming))
        if len(handled) == 1:
            await world.broker.cut(connection)
        return handled[-1]

    connection = world.connection()
    connection.subscribe(world.topology.deliveries, keep_the_word_to_itself)
    async with world.relaying():
        await connection.start()
        await world.until(lambda: bool(handled))
        again = world.connection()
        again.subscribe(world.topology.deliveries, keep_the_word_to_itself)
        await again.start()
        await world.until(lambda: len(handled) == 2)
        await again.stop()
        await connection.stop()
    assert handled == [Done(), Done()]
    assert world.seen.count("stored") == world.seen.count("duplicate") == 1
    assert await copies_left(world) == 1


async def _nowhere(subject, message_id, body) -> None:
    """A receipt that gets lost."""


async def _content(world, bijlage) -> bytes:
    return b"".join([piece async for piece in world.store.objects.read(bijlage.object_id)])
