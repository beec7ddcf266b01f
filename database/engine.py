"""The engine per dialect, with the settings that were measured to lose nothing (architecture.md 4)."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import BigInteger, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from dossier.errors import ConfigurationError, Unavailable

BUSY_TIMEOUT_SECONDS = 10


class now_ms(GenericFunction[int]):
    """The database's clock, in milliseconds since 1970 UTC."""

    type = BigInteger()
    inherit_cache = True


@compiles(now_ms, "sqlite")
def _now_ms_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return "CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER)"


@compiles(now_ms, "postgresql")
def _now_ms_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"


def open_engine(url: str) -> Engine:
    """An engine for `url` (sqlite:// for now; PostgreSQL is the next issue's).

    Raises ConfigurationError for another dialect. Connects to nothing yet.
    """
    if make_url(url).get_backend_name() != "sqlite":
        raise ConfigurationError("DATABASE_URL must start with sqlite:// in this version")
    engine = create_engine(
        url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False}, pool_timeout=10
    )
    event.listen(engine, "connect", _on_sqlite_connect)
    event.listen(engine, "begin", _on_sqlite_begin)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: committed at the end, rolled back on any exception.

    Raises Unavailable("database") when the database fails, of which RowRefused is a kind; the outcome
    is then unknown.
    """
    with _translated(), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One read transaction: it sees one state and takes no write lock. Raises Unavailable("database")."""
    with _translated(), engine.connect().execution_options(read_only=True) as connection:
        yield connection


class RowRefused(Unavailable):
    """The database works and refuses these rows: a race that a second run settles, or a defect of ours."""


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (IntegrityError, DataError) as exc:
        raise RowRefused("database") from exc
    except (SQLAlchemyError, sqlite3.Error) as exc:
        raise Unavailable("database") from exc


def _on_sqlite_connect(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    cursor = connection.cursor()
    _use_wal(cursor)
    cursor.execute("PRAGMA synchronous=FULL")  # NORMAL lost up to 624 acknowledged rows at a power cut
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}")
    cursor.execute("PRAGMA wal_autocheckpoint=4000")
    cursor.close()


def _use_wal(cursor: sqlite3.Cursor) -> None:
    # SQLite's own timeout does not serve here: of two who turn a new file to WAL at once, one fails.
    until = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _on_sqlite_begin(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def check_alive(engine: Engine) -> None:
    """Raises Unavailable("database") unless it answers."""
    with reading(engine) as connection:
        connection.execute(text("SELECT 1"))
