"""What is silent is found once in a while, by one thread, and a failure of it is nobody's trouble."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, delete, event, update

from components.inzendingen import settings
from components.silences import endless_kalender, put_koppeling, put_pushes, weekly
from database import schema
from database.engine import open_engine, reading, writing
from database.silence_memory import RETRY_SECONDS, SilenceMemory
from dossier.errors import Unavailable
from dossier.identifiers import KoppelingId

K = KoppelingId("k-1")
NOW = datetime(2026, 12, 15, 9, tzinfo=UTC)


class World:
    """One silent koppeling, a clock to turn, and how often was looked for silent ones."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clock = 1_000.0
        self.failures: list[BaseException] = []
        self.looked = 0
        self.memory = SilenceMemory(
            keep_seconds=300,
            kalender=endless_kalender(),
            now=lambda: NOW,
            clock=lambda: self.clock,
            on_failed=self.failures.append,
        )
        event.listen(engine, "before_cursor_execute", self._seen)

    def _seen(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        self.looked += statement.startswith("SELECT koppeling.koppeling_id")

    def ask(self) -> int | None:
        """What is told when nobody is looking any more."""
        self.memory.known(self.engine)
        self.memory.wait()
        return self.memory.count(self.engine)

    def push(self) -> None:
        with writing(self.engine) as connection:
            put_pushes(connection, [NOW - timedelta(days=1)])


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    with writing(engine) as connection:
        settings(connection)
        put_koppeling(connection, K, "11AA")
        put_pushes(connection, weekly(datetime(2026, 11, 24, 10, tzinfo=UTC)))
    world = World(engine)
    yield world
    world.memory.wait()


def test_the_first_time_is_waited_for_and_after_that_it_is_remembered(world: World) -> None:
    assert [one.koppeling_id for one in world.memory.found(world.engine) or ()] == [K]
    world.push()
    world.clock += 299
    for _ in range(5):
        assert world.ask() == 1
    assert world.looked == 1
    world.clock += 1
    assert world.ask() == 0
    assert world.looked == 2


def test_who_asks_while_it_is_found_anew_gets_what_was_known(world: World) -> None:
    reached, go = threading.Event(), threading.Event()

    def hold(*_: object) -> None:
        reached.set()
        assert go.wait(30)

    assert world.ask() == 1
    world.push()
    world.clock += 300
    event.listen(world.engine, "before_cursor_execute", hold)
    try:
        assert world.memory.count(world.engine) == 1
        assert reached.wait(30)
        assert world.memory.count(world.engine) == 1
        assert len(world.memory.found(world.engine) or ()) == 1
    finally:
        go.set()
    assert world.ask() == 0
    assert world.looked == 2


def test_a_scrape_never_waits_and_has_no_number_until_there_is_one(world: World) -> None:
    reached, go = threading.Event(), threading.Event()

    def hold(*_: object) -> None:
        reached.set()
        assert go.wait(30)

    event.listen(world.engine, "before_cursor_execute", hold)
    try:
        assert world.memory.count(world.engine) is None
        assert reached.wait(30)
        assert world.memory.count(world.engine) is None
    finally:
        go.set()
    assert world.ask() == 1


def test_of_many_that_ask_at_once_one_looks(world: World) -> None:
    together = threading.Barrier(8)
    told: list[int] = []

    def ask() -> None:
        together.wait()
        told.append(len(world.memory.found(world.engine) or ()))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [1] * 8
    assert world.looked == 1


def test_a_failure_is_reported_and_leaves_what_was_known(world: World) -> None:
    assert world.ask() == 1
    world.clock += 300
    broken = open_engine("sqlite:////nowhere/at/all.db")
    world.memory.known(broken)
    assert [one.koppeling_id for one in world.memory.wait() or ()] == [K]
    (failure,) = world.failures
    assert isinstance(failure, Unavailable)
    world.push()
    world.clock += RETRY_SECONDS - 1
    assert world.ask() == 1
    world.clock += 1
    assert world.ask() == 0
    broken.dispose()


def test_a_defect_of_ours_is_a_failure_too(world: World) -> None:
    world.memory.now = lambda: datetime(2026, 12, 15)  # noqa: DTZ001 - what a defect may be
    assert world.memory.found(world.engine) is None
    assert world.memory.count(world.engine) is None
    assert [type(failure) for failure in world.failures] == [TypeError]


def test_one_koppeling_is_looked_at_as_it_is_now(world: World) -> None:
    with reading(world.engine) as connection:
        found = world.memory.of(connection, K)
    assert found is not None
    assert found.koppeling_id == K
    world.push()
    with reading(world.engine) as connection:
        assert world.memory.of(connection, K) is None


def test_what_is_forgotten_is_found_anew(world: World) -> None:
    assert world.ask() == 1
    with writing(world.engine) as connection:
        connection.execute(update(schema.koppeling).values(status="inactief"))
        connection.execute(delete(schema.koppeling_brin))
    world.memory.forget()
    assert world.memory.found(world.engine) == ()
