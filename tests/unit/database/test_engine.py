"""The engine: what was measured to lose nothing is what is set; failures are said once, in our words."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select, text

from database.engine import RowRefused, check_alive, now_ms, open_engine, reading, writing
from dossier.errors import ConfigurationError, Unavailable


@pytest.fixture
def impatient(gateway_file: Path) -> Iterator[Engine]:
    """Waits a moment for a lock, and not ten seconds."""
    engine = open_engine(f"sqlite:///{gateway_file}")
    event.listen(engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA busy_timeout=20"))
    yield engine
    engine.dispose()


@pytest.fixture
def stranger(gateway_file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(gateway_file, isolation_level=None)
    yield connection
    connection.close()


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),  # FULL: NORMAL lost acknowledged rows at a power cut
        ("foreign_keys", 1),
        ("busy_timeout", 10_000),
    ],
)
def test_sqlite_is_set_to_lose_nothing(engine: Engine, pragma: str, value: object) -> None:
    with reading(engine) as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value


@pytest.mark.parametrize("url", ["mysql://u:geheim@x", "geheim", "geheim://"])
def test_another_database_is_not_taken_and_its_url_not_shown(url: str) -> None:
    with pytest.raises(ConfigurationError, match="database's URL") as caught:
        open_engine(url)
    assert "geheim" not in str(caught.value)


def test_the_clock_of_the_database_counts_milliseconds_since_1970(engine: Engine) -> None:
    before = time.time() * 1000
    with reading(engine) as connection:
        now = connection.execute(select(now_ms())).scalar_one()

    assert before - 2 <= now <= time.time() * 1000 + 2  # SQLite rounds to a millisecond
    assert isinstance(now, int)


def test_what_was_written_is_there_and_what_failed_half_way_is_not(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO swv VALUES ('a', 'A')"))
    with contextlib.suppress(ZeroDivisionError), writing(engine) as connection:
        connection.execute(text("INSERT INTO swv VALUES ('b', 'B')"))
        raise ZeroDivisionError

    with reading(engine) as connection:
        assert connection.execute(text("SELECT swv_id FROM swv")).scalars().all() == ["a"]


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_a_reader_sees_one_state_and_keeps_no_writer_waiting(engine: Engine, impatient: Engine) -> None:
    query = text("SELECT count(*) FROM swv")
    with reading(engine) as reader:
        assert reader.execute(query).scalar_one() == 0
        with writing(impatient) as writer:
            writer.execute(text("INSERT INTO swv VALUES ('a', 'A')"))
        assert reader.execute(query).scalar_one() == 0
    with reading(engine) as reader:
        assert reader.execute(query).scalar_one() == 1


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_a_writer_takes_its_lock_at_the_start_and_so_never_loses_what_it_read(
    engine: Engine, impatient: Engine
) -> None:
    with writing(engine):
        with pytest.raises(Unavailable, match="database"), writing(impatient):
            raise AssertionError("two write at once")
        with reading(impatient) as connection:
            connection.execute(text("SELECT 1"))


def test_a_database_that_stays_locked_is_unavailable(impatient: Engine, stranger: sqlite3.Connection) -> None:
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="database") as caught, writing(impatient):
        pass
    assert not isinstance(caught.value, RowRefused)
    stranger.execute("ROLLBACK")
    with writing(impatient):
        pass


def test_a_row_that_is_refused_is_told_from_a_database_that_is_gone(engine: Engine) -> None:
    with pytest.raises(RowRefused, match="database"), writing(engine) as connection:
        connection.execute(text("INSERT INTO swv VALUES ('a', NULL)"))
    assert issubclass(RowRefused, Unavailable)


@pytest.mark.parametrize("path", ["no/such/folder/gateway.db", "."])
def test_a_database_that_cannot_be_opened_is_unavailable(tmp_path: Path, path: str) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/{path}")

    with pytest.raises(Unavailable, match="database"):
        check_alive(engine)


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "gateway.db").write_bytes(b"%PDF-1.7 " * 1000)

    with pytest.raises(Unavailable, match="database"):
        check_alive(open_engine(f"sqlite:///{tmp_path}/gateway.db"))


def test_a_database_that_answers_is_alive(engine: Engine) -> None:
    check_alive(engine)


def test_two_who_make_a_new_file_at_once_wait_for_each_other(tmp_path: Path) -> None:
    # SQLite's own timeout does not serve while a file is turned to WAL and somebody writes in it.
    other = sqlite3.connect(tmp_path / "new.db", isolation_level=None)
    other.execute("CREATE TABLE t (x)")
    other.execute("BEGIN IMMEDIATE")
    engine = open_engine(f"sqlite:///{tmp_path}/new.db")
    outcomes: list[object] = []

    def start() -> None:
        try:
            check_alive(engine)
            outcomes.append("alive")
        except Unavailable as exc:
            outcomes.append(exc)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join(0.1)
    assert outcomes == []
    other.execute("COMMIT")
    thread.join(10)
    other.close()
    engine.dispose()

    assert outcomes == ["alive"]
