"""Group commit: many at once, each answered after the commit that made it durable, none hurt by another."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import OperationalError

from database.committer import Committer
from database.engine import RowRefused
from dossier.errors import BerichtConflict, Draining, Unavailable

Note = Callable[[str], Callable[[Connection], str]]
Committed = Callable[[], set[str]]


async def hold(committer: Committer, gate: Any) -> asyncio.Task[None]:
    """The committer's thread is at the gate; what comes now waits together."""
    task = asyncio.create_task(committer.transact(gate))
    await asyncio.to_thread(gate.reached.wait, 10)
    return task


async def queued(committer: Committer, works: list[Any]) -> list[asyncio.Task[Any]]:
    tasks = [asyncio.create_task(committer.transact(work)) for work in works]
    await asyncio.sleep(0)  # each has run until it waits
    return tasks


def count_commits(engine: Engine) -> list[object]:
    commits: list[object] = []
    event.listen(engine, "commit", commits.append)
    return commits


async def test_all_that_waits_is_committed_at_once(
    notes: Engine, make_committer: Any, gate: Any, note: Note, committed: Committed
) -> None:
    sizes: list[int] = []
    committer = make_committer(on_group=sizes.append)
    first = await hold(committer, gate)
    tasks = await queued(committer, [note(f"n{i}") for i in range(50)])
    commits = count_commits(notes)
    gate.open()

    assert await asyncio.gather(*tasks) == [f"n{i}" for i in range(50)]
    await first
    assert sizes == [1, 50]
    assert len(commits) == 2
    assert committed() == {f"n{i}" for i in range(50)}


async def test_a_group_is_no_larger_than_it_may_be(make_committer: Any, gate: Any, note: Note) -> None:
    sizes: list[int] = []
    committer = make_committer(on_group=sizes.append, max_group=4)
    await hold(committer, gate)
    tasks = await queued(committer, [note(str(i)) for i in range(10)])
    gate.open()
    await asyncio.gather(*tasks)

    assert sizes == [1, 4, 4, 2]


@pytest.mark.parametrize("number", [1, 2])
async def test_nothing_is_answered_before_it_is_committed(
    notes: Engine, make_committer: Any, gate: Any, note: Note, committed: Committed, number: int
) -> None:
    committer = make_committer()
    await hold(committer, gate)
    tasks = await queued(committer, [note(str(i)) for i in range(number)])
    before_commit, go_on = threading.Event(), threading.Event()

    def stop_before_commit(connection: Connection) -> None:
        if connection.execute(text("SELECT count(*) FROM note")).scalar_one():
            before_commit.set()
            go_on.wait(30)

    event.listen(notes, "commit", stop_before_commit)
    gate.open()
    await asyncio.to_thread(before_commit.wait, 10)
    try:
        assert committed() == set()
        assert not any(task.done() for task in tasks)
    finally:
        go_on.set()

    await asyncio.gather(*tasks)
    assert len(committed()) == number


async def test_one_bad_piece_of_work_hurts_only_itself(
    make_committer: Any, gate: Any, note: Note, committed: Committed
) -> None:
    def bad(connection: Connection) -> None:
        note("half")(connection)
        raise BerichtConflict("twee")

    committer = make_committer()
    await hold(committer, gate)
    tasks = await queued(committer, [note("a"), bad, note("b"), bad, note("c")])
    gate.open()
    results = await asyncio.gather(*tasks, return_exceptions=True)

    assert [results[0], results[2], results[4]] == ["a", "b", "c"]
    assert [type(results[1]), type(results[3])] == [BerichtConflict, BerichtConflict]
    assert committed() == {"a", "b", "c"}


async def test_a_row_that_is_refused_hurts_only_itself(
    make_committer: Any, gate: Any, note: Note, committed: Committed
) -> None:
    committer = make_committer()
    await hold(committer, gate)
    tasks = await queued(committer, [note("a"), note("b"), note("a"), note("c")])
    gate.open()
    results = await asyncio.gather(*tasks, return_exceptions=True)

    assert [results[0], results[1], results[3]] == ["a", "b", "c"]
    assert isinstance(results[2], RowRefused)
    assert committed() == {"a", "b", "c"}


async def test_a_caller_who_leaves_takes_nothing_along(
    make_committer: Any, gate: Any, note: Note, committed: Committed
) -> None:
    committer = make_committer()
    await hold(committer, gate)
    leaver, stayer = await queued(committer, [note("left"), note("stayed")])
    leaver.cancel()
    gate.open()

    assert await stayer == "stayed"
    assert leaver.cancelled()
    assert committed() == {"left", "stayed"}
    assert await committer.transact(note("after")) == "after"


async def test_stopping_finishes_what_waits_and_refuses_what_comes_later(
    make_committer: Any, gate: Any, note: Note, committed: Committed
) -> None:
    committer = make_committer(max_group=3)
    await hold(committer, gate)
    tasks = await queued(committer, [note(str(i)) for i in range(10)])
    stopping = asyncio.create_task(asyncio.to_thread(committer.stop))
    while not committer._closed:  # noqa: ASYNC110
        await asyncio.sleep(0)

    with pytest.raises(Draining):
        await committer.transact(note("late"))
    assert not stopping.done()
    gate.open()
    await stopping
    assert await asyncio.gather(*tasks) == [str(i) for i in range(10)]
    assert committed() == {str(i) for i in range(10)}
    with pytest.raises(Draining):
        await committer.transact(note("too late"))
    committer.stop()


async def test_when_too_many_wait_the_next_is_told_so_at_once(
    make_committer: Any, gate: Any, note: Note, committed: Committed
) -> None:
    committer = make_committer(max_waiting=3)
    await hold(committer, gate)
    tasks = await queued(committer, [note(str(i)) for i in range(3)])
    with pytest.raises(Unavailable, match="database"):
        await committer.transact(note("one too many"))
    gate.open()

    assert len(await asyncio.gather(*tasks)) == 3
    assert await committer.transact(note("again")) == "again"
    assert committed() == {"0", "1", "2", "again"}


class Commits:
    """The engine's commits, of which the n-th ones in `failing` fail before they do anything."""

    def __init__(self, engine: Engine, failing: set[int]) -> None:
        self._real = engine.dialect.do_commit
        self._failing = failing
        self.tried = 0
        engine.dialect.do_commit = self  # type: ignore[assignment]

    def __call__(self, connection: Any) -> None:
        self.tried += 1
        if self.tried in self._failing:
            raise OperationalError("COMMIT", {}, Exception("disk I/O error"))
        self._real(connection)


async def test_a_group_whose_commit_fails_is_repeated_one_by_one(
    notes: Engine, make_committer: Any, gate: Any, note: Note, committed: Committed
) -> None:
    committer = make_committer()
    await hold(committer, gate)
    tasks = await queued(committer, [note(str(i)) for i in range(3)])
    commits = Commits(notes, failing={2})  # the first is that of the gate
    gate.open()

    assert await asyncio.gather(*tasks) == ["0", "1", "2"]
    assert committed() == {"0", "1", "2"}
    assert commits.tried == 1 + 1 + 3


async def test_a_commit_that_fails_once_is_tried_again_and_one_that_fails_twice_is_unavailable(
    notes: Engine, make_committer: Any, note: Note, committed: Committed
) -> None:
    committer = make_committer()
    Commits(notes, failing={1, 2, 3})

    with pytest.raises(Unavailable, match="database"):
        await committer.transact(note("lost"))
    assert committed() == set()
    assert await committer.transact(note("kept")) == "kept"
    assert committed() == {"kept"}


async def test_when_the_database_is_gone_the_others_of_a_group_do_not_each_wait_for_it(
    notes: Engine, make_committer: Any, gate: Any
) -> None:
    tried: list[int] = []

    def work(number: int) -> Callable[[Connection], None]:
        def run(connection: Connection) -> None:
            tried.append(number)
            raise Unavailable("database")

        return run

    committer = make_committer()
    await hold(committer, gate)
    tasks = await queued(committer, [work(i) for i in range(20)])
    gate.open()
    results = await asyncio.gather(*tasks, return_exceptions=True)

    assert all(isinstance(result, Unavailable) for result in results)
    assert tried == [0, 0, 0]  # in the group, alone, and alone once more


async def test_an_event_loop_that_died_holds_up_no_other(
    make_committer: Any, gate: Any, note: Note, committed: Committed
) -> None:
    committer = make_committer()
    first = await hold(committer, gate)

    async def put_and_leave() -> None:
        await queued(committer, [note("of the dead")])

    def other_loop() -> None:
        loop = asyncio.new_event_loop()
        loop.run_until_complete(put_and_leave())
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    await asyncio.to_thread(other_loop)
    [mine] = await queued(committer, [note("of the living")])
    gate.open()

    assert await mine == "of the living"
    await first
    assert committed() == {"of the dead", "of the living"}


async def test_every_event_loop_gets_its_own_answers(make_committer: Any, gate: Any, note: Note) -> None:
    committer = make_committer()
    await hold(committer, gate)
    elsewhere = asyncio.create_task(asyncio.to_thread(lambda: asyncio.run(committer.transact(note("there")))))
    here = asyncio.create_task(committer.transact(note("here")))
    await asyncio.sleep(0)
    gate.open()

    assert await asyncio.gather(here, elsewhere) == ["here", "there"]
