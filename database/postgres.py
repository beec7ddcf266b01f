"""PostgreSQL as it loses nothing, and never waited for without end.

READ COMMITTED for what writes: unique constraints decide between two who write at once, and the loser
runs again (committer.py). One snapshot for what reads.
"""

from __future__ import annotations

from typing import Any, TypeVar

import psycopg
from psycopg import errors
from psycopg.abc import PQGen
from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event, text

from dossier.errors import ConfigurationError

RV = TypeVar("RV")

OLDEST_VERSION = 15
ANSWER_SECONDS = 20.0  # for any one answer; a frozen server keeps its connections open and says nothing
_CONNECT_SECONDS = 5
_STATEMENT_MS, _LOCK_MS, _IDLE_MS = 15_000, 10_000, 30_000
_POOL = {"pool_size": 8, "max_overflow": 8, "pool_timeout": 5, "pool_pre_ping": True}
_SAFE = {"fsync": "on", "full_page_writes": "on", "server_encoding": "UTF8"}


class _Connection(psycopg.Connection[Any]):
    """Gives up on a server that does not answer; the outcome of what was asked is then unknown."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        try:
            return super().wait(gen, interval, ANSWER_SECONDS if timeout is None else timeout)
        except errors._WaitTimeout as exc:
            self.pgconn.finish()
            raise psycopg.OperationalError("no answer in time") from exc


def open_postgres(url: URL, name: str) -> Engine:
    """`name` is what the server shows of us (pg_stat_activity)."""
    arguments = {
        "connect_timeout": _CONNECT_SECONDS,
        "application_name": f"kindkans {name}",
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
        "options": (
            "-c synchronous_commit=on -c timezone=UTC -c client_encoding=UTF8"  # off lost 10 %
            f" -c statement_timeout={_STATEMENT_MS} -c lock_timeout={_LOCK_MS}"
            f" -c idle_in_transaction_session_timeout={_IDLE_MS}"
        ),
    }
    engine = create_engine(url.set(drivername="postgresql+psycopg"), connect_args=arguments, **_POOL)
    event.listen(engine, "do_connect", _connect)
    return engine


def read_only(connection: Connection) -> Connection:
    """The same connection, of which the next transaction sees one state and writes nothing."""
    return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def check_server(connection: Connection) -> None:
    """Raises ConfigurationError unless this server keeps what it acknowledges."""
    version = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
    if version < OLDEST_VERSION:
        raise ConfigurationError(f"PostgreSQL {version} is too old; use {OLDEST_VERSION} or later")
    for name, wanted in _SAFE.items():
        found = connection.execute(text(f"SHOW {name}")).scalar_one()
        if found != wanted:
            raise ConfigurationError(
                f"PostgreSQL has {name} = {found} and would lose dossiers; set it to {wanted}"
            )


def is_conflict(exc: BaseException | None) -> bool:
    """Two transactions in each other's way, of which this one gave in: a second run settles it."""
    return isinstance(exc, errors.SerializationFailure | errors.DeadlockDetected)


def _connect(_dialect: Dialect, _record: object, arguments: Any, named: Any) -> psycopg.Connection[Any]:
    return _Connection.connect(*arguments, **named)
