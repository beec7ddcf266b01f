"""Rows put off to the end of a group's transaction: written once, never lost, never another group's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Engine, MetaData, Table, Text, event, insert, select

from database.deferred import flush_marked, write
from database.engine import reading, writing
from dossier.errors import Unavailable

NOTE = Table("note", MetaData(), Column("t", Text, primary_key=True))
INSERT = insert(NOTE)
Statements = list[tuple[str, int]]


@pytest.fixture
def inserts(notes: Engine) -> Iterator[Statements]:
    """Each INSERT as it is sent, with how many rows it had."""
    seen: Statements = []

    def note(*arguments: Any) -> None:
        _, _, statement, parameters, _, executemany = arguments
        if statement.startswith("INSERT INTO note"):
            seen.append(("note", len(parameters) if executemany else 1))

    event.listen(notes, "before_cursor_execute", note)
    yield seen
    event.remove(notes, "before_cursor_execute", note)


def put_off(words: str) -> Callable[[Connection], str]:
    def work(connection: Connection) -> str:
        write(connection, INSERT, [{"t": words}], words)
        return words

    return work


async def test_the_rows_of_a_group_are_one_statement(
    notes: Engine, make_committer: Any, gate: Any, committed: Callable[[], set[str]], inserts: Statements
) -> None:
    committer = make_committer()
    held = asyncio.create_task(committer.transact(gate))
    await asyncio.to_thread(gate.reached.wait, 10)
    waiting = [asyncio.create_task(committer.transact(put_off(str(n)))) for n in range(20)]
    await asyncio.sleep(0)
    gate.open()
    await asyncio.gather(held, *waiting)

    assert inserts == [("note", 20)]
    assert committed() == {str(n) for n in range(20)}


async def test_who_asks_for_a_mark_sees_what_was_put_off_under_it(
    make_committer: Any, inserts: Statements
) -> None:
    def work(connection: Connection) -> list[list[str]]:
        seen = []
        write(connection, INSERT, [{"t": "a"}], "a")
        for mark in ("b", "a"):
            flush_marked(connection, mark)
            seen.append(list(connection.execute(select(NOTE.c.t)).scalars()))
        return seen

    assert await make_committer().transact(work) == [[], ["a"]]
    assert inserts == [("note", 1)]


async def test_what_is_undone_is_not_written_by_the_next(
    make_committer: Any, committed: Callable[[], set[str]]
) -> None:
    committer = make_committer()

    def fail(connection: Connection) -> None:
        write(connection, INSERT, [{"t": "of who failed"}])
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - it is ours, above
        await committer.transact(fail)
    await committer.transact(put_off("next"))

    assert committed() == {"next"}


async def test_a_row_that_the_database_refuses_hurts_only_its_own_push(
    make_committer: Any, gate: Any, committed: Callable[[], set[str]]
) -> None:
    committer = make_committer()
    await committer.transact(put_off("there"))
    held = asyncio.create_task(committer.transact(gate))
    await asyncio.to_thread(gate.reached.wait, 10)
    waiting = [asyncio.create_task(committer.transact(put_off(t))) for t in ("a", "there", "b")]
    await asyncio.sleep(0)
    gate.open()
    outcomes = await asyncio.gather(held, *waiting, return_exceptions=True)

    assert outcomes[1] == "a"
    assert isinstance(outcomes[2], Unavailable)
    assert outcomes[3] == "b"
    assert committed() == {"there", "a", "b"}


def test_without_a_committer_rows_are_written_at_once(notes: Engine, inserts: Statements) -> None:
    with writing(notes) as connection:
        write(connection, INSERT, [{"t": "now"}])
        assert inserts == [("note", 1)]
    with reading(notes) as connection:
        assert list(connection.execute(select(NOTE.c.t)).scalars()) == ["now"]
