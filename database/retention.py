"""What has had its time, found and removed in batches; each function is part of one transaction.

Only what the store has confirmed is ever touched. Content goes first (payload and references to
bijlagen), the history of an event after it; the record of a push that was accepted, with its number
and hash, never. Two jobs at once pass each other by. Ages are by the database's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    select,
    update,
)

from database.engine import now_ms
from database.outbox_rows import State
from database.schema import (
    inzending,
    inzending_bijlage,
    inzending_reden,
    outbox,
    outbox_gebeurtenis,
    outbox_payload,
    verplaatsing,
)
from dossier.identifiers import InzendingId

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """How much there is to remove, and of when it is."""

    count: int
    oldest_ms: int | None
    newest_ms: int | None

    def __add__(self, other: Due) -> Due:
        return Due(
            count=self.count + other.count,
            oldest_ms=min((d.oldest_ms for d in (self, other) if d.oldest_ms is not None), default=None),
            newest_ms=max((d.newest_ms for d in (self, other) if d.newest_ms is not None), default=None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Emptied:
    """Events whose content a transaction removed; `with_objects` had bijlagen, which storage still has."""

    events: tuple[InzendingId, ...]
    with_objects: tuple[InzendingId, ...]


# Literals, for a partial index serves no query that has parameters in their place.
_BEZORGD: ColumnElement[str] = literal_column(f"'{State.BEZORGD}'")
_AFGEWEZEN: ColumnElement[str] = literal_column("'afgewezen'")
_LATER = outbox.alias("later")
_NONE_WAITS_BEHIND_IT = ~exists().where(
    _LATER.c.dossiernummer == outbox.c.dossiernummer,
    _LATER.c.versie > outbox.c.versie,
    _LATER.c.state != _BEZORGD,
)
_BEFORE: BindParameter[int] = bindparam(
    "before_ms"
)  # a value: clock_timestamp() in its place would keep the index from ending
_CONTENT = (
    outbox.c.state == _BEZORGD,
    outbox.c.inhoud_verwijderd_ms.is_(None),
    outbox.c.finished_ms <= _BEFORE,
    _NONE_WAITS_BEHIND_IT,
)
_HISTORY = (
    outbox.c.inhoud_verwijderd_ms.is_not(None),
    outbox.c.finished_ms <= _BEFORE,
    _NONE_WAITS_BEHIND_IT,
)
_REJECTIONS = (inzending.c.uitkomst == _AFGEWEZEN, inzending.c.decided_ms <= _BEFORE)


def _oldest(key: Any, moment: Any, conditions: tuple[ColumnElement[bool], ...]) -> Select[Any]:
    return (
        select(key)
        .where(*conditions)
        .order_by(moment)
        .limit(bindparam("batch"))
        .with_for_update(skip_locked=True)
    )


def _summary(moment: Any, conditions: tuple[ColumnElement[bool], ...]) -> Select[Any]:
    return select(func.count(), func.min(moment), func.max(moment)).where(*conditions)


_OLDEST_CONTENT = _oldest(outbox.c.event_id, outbox.c.finished_ms, _CONTENT)
_OLDEST_HISTORY = _oldest(outbox.c.event_id, outbox.c.finished_ms, _HISTORY)
_OLDEST_REJECTIONS = _oldest(inzending.c.inzending_id, inzending.c.decided_ms, _REJECTIONS)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_EMPTY = (
    update(outbox)
    .where(outbox.c.event_id.in_(_IDS), *_CONTENT[:2])
    .values(inhoud_verwijderd_ms=now_ms())
    .returning(outbox.c.event_id)
)
_KEPT_OBJECTS = (
    select(inzending_bijlage.c.inzending_id)
    .where(inzending_bijlage.c.inzending_id.in_(_IDS), inzending_bijlage.c.object_id.is_not(None))
    .distinct()
)
_FORGET_OBJECTS = (
    update(inzending_bijlage)
    .where(inzending_bijlage.c.inzending_id.in_(_IDS))
    .values(object_id=None, sha256=None)
)
_REMEMBER_DELIVERY = tuple(
    update(table)
    .where(key.in_(_IDS))
    .values(bezorgd_ms=select(outbox.c.finished_ms).where(outbox.c.event_id == key).scalar_subquery())
    for table, key in ((inzending, inzending.c.inzending_id), (verplaatsing, verplaatsing.c.event_id))
)


def content_due(connection: Connection, days: int) -> Due:
    """Content of events that were delivered at least so many days ago."""
    return _due(connection, _summary(outbox.c.finished_ms, _CONTENT), days)


def history_due(connection: Connection, days: int) -> Due:
    """Outbox rows with their gebeurtenissen; also those whose content is still to go before them."""
    return _due(connection, _summary(outbox.c.finished_ms, _HISTORY), days) + content_due(connection, days)


def rejections_due(connection: Connection, days: int) -> Due:
    return _due(connection, _summary(inzending.c.decided_ms, _REJECTIONS), days)


def remove_content(connection: Connection, days: int, batch: int) -> Emptied:
    """The rows say that it is gone; the objects are the caller's to remove, after the commit."""
    chosen = _choose(connection, _OLDEST_CONTENT, days, batch)
    events = [InzendingId(row.event_id) for row in connection.execute(_EMPTY, {"ids": chosen})]
    with_objects = [
        InzendingId(row.inzending_id) for row in connection.execute(_KEPT_OBJECTS, {"ids": events})
    ]
    connection.execute(_FORGET_OBJECTS, {"ids": with_objects})
    connection.execute(delete(outbox_payload).where(outbox_payload.c.event_id.in_(events)))
    return Emptied(events=tuple(events), with_objects=tuple(with_objects))


def remove_history(connection: Connection, days: int, batch: int) -> int:
    """What is left of it stands on the inzending or verplaatsing: that it was delivered, and when."""
    ids = _choose(connection, _OLDEST_HISTORY, days, batch)
    for remember in _REMEMBER_DELIVERY:
        connection.execute(remember, {"ids": ids})
    connection.execute(delete(outbox_gebeurtenis).where(outbox_gebeurtenis.c.event_id.in_(ids)))
    connection.execute(delete(outbox).where(outbox.c.event_id.in_(ids), _HISTORY[0]))
    return len(ids)


def remove_rejections(connection: Connection, days: int, batch: int) -> int:
    ids = _choose(connection, _OLDEST_REJECTIONS, days, batch)
    for table in (inzending_reden, inzending_bijlage):
        connection.execute(delete(table).where(table.c.inzending_id.in_(ids)))
    connection.execute(delete(inzending).where(inzending.c.inzending_id.in_(ids), _REJECTIONS[0]))
    return len(ids)


def database_ms(connection: Connection) -> int:
    """What the database's clock says."""
    found: int = connection.execute(select(now_ms())).scalar_one()
    return found


def _choose(connection: Connection, query: Select[Any], days: int, batch: int) -> list[InzendingId]:
    rows = connection.execute(query, {"before_ms": _before_ms(connection, days), "batch": batch})
    return [InzendingId(key) for key in rows.scalars()]


def _due(connection: Connection, query: Select[Any], days: int) -> Due:
    count, oldest, newest = connection.execute(query, {"before_ms": _before_ms(connection, days)}).one()
    return Due(count=count, oldest_ms=oldest, newest_ms=newest)


def _before_ms(connection: Connection, days: int) -> int:
    return database_ms(connection) - days * _DAY_MS
