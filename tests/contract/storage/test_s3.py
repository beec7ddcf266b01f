"""S3 beyond what every storage promises: nothing overwritten, nothing believed, no wait without an end."""

from __future__ import annotations

import asyncio
import hashlib
import os
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.s3.models import s3_backends

from components.places import FilePlace, S3Place
from components.s3 import BUCKET, SECRET, create_bucket, fresh_prefix, s3_client
from contract.storage.middleman import Middleman, middleman, once
from contract.storage.test_objects import CANARY, OTHER, PUSH, load, store
from dossier.errors import ConfigurationError, Unavailable
from dossier.identifiers import InzendingId
from storage.bucket import Patience
from storage.keyring import Keyring
from storage.objects import ObjectMissing
from storage.seal import Seal

SHORT = Patience(connect_seconds=0.5, request_seconds=0.5, call_seconds=1, retries=1, discard_seconds=1)


@pytest.fixture
def between(moto: str) -> Iterator[Middleman]:
    with middleman(moto) as found:
        yield found


@pytest.fixture
def behind(s3: S3Place, between: Middleman) -> S3Place:
    """The same place, through the middleman."""
    return s3.but(endpoint=between.endpoint)


# --- what is written ---


async def test_the_name_is_the_sha256_of_what_is_kept_so_that_anybody_can_check_it(
    s3: S3Place, seal: Seal
) -> None:
    object_id = await store(s3.open(seal), os.urandom(100_000), number=3)

    [(key, body)] = s3.kept().items()
    assert key == f"ab/{object_id}"
    assert urlsafe_b64decode(object_id.split("/")[2] + "=") == hashlib.sha256(body).digest()


async def test_nothing_that_is_kept_is_ever_overwritten(s3: S3Place, seal: Seal) -> None:
    object_id = await store(s3.open(seal))
    key = s3.key(object_id)
    before = b"x" * len(s3.kept()[key])
    s3.put(key, before)

    assert await store(s3.open(seal)) == object_id
    assert s3.kept() == {key: before}


async def test_something_else_under_our_name_is_not_confirmed_as_ours(s3: S3Place, seal: Seal) -> None:
    object_id = await store(s3.open(seal))
    s3.put(s3.key(object_id), b"something else")

    with pytest.raises(Unavailable, match="storage"):
        await store(s3.open(seal))
    assert s3.kept() == {s3.key(object_id): b"something else"}


async def test_two_writers_of_one_place_are_in_nobodys_way(s3: S3Place, seal: Seal) -> None:
    contents = [CANARY, CANARY, b"something else"]
    one, same, other = await asyncio.gather(*(store(s3.open(seal), content) for content in contents))

    assert one == same != other
    assert await load(s3.open(seal), one) == CANARY
    assert await load(s3.open(seal), other) == b"something else"


@pytest.mark.parametrize("behaviour", ["swallow", "503", "409", "silent"])
async def test_a_put_that_went_wrong_once_is_done_all_the_same(
    s3: S3Place, behind: S3Place, between: Middleman, seal: Seal, behaviour: str
) -> None:
    objects = behind.but(patience=SHORT).open(seal)
    await objects.check_writable()
    between.behave = once(behaviour, "PUT", f"/ab/{PUSH}/")
    object_id = await store(objects)

    assert await load(s3.open(seal), object_id) == CANARY
    assert between.count("PUT", f"/ab/{PUSH}/") >= 2


async def test_a_conflict_that_stays_is_never_taken_for_a_confirmation(
    s3: S3Place, behind: S3Place, between: Middleman, seal: Seal
) -> None:
    objects = behind.but(patience=SHORT).open(seal)
    await objects.check_writable()
    between.behave = lambda method, path: "409" if method == "PUT" else "pass"

    with pytest.raises(Unavailable, match="storage"):
        await store(objects)
    assert s3.kept() == {}


async def test_what_is_on_its_way_has_no_name_on_disk_and_is_sealed(s3: S3Place, seal: Seal) -> None:
    writer = s3.open(seal).create(PUSH, 1)
    await writer.write(CANARY * 100_000)

    assert os.listdir(s3.spool) == []
    descriptor = writer._file.fileno()
    assert os.fstat(descriptor).st_size > 1_000_000
    assert b"Zonnebloem" not in os.pread(descriptor, 1 << 22, 0)
    assert s3.spool.stat().st_mode & 0o777 == 0o700
    await writer.discard()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


async def test_a_spool_that_cannot_be_written_is_unavailable(s3: S3Place, seal: Seal) -> None:
    s3.spool.touch()
    writer = s3.open(seal).create(PUSH, 1)

    with pytest.raises(Unavailable, match="storage"):
        await writer.write(CANARY)
    with pytest.raises(Unavailable, match="storage"):
        await writer.finish()
    await writer.discard()


async def test_no_descriptor_stays_open(s3: S3Place, seal: Seal) -> None:
    objects = s3.open(seal)
    await store(objects)
    before = len(os.listdir("/proc/self/fd"))
    for number in range(2, 22):
        writer = objects.create(PUSH, number)
        await writer.write(CANARY)
        if number % 3 == 0:
            await writer.discard()
        else:
            task = asyncio.create_task(writer.finish())
            await asyncio.sleep(0)
            if number % 3 == 1:
                task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    assert len(os.listdir("/proc/self/fd")) <= before + 10  # connections that are kept for the next


async def test_many_large_bijlagen_at_once_take_the_memory_of_a_few(s3: S3Place, seal: Seal) -> None:
    objects = s3.open(seal)
    now = most = 0
    real = objects._bucket.put_new

    async def counting(key: str, content: bytes) -> None:
        nonlocal now, most
        now += len(content)
        most = max(most, now)
        try:
            await real(key, content)
        finally:
            now -= len(content)

    objects._bucket.put_new = counting
    large = os.urandom(2 * 1024 * 1024)
    ids = await asyncio.gather(*(store(objects, large, number) for number in range(1, 21)))

    assert len(s3.kept()) == len(set(ids)) == 20
    assert 2 * len(large) < most < 3.1 * len(large)


# --- what is read ---


async def test_objects_of_files_are_found_once_they_are_copied_into_the_bucket(
    s3: S3Place, seal: Seal, tmp_path: Path
) -> None:
    files = FilePlace(tmp_path / "bijlagen")
    ids = [await store(files.open(seal), bytes([n]) * 1000, n) for n in (1, 2)]
    for key, body in files.kept().items():
        s3.put(key, body)
    objects = s3.open(seal)

    assert [await load(objects, object_id) for object_id in ids] == [b"\1" * 1000, b"\2" * 1000]
    await objects.discard(PUSH)
    assert s3.kept() == {}


async def test_a_bucket_that_is_gone_is_unavailable_and_no_missing_bijlage(
    s3: S3Place, moto: str, seal: Seal
) -> None:
    nowhere = s3.but(bucket="kindkans-nowhere").open(seal)

    for work in (
        load(nowhere, f"{PUSH}/1"),
        store(nowhere),
        nowhere.discard(PUSH),
        nowhere.check_writable(),
        anext(nowhere.folders_older_than(0)),
    ):
        with pytest.raises(Unavailable, match="storage"):
            await work


async def test_an_answer_that_is_cut_off_is_never_a_short_bijlage(
    behind: S3Place, between: Middleman, seal: Seal
) -> None:
    objects = behind.but(patience=SHORT).open(seal)
    object_id = await store(objects, os.urandom(1_000_000))
    between.behave = lambda method, path: "short" if method == "GET" else "pass"

    with pytest.raises(Unavailable, match="storage"):
        await load(objects, object_id)
    between.behave = lambda method, path: "pass"
    assert len(await load(objects, object_id)) == 1_000_000


async def test_the_sweeper_sees_more_than_one_page(s3: S3Place, seal: Seal) -> None:
    objects = s3.open(seal)
    await objects.check_writable()
    pushes = {InzendingId(f"{number:030x}ab") for number in range(1, 1202)}
    for push in pushes:
        s3_backends["123456789012"]["aws"].put_object(BUCKET, f"{s3.prefix}/ab/{push}/1", b"x")

    assert {push async for push in objects.folders_older_than(-60)} == pushes


async def test_the_sweeper_takes_no_key_for_a_push_that_is_not_where_pushes_are(
    s3: S3Place, seal: Seal
) -> None:
    for key in (f"cd/{PUSH}/1", f"ab/{PUSH}", f"ab/x{PUSH}/1", f"x/ab/{PUSH}/1"):
        s3.put(key, b"x")

    assert [push async for push in s3.open(seal).folders_older_than(-60)] == []


# --- when S3 is away ---


async def works(objects: object, object_id: str) -> list[BaseException | None]:
    """Each call of the seam: what it raised, in bounded time."""
    calls = (
        lambda: store(objects, push=OTHER),
        lambda: load(objects, object_id),
        lambda: objects.discard(OTHER),
        lambda: objects.check_writable(),
        lambda: anext(objects.folders_older_than(0)),
    )
    found = []
    for call in calls:
        async with asyncio.timeout(60):
            [raised] = await asyncio.gather(call(), return_exceptions=True)
        found.append(raised if isinstance(raised, BaseException) else None)
    return found


@pytest.mark.parametrize("behaviour", ["silent", "swallow", "500", "503", "403"])
async def test_while_s3_is_away_everything_is_unavailable_and_afterwards_all_is_there(
    behind: S3Place, between: Middleman, seal: Seal, behaviour: str
) -> None:
    objects = behind.but(patience=SHORT).open(seal)
    object_id = await store(objects)
    between.behave = lambda method, path: behaviour
    raised = await works(objects, object_id)
    between.behave = lambda method, path: "pass"

    assert [type(exc) for exc in raised] == [Unavailable] * 5
    assert await load(objects, object_id) == CANARY
    again = await store(objects, push=OTHER)
    assert await load(objects, again) == CANARY


async def test_a_server_that_is_down_is_unavailable_at_once_until_it_returns(
    s3: S3Place, seal: Seal, moto: str
) -> None:
    with middleman(moto) as between:
        objects = s3.but(endpoint=between.endpoint).open(seal)
        object_id = await store(objects)
    raised = await works(objects, object_id)

    assert [type(exc) for exc in raised] == [Unavailable] * 5
    with middleman(moto, port=int(between.endpoint.rsplit(":", 1)[1])):
        assert await load(objects, object_id) == CANARY
        assert await store(objects, number=2) != object_id
        await objects.check_writable()


async def test_a_call_ends_at_its_own_deadline_whatever_obstore_waits_for(
    behind: S3Place, between: Middleman, seal: Seal
) -> None:
    patience = Patience(request_seconds=60, call_seconds=0.5, discard_seconds=0.5)
    objects = behind.but(patience=patience).open(seal)
    object_id = await store(objects)
    between.behave = lambda method, path: "silent"

    assert [type(exc) for exc in await works(objects, object_id)] == [Unavailable] * 5


async def test_who_wait_for_the_proof_do_not_wait_one_after_the_other(
    behind: S3Place, between: Middleman, seal: Seal
) -> None:
    between.behave = lambda method, path: "silent"
    objects = behind.but(patience=SHORT).open(seal)
    async with asyncio.timeout(20):
        writing = (store(objects, number=number) for number in range(1, 41))
        raised = await asyncio.gather(*writing, return_exceptions=True)

    assert {type(exc) for exc in raised} == {Unavailable}


async def test_the_event_loop_runs_on_while_s3_is_silent(
    behind: S3Place, between: Middleman, seal: Seal
) -> None:
    between.behave = lambda method, path: "silent"
    writing = asyncio.create_task(store(behind.but(patience=SHORT).open(seal)))
    turns = 0
    while not writing.done():
        await asyncio.sleep(0.01)
        turns += 1

    assert isinstance(writing.exception(), Unavailable)
    assert turns > 10  # whoever waits on the loop itself lets it turn once per request


# --- what is refused ---


async def refused(place: S3Place, seal: Seal, why: str) -> None:
    objects = place.open(seal)
    with pytest.raises(ConfigurationError, match=why):
        await objects.check_writable()
    with pytest.raises(ConfigurationError, match=why):
        await anext(objects.folders_older_than(0))
    with pytest.raises(Unavailable, match="storage"):
        await store(objects)  # a push or an event is not to blame
    assert place.kept() == {}


async def test_an_endpoint_that_overwrites_is_refused(
    behind: S3Place, between: Middleman, seal: Seal
) -> None:
    between.behave = lambda method, path: "unconditional"

    await refused(behind, seal, "overwrites in spite of If-None-Match")


async def test_a_bucket_that_keeps_old_versions_is_refused(s3: S3Place, moto: str, seal: Seal) -> None:
    name = f"versioned-{fresh_prefix()}"
    create_bucket(moto, name)
    s3_client(moto).put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})

    await refused(s3.but(bucket=name), seal, "keeps old versions")


async def test_the_prefix_of_another_installation_or_store_is_refused(s3: S3Place, seal: Seal) -> None:
    await s3.open(seal).check_writable()

    await refused(s3, Seal(Keyring.generate()), "belongs to another")
    await refused(s3.but(owner="kindkans"), seal, "belongs to another")


async def test_those_who_start_at_once_agree_whose_prefix_it_is(s3: S3Place, seal: Seal) -> None:
    await asyncio.gather(*(s3.open(seal).check_writable() for _ in range(8)))


async def test_two_prefixes_in_one_bucket_know_nothing_of_each_other(s3: S3Place, seal: Seal) -> None:
    inner, beside = s3.but(prefix=f"{s3.prefix}/ab"), s3.but(prefix=f"{s3.prefix}-2")
    ids = {place.prefix: await store(place.open(seal)) for place in (s3, inner, beside)}
    assert [p async for p in s3.open(seal).folders_older_than(-60)] == [PUSH]
    await s3.open(seal).discard(PUSH)

    assert len(inner.kept()) == len(beside.kept()) == 1
    assert await load(inner.open(seal), ids[inner.prefix]) == CANARY
    with pytest.raises(ObjectMissing):
        await load(s3.open(seal), ids[s3.prefix])


async def test_plain_http_is_spoken_only_where_our_own_setting_says_so(
    s3: S3Place, moto: str, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto)
    monkeypatch.setenv("AWS_ENDPOINT", moto)
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")

    with pytest.raises(Unavailable):
        await s3.but(endpoint="", patience=SHORT).open(seal).check_writable()


async def test_the_secret_is_shown_nowhere(s3: S3Place, moto: str, seal: Seal) -> None:
    objects = s3.but(bucket="kindkans-nowhere").open(seal)
    with pytest.raises(Unavailable) as caught:
        await store(objects)
    shown = [repr(s3.storage), repr(objects._bucket._store), repr(caught.value), repr(caught.value.__cause__)]

    assert not any(SECRET in text for text in shown)
