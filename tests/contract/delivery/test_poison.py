"""What the store can never process is dead with a code, at both ends, and stops nothing else."""

from __future__ import annotations

import hashlib
import json
import os

import pytest

from dossier.delivery import DeliveredBijlage
from dossier.identifiers import new_inzending_id


def _changed(**changes):
    def body(delivery) -> bytes:
        event = json.loads(delivery.encode())
        event["data"] |= changes
        return json.dumps(event).encode()

    return body


def _with_sealed(**changes):
    def body(delivery) -> bytes:
        event = json.loads(delivery.encode())
        event["data"]["verzegeld"] |= changes
        return json.dumps(event).encode()

    return body


BODIES = (
    (_changed(schemaversie=2), "ONBEKENDE_VERSIE"),
    (_changed(organisatie=None), "ONLEESBAAR"),
    (_with_sealed(inhoud="AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), "ZEGEL_ONGELDIG"),
    (_changed(inhoudHash="0" * 64), "INHOUD_WIJKT_AF"),  # another content than announced
)


@pytest.mark.every_set
async def test_poisonous_events_are_dead_at_once_and_the_next_is_delivered(world):
    codes = {new_inzending_id(): (body, code) for body, code in BODIES}
    for event_id, (body, _) in codes.items():
        await world.accept_delivered(event_id, event_id, body=body)
    await world.accept()
    async with world.storing(), world.relaying():
        await world.until_states(dood=len(codes), bezorgd=1)
    assert [world.event(event_id).dead_code for event_id in codes] == [code for _, code in BODIES]
    assert world.seen.count("failed") == 0
    assert len(await world.letters()) == len(codes)
    assert world.held() == [(len(codes) + 1, 1)]
    assert [difference.kind for difference in world.report().differences] == ["DOOD"] * len(codes)


async def test_a_missing_bijlage_is_waited_for_some_tries_and_then_dead(world):
    event_id = await world.accept(bijlagen=(b"first", b"second"))
    world.gateway.place.remove(world.key(event_id, 2))
    async with world.storing(), world.relaying():
        await world.until_states(dood=1)
    assert world.event(event_id).dead_code == "BIJLAGE_ONTBREEKT"
    assert [args[1] for args in world.seen.args("failed")] == [1, 2, 3]
    assert world.store.place.kept() == {}


async def test_a_bijlage_that_appears_in_time_is_delivered(world):
    event_id = await world.accept(bijlagen=(b"content",))
    place, key = world.gateway.place, world.key(event_id, 1)
    kept = place.kept()[key]
    place.remove(key)
    world.seen.on["failed"] = lambda *_: place.put(key, kept)
    async with world.storing(), world.relaying():
        await world.until_states(bezorgd=1)
    assert world.seen.count("failed") == 1
    assert world.proven() == 1


async def test_a_damaged_bijlage_is_dead_at_once(world):
    event_id = await world.accept(bijlagen=(os.urandom(100_000),))
    place, key = world.gateway.place, world.key(event_id, 1)
    sealed = bytearray(place.kept()[key])
    sealed[50_000] ^= 1
    place.put(key, bytes(sealed))
    async with world.storing(), world.relaying():
        await world.until_states(dood=1)
    assert world.event(event_id).dead_code == "BIJLAGE_BESCHADIGD"
    assert world.seen.count("failed") == 0
    assert world.store.place.kept() == {}


@pytest.mark.parametrize("size", [4, 6])
async def test_a_bijlage_of_another_size_or_hash_than_announced_is_dead(world, size):
    event_id = new_inzending_id()
    writer = world.gateway.objects.create(event_id, 1)
    await writer.write(b"other")
    object_id = await writer.finish()
    announced = DeliveredBijlage(
        positie=1,
        size_bytes=size,
        sha256=hashlib.sha256(b"other").hexdigest(),
        object_id=object_id,
    )
    await world.accept_delivered(event_id, "h1", (announced,))
    async with world.storing(), world.relaying():
        await world.until_states(dood=1)
    assert world.event(event_id).dead_code == "BIJLAGE_BESCHADIGD"
    assert world.held() == []
