"""The sweeper removes what is old and that nobody knows; not knowing is no reason to remove."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from dossier.errors import Unavailable
from dossier.identifiers import InzendingId, new_inzending_id
from storage.objects import LocalObjects
from storage.sweeper import SWEEP_AGE_SECONDS, sweep


async def push(objects: LocalObjects, *, finished: bool = True) -> InzendingId:
    inzending_id = new_inzending_id()
    writer = objects.create(inzending_id, 1)
    await writer.write(b"inhoud")
    if finished:
        await writer.finish()
    return inzending_id


def age(folder: Path, inzending_id: InzendingId, seconds: float = SWEEP_AGE_SECONDS + 60) -> None:
    then = time.time() - seconds
    os.utime(folder / inzending_id[-2:] / inzending_id, (then, then))


def held(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("??/*")}


async def knows_none(ids: Sequence[InzendingId]) -> set[InzendingId]:
    return set()


@pytest.mark.parametrize("finished", [True, False])
async def test_only_what_is_old_and_unknown_is_removed(
    objects: LocalObjects, folder: Path, finished: bool
) -> None:
    old_known, old_unknown, young = [await push(objects, finished=finished) for _ in range(3)]
    age(folder, old_known)
    age(folder, old_unknown)
    asked: list[InzendingId] = []

    async def needed(ids: Sequence[InzendingId]) -> set[InzendingId]:
        asked.extend(ids)
        return {old_known}

    assert await sweep(objects, needed) == 1
    assert held(folder) == {old_known, young}
    assert set(asked) == {old_known, old_unknown}


@pytest.mark.parametrize(("seconds", "removed"), [(50, 0), (3600, 1)])
async def test_how_old_is_old_can_be_said(
    objects: LocalObjects, folder: Path, seconds: float, removed: int
) -> None:
    age(folder, await push(objects), seconds)

    assert await sweep(objects, knows_none, age_seconds=1800) == removed


async def test_a_database_that_does_not_answer_removes_nothing(objects: LocalObjects, folder: Path) -> None:
    pushes = {await push(objects) for _ in range(3)}
    for inzending_id in pushes:
        age(folder, inzending_id)

    async def needed(ids: Sequence[InzendingId]) -> set[InzendingId]:
        raise Unavailable("database")

    with pytest.raises(Unavailable):
        await sweep(objects, needed)
    assert held(folder) == pushes


async def test_many_are_asked_for_in_portions(objects: LocalObjects, folder: Path) -> None:
    pushes = [new_inzending_id() for _ in range(450)]
    for inzending_id in pushes:
        (folder / inzending_id[-2:] / inzending_id).mkdir(parents=True)
        age(folder, inzending_id)
    kept = set(pushes[::3])
    portions: list[int] = []

    async def needed(ids: Sequence[InzendingId]) -> set[InzendingId]:
        portions.append(len(ids))
        return kept & set(ids)

    assert await sweep(objects, needed) == 300
    assert held(folder) == kept
    assert portions == [200, 200, 50]


async def test_what_is_no_push_of_ours_is_let_be(objects: LocalObjects, folder: Path) -> None:
    strangers = [
        folder / "ab" / "README",
        folder / ".probe",
        folder / "ab" / ("f" * 31),
        folder / "lost+found",
    ]
    (folder / "ab").mkdir(parents=True)
    for path in strangers:
        path.touch()
        os.utime(path, (0, 0))
    orphan = await push(objects)
    age(folder, orphan)

    assert await sweep(objects, knows_none) == 1
    assert all(path.exists() for path in strangers)


async def test_a_push_that_is_discarded_during_the_sweep_does_not_end_it(
    objects: LocalObjects, folder: Path
) -> None:
    pushes = [folder / "ab" / f"{number:030x}ab" for number in range(4)]
    for path in pushes:
        path.mkdir(parents=True)
        os.utime(path, (0, 0))
    found = objects.folders_older_than(SWEEP_AGE_SECONDS)
    first = next(found)
    for path in pushes:
        if path.name != first:
            path.rmdir()

    assert list(found) == []


async def test_without_a_folder_there_is_nothing_to_sweep(objects: LocalObjects) -> None:
    assert await sweep(objects, knows_none) == 0
