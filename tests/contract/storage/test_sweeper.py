"""The sweeper removes what is old and that nobody knows, and never what a committed push needs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from components.places import Place
from dossier.errors import Unavailable
from dossier.identifiers import InzendingId, new_inzending_id
from storage.objects import ObjectMissing
from storage.opening import Objects
from storage.seal import Seal
from storage.sweeper import SWEEP_AGE_SECONDS, sweep

OLD = SWEEP_AGE_SECONDS + 60
YOUNG = SWEEP_AGE_SECONDS - 3600


async def push(objects: Objects, count: int = 1) -> InzendingId:
    inzending_id = new_inzending_id()
    for number in range(1, count + 1):
        writer = objects.create(inzending_id, number)
        await writer.write(b"inhoud")
        await writer.finish()
    return inzending_id


def held(place: Place) -> set[str]:
    return {key.split("/")[1] for key in place.kept()}


async def knows_none(ids: Sequence[InzendingId]) -> set[InzendingId]:
    return set()


async def test_only_what_is_old_and_unknown_is_removed(place: Place, objects: Objects) -> None:
    old_known, old_unknown, young = [await push(objects, 2) for _ in range(3)]
    place.age(old_known, OLD)
    place.age(old_unknown, OLD)
    asked: list[InzendingId] = []

    async def needed(ids: Sequence[InzendingId]) -> set[InzendingId]:
        asked.extend(ids)
        return {old_known}

    assert await sweep(objects, needed) == 1
    assert held(place) == {old_known, young}
    assert sorted(asked) == sorted([old_known, old_unknown])


@pytest.mark.parametrize(("seconds", "removed"), [(50, 0), (3600, 1)])
async def test_how_old_is_old_can_be_said(
    place: Place, objects: Objects, seconds: float, removed: int
) -> None:
    place.age(await push(objects), seconds)

    assert await sweep(objects, knows_none, age_seconds=1800) == removed


async def test_a_database_that_does_not_answer_removes_nothing(place: Place, objects: Objects) -> None:
    pushes = {await push(objects) for _ in range(3)}
    for inzending_id in pushes:
        place.age(inzending_id, OLD)

    async def needed(ids: Sequence[InzendingId]) -> set[InzendingId]:
        raise Unavailable("database")

    with pytest.raises(Unavailable):
        await sweep(objects, needed)
    assert held(place) == pushes


async def test_a_push_of_which_one_bijlage_is_new_is_let_be(place: Place, objects: Objects) -> None:
    inzending_id = await push(objects)
    await objects.create(inzending_id, 3).finish()
    place.age(inzending_id, OLD)
    await objects.create(inzending_id, 2).finish()

    assert await sweep(objects, knows_none) == 0
    assert len(place.kept()) == 3


async def test_what_is_no_push_of_ours_is_let_be(place: Place, objects: Objects) -> None:
    orphan = await push(objects)
    place.age(orphan, OLD)
    strangers = {"README", "ab/README", f"ab/{'f' * 31}/1", f"zz/{orphan}/1", "lost+found/x/y"}
    for key in strangers:
        place.put(key, b"x")

    assert await sweep(objects, knows_none, age_seconds=-60) == 1
    assert set(place.kept()) == strangers


async def test_an_empty_storage_has_nothing_to_sweep(objects: Objects) -> None:
    assert await sweep(objects, knows_none) == 0


@dataclass
class Pushed:
    """What the model knows of one push."""

    contents: list[bytes]
    ids: list[str] = field(default_factory=list)  # of what is finished
    old: bool = False
    committed: bool = False


class Sweeping(RuleBasedStateMachine):
    """Pushes come, are cut off, committed, refused and grow old, with sweeps in between."""

    place: Place
    seal: Seal

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.objects = self.run(self._open())
        self.pushes: dict[InzendingId, Pushed] = {}

    async def _open(self) -> Objects:
        return self.place.open(self.seal)  # in the loop in which it is used

    def run(self, work):  # type: ignore[no-untyped-def]
        return self.loop.run(work)

    def teardown(self) -> None:
        for inzending_id in self.pushes:
            self.run(self.objects.discard(inzending_id))
        self.loop.close()

    def some(self, choose: Callable[[Pushed], bool]) -> list[InzendingId]:
        return sorted(i for i, pushed in self.pushes.items() if choose(pushed))

    @rule(contents=st.lists(st.binary(max_size=20), min_size=1, max_size=3), cut_off=st.booleans())
    def push(self, contents: list[bytes], cut_off: bool) -> None:
        """Written, finished, and not yet decided; or cut off before its last bijlage."""
        inzending_id = new_inzending_id()
        pushed = self.pushes[inzending_id] = Pushed(contents)

        async def receive() -> None:
            for number, content in enumerate(contents[: len(contents) - cut_off], start=1):
                writer = self.objects.create(inzending_id, number)
                await writer.write(content)
                pushed.ids.append(await writer.finish())

        self.run(receive())

    @rule(data=st.data())
    def commit(self, data: st.DataObject) -> None:
        """Only while it is young: no request lasts a day."""
        if whole := self.some(lambda p: len(p.ids) == len(p.contents) and not p.old):
            self.pushes[data.draw(st.sampled_from(whole))].committed = True

    @rule(data=st.data())
    def refuse(self, data: st.DataObject) -> None:
        if undecided := self.some(lambda p: not p.committed):
            inzending_id = data.draw(st.sampled_from(undecided))
            self.run(self.objects.discard(inzending_id))
            del self.pushes[inzending_id]

    @rule(data=st.data())
    def grow_old(self, data: st.DataObject) -> None:
        if young := self.some(lambda p: not p.old):
            inzending_id = data.draw(st.sampled_from(young))
            self.pushes[inzending_id].old = True
            self.place.age(inzending_id, OLD)

    @rule(data=st.data())
    def nearly_grow_old(self, data: st.DataObject) -> None:
        if young := self.some(lambda p: not p.old):
            self.place.age(data.draw(st.sampled_from(young)), YOUNG)

    @precondition(lambda self: self.pushes)
    @rule(commits_meanwhile=st.booleans())
    def sweep(self, commits_meanwhile: bool) -> None:
        async def needed(ids: Sequence[InzendingId]) -> set[InzendingId]:
            known = {i for i in ids if self.pushes[i].committed}
            if commits_meanwhile:  # after the question is answered, before anything is removed
                for pushed in self.pushes.values():
                    pushed.committed |= len(pushed.ids) == len(pushed.contents) and not pushed.old
            return known

        self.run(sweep(self.objects, needed))
        swept = self.some(lambda p: p.old and not p.committed)
        assert not set(swept) & held(self.place), "what nobody knows is gone"
        for inzending_id in swept:
            del self.pushes[inzending_id]

    @rule()
    def sweep_in_vain(self) -> None:
        async def needed(ids: Sequence[InzendingId]) -> set[InzendingId]:
            raise Unavailable("database")

        before = held(self.place)
        try:
            self.run(sweep(self.objects, needed))
        except Unavailable:
            assert held(self.place) == before

    @invariant()
    def what_is_committed_or_may_yet_be_is_whole(self) -> None:
        for pushed in self.pushes.values():
            if not pushed.old or pushed.committed:
                found = [self.run(self._load(object_id)) for object_id in pushed.ids]
                assert found == pushed.contents[: len(pushed.ids)]

    async def _load(self, object_id: str) -> bytes:
        try:
            return b"".join([piece async for piece in self.objects.read(object_id)])
        except ObjectMissing:
            return b"missing!"


def test_whatever_happens_a_committed_push_keeps_its_bijlagen(place: Place, seal: Seal) -> None:
    class Here(Sweeping):
        pass

    Here.place, Here.seal = place, seal
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
