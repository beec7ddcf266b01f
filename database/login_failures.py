"""Table login_mislukking: how often a name or an address failed to log in, by a keyed hash of it.

A row is made before it is counted in, so that it can be locked: of a hundred tries at once each sees
what the one before it made of the count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, case, delete, select, update

from database.engine import INSERT, now_ms
from database.people_schema import login_mislukking

_ago = (now_ms() - login_mislukking.c.last_ms).label("ago")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    tries: int
    ago_ms: int  # since the last


def read_clock(connection: Connection) -> int:
    """The database's, in milliseconds since 1970."""
    return connection.execute(select(now_ms())).scalar_one()


def read_failures(connection: Connection, sleutel: str) -> Failures:
    query = select(login_mislukking.c.tries, _ago).where(login_mislukking.c.sleutel == sleutel)
    return _failures(connection.execute(query).first())


def lock_failures(connection: Connection, sleutel: str) -> Failures:
    """Nobody else gets them here before the caller's commit. Makes the row if there is none."""
    insert = INSERT[connection.dialect.name](login_mislukking)
    statement = insert.values(sleutel=sleutel, tries=0, last_ms=now_ms())
    # An update that changes nothing: it locks, and waits for who deletes the row.
    statement = statement.on_conflict_do_update(
        index_elements=[login_mislukking.c.sleutel], set_={"tries": login_mislukking.c.tries}
    )
    return _failures(connection.execute(statement.returning(login_mislukking.c.tries, _ago)).first())


def count_failure(connection: Connection, sleutel: str, tries: int) -> None:
    """This was the failure number `tries`. Only after lock_failures."""
    connection.execute(
        update(login_mislukking)
        .where(login_mislukking.c.sleutel == sleutel)
        .values(tries=tries, last_ms=now_ms())
    )


def take_back_failure(connection: Connection, sleutel: str) -> None:
    """One that was counted turned out to be none."""
    fewer = case((login_mislukking.c.tries > 0, login_mislukking.c.tries - 1), else_=0)
    connection.execute(
        update(login_mislukking).where(login_mislukking.c.sleutel == sleutel).values(tries=fewer)
    )


def clear_failures(connection: Connection, sleutel: str) -> None:
    connection.execute(delete(login_mislukking).where(login_mislukking.c.sleutel == sleutel))


def delete_old_failures(connection: Connection, older_than_ms: int) -> int:
    """But those that somebody is about to count in. Returns how many."""
    old = (
        select(login_mislukking.c.sleutel)
        .where(login_mislukking.c.last_ms < now_ms() - older_than_ms)
        .with_for_update(skip_locked=True)
    )
    statement = delete(login_mislukking).where(login_mislukking.c.sleutel.in_(old))
    return connection.execute(statement).rowcount


def _failures(row: Row[Any] | None) -> Failures:
    return Failures(tries=row.tries, ago_ms=row.ago) if row is not None else Failures(tries=0, ago_ms=0)
