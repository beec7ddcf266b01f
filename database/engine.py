"""The engine per dialect, with the settings that were measured to lose nothing (architecture.md 4)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import BigInteger, Connection, Engine, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from database.postgres import check_server, is_conflict, open_postgres, read_only
from database.sqlite import open_sqlite
from dossier.errors import ConfigurationError, Unavailable

INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""By dialect: ON CONFLICT is not in the SQL that all dialects share."""


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


def open_engine(url: str, *, password: str = "", name: str = "") -> Engine:
    """An engine for sqlite:// or postgresql://. Connects to nothing yet.

    `password` is put into the URL unless that has one; `name` tells the server who we are. Raises
    ConfigurationError for anything else.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigurationError("the database's URL cannot be read") from None  # it may hold a password
    if parsed.get_backend_name() == "sqlite":
        return open_sqlite(parsed)
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return open_postgres(
            parsed if parsed.password or not password else parsed.set(password=password), name
        )
    raise ConfigurationError("a database's URL must start with sqlite:// or postgresql://")


def check_durable(engine: Engine) -> None:
    """Raises ConfigurationError for a server that loses what it acknowledges, Unavailable("database")."""
    if engine.dialect.name == "postgresql":
        with reading(engine) as connection:
            check_server(connection)


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
    with _translated(), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            yield read_only(connection)
        else:
            yield connection.execution_options(read_only=True)


class RowRefused(Unavailable):
    """The database works and refuses these rows: a race that a second run settles, or a defect of ours."""


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (IntegrityError, DataError) as exc:
        raise RowRefused("database") from exc
    except (SQLAlchemyError, sqlite3.Error, psycopg.Error) as exc:
        if isinstance(exc, DBAPIError) and is_conflict(exc.orig):
            raise RowRefused("database") from exc
        raise Unavailable("database") from exc


def check_alive(engine: Engine) -> None:
    """Raises Unavailable("database") unless it answers."""
    with reading(engine) as connection:
        connection.execute(text("SELECT 1"))
