"""How it went hour by hour, for the helpdesk's status page; narrowed to one SWV, if that is given.

A push is of the hour in which it came in, a delivery of the hour in which the store confirmed it. An hour
of Amsterdam begins with one of UTC, so that hours count on through summer and winter time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, literal_column, select, union_all

from database.outbox_rows import DELIVERED_HALVES, DOOD, of_swv
from database.schema import inzending, outbox
from database.search_conditions import first_id
from dossier.identifiers import SwvId
from dossier.timestamps import to_ms

HOUR = timedelta(hours=1)
PERCENTILES = (50, 95, 99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    accepted: int = 0  # new dossiers and new versions
    dubbel: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """Of what the store has confirmed; how long that took since it was accepted."""

    count: int
    in_time: int  # within what was asked for
    percentiles_ms: tuple[int, ...]  # of PERCENTILES; each is that of one that was delivered


def received_per_hour(
    connection: Connection, since: datetime, hours: int, swv_id: SwvId | None = None
) -> list[Received]:
    """Of each of the `hours` from `since`, which is a whole hour."""
    ids = [first_id(since + n * HOUR) for n in range(hours + 1)]
    query = select(_index(inzending.c.inzending_id, ids[:-1]).label("hour"), inzending.c.uitkomst)
    query = query.where(inzending.c.inzending_id >= ids[0], inzending.c.inzending_id < ids[-1])
    if swv_id is not None:
        query = query.where(inzending.c.swv_id == swv_id)
    rows = query.subquery()
    counted = select(rows.c.hour, rows.c.uitkomst, func.count()).group_by(rows.c.hour, rows.c.uitkomst)
    found = {(hour, uitkomst): n for hour, uitkomst, n in connection.execute(counted)}
    return [
        Received(
            accepted=found.get((hour, "nieuw"), 0) + found.get((hour, "versie"), 0),
            dubbel=found.get((hour, "dubbel"), 0),
            rejected=found.get((hour, "afgewezen"), 0),
        )
        for hour in range(hours)
    ]


def delivered_per_hour(
    connection: Connection,
    since: datetime,
    hours: int,
    *,
    within: timedelta,
    swv_id: SwvId | None = None,
) -> dict[int, Delivered]:
    """Of each of the `hours` from `since` in which anything was; by its number, from 0."""
    return _delivered(connection, since, since + hours * HOUR, HOUR, within, swv_id)


def delivered_between(
    connection: Connection,
    since: datetime,
    until: datetime,
    *,
    within: timedelta,
    swv_id: SwvId | None = None,
) -> Delivered | None:
    """None if nothing was."""
    return _delivered(connection, since, until, until - since, within, swv_id).get(0)


def dead_since_ms(connection: Connection, swv_id: SwvId | None = None) -> int | None:
    """When the first of the dead letters that there are became one; None if there is none."""
    query = of_swv(select(func.min(outbox.c.finished_ms)).where(DOOD), swv_id)
    found: int | None = connection.execute(query).scalar_one()
    return found


def _index(value: ColumnElement[Any], starts: Sequence[Any], first: int = 0) -> ColumnElement[int]:
    """The number of the last of `starts` that is not above `value`: halved and halved again, for
    a week has 168 hours, and each row would be held against all of them."""
    if len(starts) == 1:
        return literal_column(str(first))
    middle = len(starts) // 2
    below, above = _index(value, starts[:middle], first), _index(value, starts[middle:], first + middle)
    return case((value < starts[middle], below), else_=above)


def _delivered(
    connection: Connection,
    since: datetime,
    until: datetime,
    width: timedelta,
    within: timedelta,
    swv_id: SwvId | None,
) -> dict[int, Delivered]:
    query = _ranked(to_ms(since), to_ms(until), width // timedelta(milliseconds=1), swv_id).subquery()
    took, rank, count = query.c.took, query.c.rank, query.c.count
    # The nearest rank, upwards: the least that so many percent of all do not exceed.
    percentiles = [func.max(case((rank == (count * p + 99) // 100, took))) for p in PERCENTILES]
    in_time = func.sum(case((took <= within // timedelta(milliseconds=1), 1), else_=0))
    grouped = select(query.c.part, func.count(), in_time, *percentiles).group_by(query.c.part)
    return {
        int(part): Delivered(count=n, in_time=int(good), percentiles_ms=tuple(int(ms) for ms in values))
        for part, n, good, *values in connection.execute(grouped)
    }


def _ranked(since_ms: int, until_ms: int, width_ms: int, swv_id: SwvId | None) -> Select[Any]:
    """Each delivery: its part of the time, what it took, its rank in that part, and of how many."""
    halves = [
        of_swv(
            select(outbox.c.finished_ms, outbox.c.created_ms).where(
                *half, outbox.c.finished_ms >= since_ms, outbox.c.finished_ms < until_ms
            ),
            swv_id,
        )
        for half in DELIVERED_HALVES
    ]
    both = union_all(*halves).subquery()
    # The clock of the database may have been set back in between.
    took = case((both.c.finished_ms < both.c.created_ms, 0), else_=both.c.finished_ms - both.c.created_ms)
    rows = select(((both.c.finished_ms - since_ms) // width_ms).label("part"), took.label("took")).subquery()
    rank = func.row_number().over(partition_by=rows.c.part, order_by=rows.c.took).label("rank")
    count = func.count().over(partition_by=rows.c.part).label("count")
    return select(rows.c.part, rows.c.took, rank, count)
