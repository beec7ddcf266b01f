"""Bijlagen wherever they are kept: sealed, whole or absent, and gone when discarded."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.places import Place
from dossier.errors import Unavailable
from dossier.identifiers import InzendingId, new_inzending_id
from storage.keyring import Keyring
from storage.objects import ObjectDamaged, ObjectMissing
from storage.opening import Objects
from storage.seal import Seal, UnknownKey
from storage.sealed_stream import FRAME_BYTES

PUSH = InzendingId("0190a0b0c0d0700080000000000000ab")
OTHER = InzendingId("0190a0b0c0d07000800000000000aaab")
CANARY = b"%PDF Zonnebloem, Quirijn"


async def store(objects: Objects, content: bytes = CANARY, number: int = 1, push: str = PUSH) -> str:
    writer = objects.create(InzendingId(push), number)
    await writer.write(content)
    return await writer.finish()


async def load(objects: Objects, object_id: str) -> bytes:
    return b"".join([piece async for piece in objects.read(object_id)])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chunks=st.lists(st.binary(max_size=50) | st.integers(0, 3 * FRAME_BYTES).map(bytes), max_size=4))
def test_what_was_written_is_read_again(place: Place, seal: Seal, chunks: list[bytes]) -> None:
    async def there_and_back() -> bytes:
        objects = place.open(seal)
        writer = objects.create(new_inzending_id(), 1)
        for chunk in chunks:
            await writer.write(chunk)
        return await load(objects, await writer.finish())

    assert asyncio.run(there_and_back()) == b"".join(chunks)


BORDERS = [
    0,
    1,
    FRAME_BYTES - 1,
    FRAME_BYTES,
    FRAME_BYTES + 1,
    4 * FRAME_BYTES - 1,
    4 * FRAME_BYTES,
    5 * 1024 * 1024,
    5 * 1024 * 1024 + 1,
]


@pytest.mark.parametrize("size", BORDERS)
async def test_every_size_at_a_border_is_read_again_by_another_process(
    place: Place, objects: Objects, seal: Seal, size: int
) -> None:
    content = os.urandom(size)
    object_id = await store(objects, content)

    assert await load(place.open(seal), object_id) == content


async def test_an_object_lies_with_its_push_and_its_id_fits_the_databases(
    place: Place, objects: Objects
) -> None:
    object_id = await store(objects, number=999)

    assert object_id.startswith(f"{PUSH}/999")
    assert set(place.kept()) == {place.key(object_id)}
    assert place.key(object_id).startswith(f"ab/{PUSH}/")
    assert len(object_id) <= 80


async def test_no_word_of_the_content_is_kept_in_the_clear(place: Place, objects: Objects) -> None:
    object_id = await store(objects, CANARY * 10_000)

    [(key, body)] = place.kept().items()
    assert b"Zonnebloem" not in key.encode() + body
    assert len(body) > 10_000 * len(CANARY)
    assert await load(objects, object_id) == CANARY * 10_000


async def test_the_same_file_of_two_pupils_looks_different(place: Place, objects: Objects) -> None:
    for number, push in ((1, PUSH), (2, PUSH), (1, OTHER)):
        await store(objects, CANARY, number, push)
    kept = place.kept()
    names = {key.rsplit("/", 1)[1] for key in kept}

    assert len(set(kept.values())) == 3
    assert len(kept) == 3
    assert names == {"1", "2"} or len(names) == 3


async def test_until_it_is_finished_nothing_is_kept(place: Place, objects: Objects) -> None:
    writer = objects.create(PUSH, 1)
    assert place.kept() == {}
    await writer.write(CANARY * 10_000)

    assert place.kept() == {}
    with pytest.raises(ObjectMissing):
        await load(objects, f"{PUSH}/1")
    await writer.discard()


async def test_discarding_a_push_takes_its_objects_and_no_others(place: Place, objects: Objects) -> None:
    other = await store(objects, push=OTHER)
    mine = [await store(objects, number=number) for number in (1, 2)]
    await objects.discard(PUSH)
    await objects.discard(PUSH)

    assert set(place.kept()) == {place.key(other)}
    assert await load(objects, other) == CANARY
    for object_id in mine:
        with pytest.raises(ObjectMissing):
            await load(objects, object_id)


async def test_removing_one_object_takes_no_other_and_may_be_repeated(place: Place, objects: Objects) -> None:
    mine, beside = [await store(objects, number=number) for number in (1, 11)]
    other = await store(objects, push=OTHER)
    for _ in range(2):
        await objects.remove(mine)

    assert set(place.kept()) == {place.key(beside), place.key(other)}
    with pytest.raises(ObjectMissing):
        await load(objects, mine)
    assert await load(objects, beside) == CANARY
    await objects.remove(beside)
    assert set(place.kept()) == {place.key(other)}
    assert await store(objects, number=1)  # the place may be used again


@pytest.mark.parametrize("object_id", ["", "..", f"{PUSH}/../{OTHER}/1", f"{PUSH}/0", f"{PUSH}/", PUSH])
async def test_what_is_no_reference_of_ours_removes_nothing(
    place: Place, objects: Objects, object_id: str
) -> None:
    for push in (PUSH, OTHER):
        await store(objects, push=push)
    kept = set(place.kept())
    await objects.remove(object_id)
    assert set(place.kept()) == kept


@pytest.mark.parametrize("finished", [True, False])
async def test_a_writer_can_take_back_what_it_wrote(place: Place, objects: Objects, finished: bool) -> None:
    beside = await store(objects, number=2)
    writer = objects.create(PUSH, 1)
    await writer.write(CANARY)
    if finished:
        await writer.finish()
    await writer.discard()
    await writer.discard()

    assert set(place.kept()) == {place.key(beside)}
    with pytest.raises(Unavailable):
        await writer.write(CANARY)


async def test_many_writers_at_once_each_have_their_own(place: Place, objects: Objects) -> None:
    contents = {(push, n): os.urandom(n * 9_999) for push in (PUSH, OTHER) for n in range(1, 21)}
    ids = await asyncio.gather(*(store(objects, c, n, push) for (push, n), c in contents.items()))

    assert len(place.kept()) == len(set(ids)) == 40
    assert await asyncio.gather(*(load(objects, i) for i in ids)) == list(contents.values())


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 5, 8, 13, 21])
async def test_a_push_that_is_cut_off_anywhere_leaves_nothing_after_its_discard(
    place: Place, objects: Objects, turns: int
) -> None:
    beside = await store(objects, push=OTHER)
    writer = objects.create(PUSH, 1)
    await writer.write(CANARY)
    finishing = asyncio.create_task(writer.finish())
    for _ in range(turns):
        await asyncio.sleep(0.001)
    finishing.cancel()
    await asyncio.gather(finishing, return_exceptions=True)
    await writer.discard()
    async with asyncio.timeout(60):
        await objects.discard(PUSH)
        while set(place.kept()) != {place.key(beside)}:  # what was sent may land a moment later
            await objects.discard(PUSH)

    assert await load(objects, beside) == CANARY


@pytest.mark.parametrize(
    "object_id",
    [
        "",
        "/",
        PUSH,
        f"{PUSH}/",
        f"{PUSH}/0",
        f"{PUSH}/01",
        f"{PUSH}/-1",
        f"{PUSH}/1.part",
        f"{PUSH}/1/",
        f"{PUSH}/1\n",
        f"{PUSH}/1234567",
        f"{PUSH.upper()}/1",
        f"{PUSH}/../{PUSH}/1",
        f"{PUSH}/1/../../{PUSH}/1",
        f"{PUSH}/1/" + "a" * 42,
        f"{PUSH}/1/" + "." * 43,
        f"../bijlagen/ab/{PUSH}/1",
        f"ab/{PUSH}/1",
        "../../../../etc/passwd",
        "/etc/passwd",
        f"{PUSH}/１",
        f"{PUSH[:-1]}/1",
        ".kindkans-gateway",
    ],
)
async def test_a_reference_that_we_never_gave_is_missing(objects: Objects, object_id: str) -> None:
    await store(objects)

    with pytest.raises(ObjectMissing):
        await load(objects, object_id)


@pytest.mark.parametrize("push", ["..", "", "x/y", f"../{PUSH}"])
async def test_a_push_whose_id_is_no_id_can_store_nothing(objects: Objects, push: str) -> None:
    with pytest.raises(ObjectMissing):
        objects.create(InzendingId(push), 1)


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "cut off in the header": lambda content: content[:6],
    "cut off in a frame": lambda content: content[:-1],
    "cut off between frames": lambda content: content[: 13 + FRAME_BYTES + 16],
    "one bit": lambda content: content[:100] + bytes([content[100] ^ 1]) + content[101:],
    "more behind it": lambda content: content + b"\0",
    "frames exchanged": lambda content: content[:13] + content[13 + FRAME_BYTES + 16 :] + content[13:],
    "no file of ours": lambda content: b"%PDF-1.7" * 100,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
async def test_what_is_not_what_was_written_is_damaged(
    place: Place, objects: Objects, damage: Callable[[bytes], bytes]
) -> None:
    object_id = await store(objects, os.urandom(FRAME_BYTES + 500))
    key = place.key(object_id)
    place.put(key, damage(place.kept()[key]))

    with pytest.raises(ObjectDamaged):
        await load(objects, object_id)


async def test_the_object_of_another_in_its_place_is_damaged(place: Place, objects: Objects) -> None:
    mine = await store(objects, number=1)
    others = [await store(objects, CANARY, 2), await store(objects, CANARY, 1, OTHER)]
    for other in others:
        place.put(place.key(mine), place.kept()[place.key(other)])

        with pytest.raises(ObjectDamaged):
            await load(objects, mine)


async def test_what_is_gone_is_missing_and_the_rest_is_there(place: Place, objects: Objects) -> None:
    gone, there = await store(objects, number=1), await store(objects, number=2)
    place.remove(place.key(gone))

    with pytest.raises(ObjectMissing):
        await load(objects, gone)
    assert await load(objects, there) == CANARY


async def test_an_object_of_a_key_that_we_lack_waits_for_that_key(place: Place, objects: Objects) -> None:
    object_id = await store(objects)

    with pytest.raises(UnknownKey):
        await load(place.open(Seal(Keyring.generate())), object_id)


async def test_who_stops_reading_in_the_middle_is_in_nobodys_way(objects: Objects) -> None:
    object_id = await store(objects, os.urandom(20 * FRAME_BYTES))
    pieces = objects.read(object_id)
    await anext(pieces)
    await pieces.aclose()  # type: ignore[attr-defined]

    assert len(await load(objects, object_id)) == 20 * FRAME_BYTES


async def test_storage_that_can_be_written_passes_the_check_and_is_left_clean(
    place: Place, objects: Objects
) -> None:
    await asyncio.gather(*(objects.check_writable() for _ in range(5)))

    assert place.kept() == {}
