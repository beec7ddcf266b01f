"""Counts for the helpdesk's Overzicht: per day, and of now. Each narrowed to one SWV, if that is given.

Days are the caller's: their borders are passed in. A push is of the SWV that its record says; an event is
of the SWV where its dossier is now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, literal_column, select, union_all

from database.engine import now_ms
from database.outbox_rows import DELIVERED_HALVES, DOOD, OPEN, of_swv
from database.schema import inzending, inzending_reden, outbox
from database.search_conditions import first_id
from dossier.identifiers import SwvId
from dossier.reden import RedenCode
from dossier.timestamps import to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    since: datetime
    accepted: int  # new dossiers and new versions
    rejected: int
    dubbel: int
    delivered: int  # confirmed by the store on this day, whenever they came in
    redenen: Mapping[RedenCode, int] = field(default_factory=dict)  # rejections with it; one may have several


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How it is now."""

    waiting: int  # accepted, not yet confirmed by the store
    oldest_waiting_ms: int  # for how long, by the database's clock; 0 if none waits
    dead: Mapping[str, int]  # dead letters per code


def per_day(connection: Connection, borders: Sequence[datetime], swv_id: SwvId | None = None) -> list[Day]:
    """Of each day between two of `borders`, which ascend; the first day first. Three statements."""
    days = range(len(borders) - 1)
    if not days:
        return []
    uitkomsten = _per_day(connection, _uitkomsten(borders, swv_id))
    redenen = _per_day(connection, _redenen(borders, swv_id))
    delivered = _per_day(connection, _delivered(borders, swv_id))
    return [
        Day(
            since=borders[day],
            accepted=uitkomsten.get((day, "nieuw"), 0) + uitkomsten.get((day, "versie"), 0),
            rejected=uitkomsten.get((day, "afgewezen"), 0),
            dubbel=uitkomsten.get((day, "dubbel"), 0),
            delivered=delivered.get((day, ""), 0),
            redenen={RedenCode(code): n for (at, code), n in sorted(redenen.items()) if at == day},
        )
        for day in days
    ]


def backlog(connection: Connection, swv_id: SwvId | None = None) -> Backlog:
    waiting, age = connection.execute(of_swv(_WAITING, swv_id)).one()
    dead = connection.execute(of_swv(_DEAD, swv_id).group_by(outbox.c.dead_code)).all()
    return Backlog(
        waiting=waiting,
        oldest_waiting_ms=max(0, age or 0),
        dead={str(code): int(n) for code, n in sorted(dead)},
    )


def _per_day(connection: Connection, query: Any) -> dict[tuple[int, str], int]:
    return {(day, key): n for day, key, n in connection.execute(query)}


def _day_of(moment: ColumnElement[Any], starts: Sequence[Any]) -> ColumnElement[int]:
    """The number of the day in which `moment` is; it lies within the borders."""
    ends: list[Any] = [(moment < end, literal_column(str(day))) for day, end in enumerate(starts[1:])]
    return case(*ends).label("day")


def _uitkomsten(borders: Sequence[datetime], swv_id: SwvId | None) -> Any:
    ids = [first_id(border) for border in borders]
    day = _day_of(inzending.c.inzending_id, ids)
    query = select(day, inzending.c.uitkomst, func.count())
    query = query.where(inzending.c.inzending_id >= ids[0], inzending.c.inzending_id < ids[-1])
    if swv_id is not None:
        query = query.where(inzending.c.swv_id == swv_id)
    return query.group_by(day, inzending.c.uitkomst)


def _redenen(borders: Sequence[datetime], swv_id: SwvId | None) -> Any:
    ids = [first_id(border) for border in borders]
    of = inzending_reden.c
    day = _day_of(of.inzending_id, ids)
    query = select(day, of.code, func.count(of.inzending_id.distinct()))
    query = query.where(of.inzending_id >= ids[0], of.inzending_id < ids[-1])
    if swv_id is not None:
        query = query.join(inzending, inzending.c.inzending_id == of.inzending_id)
        query = query.where(inzending.c.swv_id == swv_id)
    return query.group_by(day, of.code)


_AGE = now_ms() - func.min(outbox.c.created_ms)
_WAITING: Any = select(func.count(), _AGE).select_from(outbox).where(OPEN)
_DEAD: Any = select(outbox.c.dead_code, func.count()).select_from(outbox).where(DOOD)


def _delivered(borders: Sequence[datetime], swv_id: SwvId | None) -> Any:
    moments = [to_ms(border) for border in borders]
    within = (outbox.c.finished_ms >= moments[0], outbox.c.finished_ms < moments[-1])
    halves = [of_swv(select(outbox.c.finished_ms).where(*half, *within), swv_id) for half in DELIVERED_HALVES]
    both = union_all(*halves).subquery()
    day = _day_of(both.c.finished_ms, moments)
    query: Any = select(day, literal_column("''"), func.count())
    return query.group_by(day)
