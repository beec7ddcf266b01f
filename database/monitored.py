"""What the metrics read: counts of now, the same for whoever asks.

Both sides of "accepted = delivered + open + dead" are counted from other tables, so that a version
without an event shows. Counted by indexes: each process asks at each scrape, of millions of rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, func, literal_column, select

from database.outbox_rows import DELIVERED_HALVES, DOOD, OPEN, State
from database.schema import inzending, koppeling, outbox, swv, verplaatsing
from routing.tables import KoppelingStatus

_ALL_PUSHES = select(func.count()).select_from(inzending)
# Those that made no version: what ix_inzending_anders holds.
_OTHERWISE = _ALL_PUSHES.where(
    inzending.c.uitkomst.in_((literal_column("'afgewezen'"), literal_column("'dubbel'")))
)
_MOVES = select(func.count()).select_from(verplaatsing)
_DELIVERED = tuple(select(func.count()).select_from(outbox).where(*half) for half in DELIVERED_HALVES)
# Retention has taken their events, and left that they were delivered.
_OF_OLD = tuple(
    select(func.count()).select_from(table).where(table.c.bezorgd_ms.is_not(None))
    for table in (inzending, verplaatsing)
)
_BY_STATE = tuple(
    select(outbox.c.state, func.count()).where(condition).group_by(outbox.c.state)
    for condition in (OPEN, DOOD)
)
_ATTEMPTS = select(func.coalesce(func.sum(outbox.c.attempts), 0)).where(OPEN)
_BY_STATUS = select(koppeling.c.status, func.count()).group_by(koppeling.c.status)
_SWVS = select(func.count()).select_from(swv)
_SWVS_WITH = select(func.count(koppeling.c.swv_id.distinct())).where(
    koppeling.c.status == KoppelingStatus.ACTIEF.value
)


def versions_accepted(connection: Connection) -> int:
    """Pushes that made a version, and moves; ever."""
    return _count(connection, _ALL_PUSHES, _MOVES) - _count(connection, _OTHERWISE)


def versions_delivered(connection: Connection) -> int:
    """Those that the store has confirmed; ever."""
    return _count(connection, *_DELIVERED, *_OF_OLD)


def events_by_state(connection: Connection) -> Mapping[State, int]:
    """Of the outbox, but for what is delivered."""
    found = {State(state): int(n) for query in _BY_STATE for state, n in connection.execute(query)}
    return {state: found.get(state, 0) for state in State if state is not State.BEZORGD}


def open_attempts(connection: Connection) -> int:
    """How often the broker refused the events that are open."""
    return int(connection.execute(_ATTEMPTS).scalar_one())


def koppelingen_by_status(connection: Connection) -> Mapping[KoppelingStatus, int]:
    found = {KoppelingStatus(status): int(n) for status, n in connection.execute(_BY_STATUS)}
    return {status: found.get(status, 0) for status in KoppelingStatus}


def swvs_with_and_without(connection: Connection) -> tuple[int, int]:
    """SWVs that have an active koppeling, and those that have none."""
    total = int(connection.execute(_SWVS).scalar_one())
    having = int(connection.execute(_SWVS_WITH).scalar_one())
    return having, total - having


def _count(connection: Connection, *queries: Select[Any]) -> int:
    return sum(int(connection.execute(query).scalar_one()) for query in queries)
