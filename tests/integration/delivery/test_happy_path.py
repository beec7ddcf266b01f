"""From the outbox to the store and back: accepted, published, stored, bezorgd."""

from __future__ import annotations

from database import outbox, outbox_rows
from dossier.delivery import Delivery
from dossier.status import Gebeurtenis
from kindkans import queries
from kindkans.verify import damaged_bijlagen


async def test_an_accepted_dossier_reaches_the_store_and_is_bezorgd(world, random_bytes):
    content = random_bytes(300_000)
    event_id = await world.accept(bijlagen=(content, b"x"))
    async with world.storing(), world.relaying():
        await world.until_states(bezorgd=1)
    event = world.event(event_id)
    assert world.held() == [(event.dossiernummer, 1)]
    moments = world.gateway.read(outbox_rows.gebeurtenissen_of, event_id)
    assert [m.gebeurtenis for m in moments] == [Gebeurtenis.GEPUBLICEERD, Gebeurtenis.BEZORGD]
    (bijlage, _) = world.store.read(lambda c: list(queries.held_bijlagen(c)))
    assert b"".join([piece async for piece in world.own.read(bijlage.object_id)]) == content


async def test_the_store_keeps_the_content_sealed_and_can_open_it(world):
    event_id = await world.accept("h1")
    async with world.storing(), world.relaying():
        await world.until_states(bezorgd=1)
    (version,) = world.store.read(lambda c: list(queries.sealed_versions(c)))
    assert event_id.encode() in world.seal.open(version.verzegeld, version.event_id)


async def test_many_dossiers_are_each_in_the_store_once(world):
    for _ in range(200):
        await world.accept()
    async with world.storing(), world.relaying():
        await world.until_states(bezorgd=200)
    held = world.held()
    assert len(held) == len(set(held)) == 200
    assert world.seen.count("stored") == 200


async def test_a_version_waits_until_the_one_before_it_is_in_the_store(world):
    for _ in range(5):
        await world.accept("h1")
    await world.accept("h2")
    stored: list[tuple[int, int]] = []
    world.seen.on["stored"] = lambda d, _: stored.append((d.dossiernummer, d.versie))
    async with world.storing(), world.relaying():
        await world.until_states(bezorgd=6)
    first = [versie for number, versie in stored if number == 1]
    assert first == [1, 2, 3, 4, 5]
    assert world.store.read(queries.current_version, 1) == 5


async def test_versions_that_come_out_of_order_end_with_the_highest_current(world):
    events = [await world.accept("h1") for _ in range(3)]
    bodies = {event_id: _body(world, event_id) for event_id in events}
    async with world.storing() as connection:
        for event_id in (events[2], events[0], events[1]):
            await connection.publish(world.topology.deliveries.subject, event_id, bodies[event_id])
            number = len(world.held())
            await world.until(lambda number=number: len(world.held()) == number + 1)
    assert world.held() == [(1, 1), (1, 2), (1, 3)]
    assert world.store.read(queries.current_version, 1) == 3


async def test_verify_finds_a_bijlage_that_is_damaged_or_missing_in_the_store(world, random_bytes):
    await world.accept(bijlagen=(random_bytes(10_000), random_bytes(20_000), random_bytes(30_000)))
    async with world.storing(), world.relaying():
        await world.until_states(bezorgd=1)
    first, second, _ = held = world.store.read(lambda c: list(queries.held_bijlagen(c)))
    assert [b async for b in damaged_bijlagen(held, world.own)] == []
    path = world.own._path(first.object_id)
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    world.own._path(second.object_id).unlink()
    assert [b async for b in damaged_bijlagen(held, world.own)] == [first, second]


def _body(world, event_id) -> bytes:
    with world.gateway.engine.connect() as connection:
        query = outbox.outbox_payload.select().where(outbox.outbox_payload.c.event_id == event_id)
        body = bytes(connection.execute(query).one().body)
    assert Delivery.decode(body).event_id == event_id
    return body
