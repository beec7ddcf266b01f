"""What the store can never process is dead with a code, at both ends, and stops nothing else."""

from __future__ import annotations

import hashlib
import json

import pytest

from dossier.delivery import DeliveredBijlage
from dossier.identifiers import new_inzending_id
from storage.keyring import Keyring
from storage.seal import Seal


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


BODIES = {
    "unknown version": (_changed(schemaversie=2), "ONBEKENDE_VERSIE"),
    "a field is missing": (_changed(organisatie=None), "ONLEESBAAR"),
    "broken seal": (_with_sealed(inhoud="AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), "ZEGEL_ONGELDIG"),
    "another content than announced": (_changed(inhoudHash="0" * 64), "INHOUD_WIJKT_AF"),
}


@pytest.mark.parametrize(("body", "code"), BODIES.values(), ids=BODIES.keys())
async def test_a_poisonous_event_is_dead_at_once_and_the_next_is_delivered(world, body, code):
    event_id = new_inzending_id()
    world.accept_delivered(event_id, "h1", body=body)
    await world.accept()
    async with world.storing(), world.relaying():
        await world.until_states(dood=1, bezorgd=1)
    assert world.event(event_id).dead_code == code
    assert world.seen.count("failed") == 0
    assert await _dead_letters(world) == 1
    assert world.held() == [(2, 1)]


async def test_what_cannot_be_read_at_all_goes_to_the_dead_letters(world):
    async with world.storing() as connection:
        for n, body in enumerate((b"\xff\xfe", b"[]", b"{" * 5000, b"")):
            await connection.publish(world.topology.deliveries.subject, f"poison-{n}", body)
        await world.until(lambda: world.seen.count("dead") == 4)
        await world.until(lambda: world.seen.args("handled")[-1][1] == "dead")
    assert {args[2] for args in world.seen.args("dead")} == {"ONLEESBAAR"}


async def test_a_missing_bijlage_is_waited_for_some_tries_and_then_dead(world):
    event_id = await world.accept(bijlagen=(b"first", b"second"))
    world.source._path(f"{event_id}/2").unlink()
    async with world.storing(), world.relaying():
        await world.until_states(dood=1)
    assert world.event(event_id).dead_code == "BIJLAGE_ONTBREEKT"
    assert [args[1] for args in world.seen.args("failed")] == [1, 2, 3]
    assert not any(path.is_file() for path in world.own._folder.rglob("*"))


async def test_a_bijlage_that_appears_in_time_is_delivered(world):
    event_id = await world.accept(bijlagen=(b"content",))
    path = world.source._path(f"{event_id}/1")
    kept = path.read_bytes()
    path.unlink()
    world.seen.on["failed"] = lambda *_: path.write_bytes(kept)
    async with world.storing(), world.relaying():
        await world.until_states(bezorgd=1)
    assert world.seen.count("failed") == 1


async def test_a_damaged_bijlage_is_dead_at_once(world, random_bytes):
    event_id = await world.accept(bijlagen=(random_bytes(100_000),))
    path = world.source._path(f"{event_id}/1")
    sealed = bytearray(path.read_bytes())
    sealed[50_000] ^= 1
    path.write_bytes(sealed)
    async with world.storing(), world.relaying():
        await world.until_states(dood=1)
    assert world.event(event_id).dead_code == "BIJLAGE_BESCHADIGD"
    assert world.seen.count("failed") == 0


@pytest.mark.parametrize("size", [4, 6])
async def test_a_bijlage_of_another_size_or_hash_than_announced_is_dead(world, size):
    event_id = new_inzending_id()
    writer = world.source.create(event_id, 1)
    await writer.write(b"other"[:5])
    object_id = await writer.finish()
    announced = DeliveredBijlage(
        positie=1,
        size_bytes=size,
        sha256=hashlib.sha256(b"other").hexdigest(),
        object_id=object_id,
    )
    world.accept_delivered(event_id, "h1", (announced,))
    async with world.storing(), world.relaying():
        await world.until_states(dood=1)
    assert world.event(event_id).dead_code == "BIJLAGE_BESCHADIGD"
    assert world.held() == []


async def test_a_defect_that_passes_by_is_no_death(world):
    await world.accept()
    failures = iter((RuntimeError, ValueError))

    def fail_twice(*_: object) -> None:
        for kind in failures:
            raise kind("Jan Jansen")

    world.seen.on["processing"] = fail_twice
    async with world.storing(), world.relaying():
        await world.until_states(bezorgd=1)
    assert [args[2] for args in world.seen.args("failed")] == ["RuntimeError", "ValueError"]


async def test_an_unknown_key_is_waited_for_and_no_death(world):
    await world.accept()
    others = Seal(Keyring.generate())
    async with world.relaying():
        async with world.storing(seal=others):
            await world.until(lambda: world.seen.count("postponed") > 4)
        assert world.states() == {"gepubliceerd": 1}
        async with world.storing():
            await world.until_states(bezorgd=1)
    assert world.seen.count("failed") == 0


async def test_a_receipt_that_we_cannot_read_or_place_goes_to_the_dead_letters(world):
    await world.accept()
    async with world.relaying():
        other = world.connection()
        await other.start()
        await other.publish(world.topology.receipts.subject, "r1", b"nonsense")
        await world.until(lambda: world.seen.args("receipt_rejected") == [("ONLEESBAAR",)])
        await world.until(lambda: "handled" in {name for name, _ in world.seen.seen})
        await other.stop()
    assert await _dead_letters(world) == 1


async def _dead_letters(world) -> int:
    connection = world.connection()
    await connection.start()
    info = await connection._broker.connection.jetstream().stream_info(world.topology.dead_letters.stream)
    await connection.stop()
    return info.state.messages
