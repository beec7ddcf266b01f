"""Bijlagen on disk, beyond what every storage promises (tests/contract/storage): durable, and slow disks."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from dossier.errors import Unavailable
from dossier.identifiers import InzendingId
from storage.objects import LocalObjects, ObjectMissing
from storage.seal import Seal

PUSH = InzendingId("0190a0b0c0d0700080000000000000ab")
CANARY = b"%PDF Zonnebloem, Quirijn"


async def store(objects: LocalObjects, content: bytes = CANARY, number: int = 1, push: str = PUSH) -> str:
    writer = objects.create(InzendingId(push), number)
    await writer.write(content)
    return await writer.finish()


async def load(objects: LocalObjects, object_id: str) -> bytes:
    return b"".join([piece async for piece in objects.read(object_id)])


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


async def test_an_object_lies_in_the_folder_of_its_push_and_is_for_its_owner_only(
    objects: LocalObjects, folder: Path
) -> None:
    assert await store(objects, number=7) == f"{PUSH}/7"
    assert files(folder) == {f"ab/{PUSH}/7"}
    assert stat.S_IMODE((folder / "ab" / PUSH / "7").stat().st_mode) == 0o600


async def test_until_it_is_finished_an_object_does_not_exist(objects: LocalObjects, folder: Path) -> None:
    writer = objects.create(PUSH, 1)
    assert files(folder) == set()
    await writer.write(CANARY)

    assert files(folder) == {f"ab/{PUSH}/1.part"}
    with pytest.raises(ObjectMissing):
        await load(objects, f"{PUSH}/1")


async def test_content_is_synced_before_its_name_and_its_name_before_anyone_hears(
    objects: LocalObjects, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[tuple[str, str]] = []

    def watch(name: str, real: Callable[..., object]) -> None:
        def call(first: object, *rest: object) -> object:
            path = os.readlink(f"/proc/self/fd/{first}") if isinstance(first, int) else str(first)
            happened.append((name, str(Path(path).relative_to(folder))))
            return real(first, *rest)

        monkeypatch.setattr(os, name, call)

    writer = objects.create(PUSH, 1)
    await writer.write(CANARY)
    for name in ("write", "fdatasync", "rename", "fsync"):
        watch(name, getattr(os, name))
    await writer.finish()
    monkeypatch.undo()

    part, push = f"ab/{PUSH}/1.part", f"ab/{PUSH}"
    assert happened[:3] == [("write", part), ("fdatasync", part), ("rename", part)]
    assert set(happened[3:]) == {("fsync", push), ("fsync", "ab"), ("fsync", ".")}


async def test_a_writer_that_is_discarded_in_the_middle_of_a_write_leaves_nothing(
    objects: LocalObjects, folder: Path
) -> None:
    writer = objects.create(PUSH, 1)
    part = folder / "ab" / PUSH / "1.part"
    part.parent.mkdir(parents=True)
    os.mkfifo(part)  # opening it waits for a reader: a disk that takes its time
    os.link(part, folder / "same")
    writing = asyncio.create_task(writer.write(CANARY))
    try:
        await until(writer._lock.locked)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        discarding = asyncio.create_task(writer.discard())
        finished, _ = await asyncio.wait({discarding}, timeout=0.05)
        assert not finished, "the thread may still write"
    finally:
        reader = os.open(folder / "same", os.O_RDONLY | os.O_NONBLOCK)  # lets the thread go
    await discarding
    os.close(reader)

    assert files(folder) == {"same"}
    assert writer._descriptor == -1


async def test_a_full_disk_is_unavailable_and_what_was_begun_can_be_taken_back(
    objects: LocalObjects, folder: Path
) -> None:
    writer = objects.create(PUSH, 1)
    part = folder / "ab" / PUSH / "1.part"
    part.parent.mkdir(parents=True)
    part.symlink_to("/dev/full")

    with pytest.raises(Unavailable, match="storage"):
        await writer.write(CANARY)
    open_files = psutil.Process().num_fds()
    with pytest.raises(Unavailable, match="storage"):
        await writer.finish()
    assert psutil.Process().num_fds() == open_files - 1
    await writer.discard()
    assert files(folder) == set()


async def test_a_storage_folder_that_is_none_is_unavailable(tmp_path: Path, seal: Seal) -> None:
    (tmp_path / "file").touch()
    objects = LocalObjects(tmp_path / "file", seal)

    for work in (
        objects.create(PUSH, 1).write(CANARY),
        objects.create(PUSH, 1).finish(),
        objects.discard(PUSH),
    ):
        with pytest.raises(Unavailable, match="storage"):
            await work
    with pytest.raises(Unavailable, match="storage"):
        await objects.check_writable()
    with pytest.raises(Unavailable, match="storage"):
        await load(objects, f"{PUSH}/1")


async def test_an_object_that_is_a_folder_is_unavailable(objects: LocalObjects, folder: Path) -> None:
    (folder / "ab" / PUSH / "1").mkdir(parents=True)

    with pytest.raises(Unavailable, match="storage"):
        await load(objects, f"{PUSH}/1")


async def test_a_reader_that_is_cancelled_on_a_slow_disk_is_cancelled_and_nothing_else(
    objects: LocalObjects, folder: Path
) -> None:
    path = folder / "ab" / PUSH / "1"
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    reading = asyncio.create_task(load(objects, f"{PUSH}/1"))
    await asyncio.sleep(0)
    writer = await asyncio.to_thread(os.open, path, os.O_WRONLY)  # the reader's thread has opened it
    try:
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    finally:
        os.close(writer)  # lets the thread go


async def test_a_folder_that_can_be_written_passes_the_check_and_is_left_clean(
    objects: LocalObjects, folder: Path
) -> None:
    await objects.check_writable()

    assert files(folder) == set()
