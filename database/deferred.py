"""What a group of works writes last, the rows of one statement together.

An accept is six statements, a delivery taken is eight, and on PostgreSQL each is a round trip. Four of them
nobody has to wait for: put off to the end of the transaction, they are written once for the whole group.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Delete, Insert

_KEY = "deferred_rows"
_Statement = Insert | Delete


@dataclass(slots=True)
class _Deferred:
    # As first used: parents first.
    rows: dict[_Statement, list[Mapping[str, Any]]] = field(default_factory=dict)
    marks: set[Hashable] = field(default_factory=set)


def begin(connection: Connection) -> None:
    """From here to the end of this transaction, `write` may put rows off. The caller flushes."""
    connection.info[_KEY] = _Deferred()


def write(
    connection: Connection, statement: _Statement, rows: Sequence[Mapping[str, Any]], *marks: Hashable
) -> None:
    """Runs `statement` for each of `rows`, now or at the flush: now unless this transaction defers.

    Who must see it before the end asks with `flush_marked`, for one of its marks. `statement` must be a
    constant, and all its rows have the same keys.
    """
    if not rows:
        return
    deferred: _Deferred | None = connection.info.get(_KEY)
    if deferred is None:
        _execute(connection, statement, rows)
        return
    deferred.rows.setdefault(statement, []).extend(rows)
    deferred.marks.update(marks)


def flush_marked(connection: Connection, mark: Hashable) -> None:
    """Writes what was put off if some of it has this mark: who reads on then sees it."""
    deferred: _Deferred | None = connection.info.get(_KEY)
    if deferred is not None and mark in deferred.marks:
        flush(connection)


def flush(connection: Connection) -> None:
    """Writes what was put off. Raises what the database raises; then the whole group is undone."""
    deferred: _Deferred | None = connection.info.get(_KEY)
    if deferred is None:
        return
    pending, connection.info[_KEY] = deferred.rows, _Deferred()
    for statement, rows in pending.items():
        _execute(connection, statement, rows)


def end(connection: Connection) -> None:
    """Forgets what was not written: the transaction is over, one way or the other."""
    if not connection.invalidated:  # else it is gone with the connection
        connection.info.pop(_KEY, None)


def _execute(connection: Connection, statement: _Statement, rows: Sequence[Mapping[str, Any]]) -> None:
    connection.execute(statement, rows[0] if len(rows) == 1 else rows)  # one row: the driver's quicker way
