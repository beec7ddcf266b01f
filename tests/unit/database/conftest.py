"""Two tables to write in, connections that see only what is committed, and a committer to hold up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from database.committer import Committer, CommitterSettings
from database.engine import open_engine, reading, writing


@pytest.fixture
def notes(engine: Engine) -> Engine:
    """The engine, with a table `note` in which each text can stand once."""
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE note (t TEXT PRIMARY KEY)"))
    return engine


@pytest.fixture
def note() -> Callable[[str], Callable[[Connection], str]]:
    """Work that writes a note, and returns it."""

    def work_of(words: str) -> Callable[[Connection], str]:
        def work(connection: Connection) -> str:
            connection.execute(text("INSERT INTO note VALUES (:t)"), {"t": words})
            return words

        return work

    return work_of


@pytest.fixture
def committed(notes: Engine) -> Callable[[], set[str]]:
    """The notes as a stranger sees them: through a connection that is none of ours."""

    def read() -> set[str]:
        stranger = open_engine(notes.url.render_as_string(hide_password=False))
        try:
            with reading(stranger) as connection:
                return set(connection.execute(text("SELECT t FROM note")).scalars())
        finally:
            stranger.dispose()

    return read


class Gate:
    """Work that holds the committer's thread until it is opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._opened = threading.Event()

    def __call__(self, connection: Connection) -> None:
        self.reached.set()
        if not self._opened.wait(30):
            raise AssertionError("nobody opened the gate")

    def open(self) -> None:
        self._opened.set()


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open()


MakeCommitter = Callable[..., Committer]


@pytest.fixture
def make_committer(notes: Engine) -> Iterator[MakeCommitter]:
    made: list[Committer] = []

    def make(on_group: Callable[[int], None] = lambda size: None, **settings: Any) -> Committer:
        committer = Committer(notes, CommitterSettings(**settings), on_group=on_group)
        made.append(committer)
        committer.start()
        return committer

    yield make
    for committer in made:
        committer.stop()
