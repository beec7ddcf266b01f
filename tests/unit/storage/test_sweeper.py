"""The sweeper on files, and in portions. What it promises of every storage: tests/contract/storage."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from dossier.identifiers import InzendingId, new_inzending_id
from storage.objects import LocalObjects
from storage.sweeper import SWEEP_AGE_SECONDS, sweep


async def knows_none(ids: Sequence[InzendingId]) -> set[InzendingId]:
    return set()


def held(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("??/*")}


class Remembered:
    """Pushes that are all old."""

    def __init__(self, pushes: list[InzendingId]) -> None:
        self.pushes = pushes

    async def folders_older_than(self, age_seconds: float) -> AsyncIterator[InzendingId]:
        for push in list(self.pushes):
            yield push

    async def discard(self, inzending_id: InzendingId) -> None:
        self.pushes.remove(inzending_id)


async def test_many_are_asked_for_in_portions() -> None:
    pushes = [new_inzending_id() for _ in range(450)]
    kept = set(pushes[::3])
    portions: list[int] = []

    async def needed(ids: Sequence[InzendingId]) -> set[InzendingId]:
        portions.append(len(ids))
        return kept & set(ids)

    objects = Remembered(pushes)
    assert await sweep(objects, needed) == 300
    assert set(objects.pushes) == kept
    assert portions == [200, 200, 50]


async def test_what_was_begun_and_left_is_removed(objects: LocalObjects, folder: Path) -> None:
    inzending_id = new_inzending_id()
    writer = objects.create(inzending_id, 1)
    await writer.write(b"inhoud")
    then = time.time() - SWEEP_AGE_SECONDS - 60
    os.utime(folder / inzending_id[-2:] / inzending_id, (then, then))

    assert await sweep(objects, knows_none) == 1
    assert held(folder) == set()
    await writer.discard()


async def test_a_push_that_is_discarded_during_the_sweep_does_not_end_it(
    objects: LocalObjects, folder: Path
) -> None:
    pushes = [folder / "ab" / f"{number:030x}ab" for number in range(4)]
    for path in pushes:
        path.mkdir(parents=True)
        os.utime(path, (0, 0))
    found = objects._folders_older_than(SWEEP_AGE_SECONDS)
    first = next(found)
    for path in pushes:
        if path.name != first:
            path.rmdir()

    assert list(found) == []


async def test_without_a_folder_there_is_nothing_to_sweep(objects: LocalObjects) -> None:
    assert await sweep(objects, knows_none) == 0
