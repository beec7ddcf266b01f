"""What the outbox holds, to look at: rows, states, and what happened to each event. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, case, func, literal_column, select

from database.engine import now_ms
from database.schema import dossier, inzending, outbox, outbox_gebeurtenis, outbox_payload, verplaatsing
from dossier.identifiers import BerichtId, Dossiernummer, InzendingId, SwvId
from dossier.status import Gebeurtenis, Moment
from dossier.timestamps import from_ms


class State(StrEnum):
    WACHTEND = "wachtend"
    GEPUBLICEERD = "gepubliceerd"
    BEZORGD = "bezorgd"
    DOOD = "dood"


# Literals, for a partial index serves no query that has parameters in their place.
OPEN = outbox.c.state.in_((literal_column(f"'{State.WACHTEND}'"), literal_column(f"'{State.GEPUBLICEERD}'")))
DOOD = outbox.c.state == literal_column(f"'{State.DOOD}'")
# A delivered row is in one of two partial indexes, until retention takes it: with content, or emptied.
DELIVERED_HALVES: tuple[tuple[ColumnElement[bool], ...], ...] = (
    (outbox.c.state == literal_column(f"'{State.BEZORGD}'"), outbox.c.inhoud_verwijderd_ms.is_(None)),
    (outbox.c.inhoud_verwijderd_ms.is_not(None),),
)


def of_swv(query: Any, swv_id: SwvId | None) -> Any:
    """`query` of the outbox, narrowed: an event is of the SWV where its dossier is now. None: of all."""
    if swv_id is None:
        return query
    query = query.join(dossier, dossier.c.dossiernummer == outbox.c.dossiernummer)
    return query.where(dossier.c.swv_id == swv_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    event_id: InzendingId
    dossiernummer: Dossiernummer
    versie: int
    state: State
    attempts: int
    publishes: int
    due_ms: int
    dead_code: str | None
    created_ms: int
    finished_ms: int | None
    inhoud_verwijderd_ms: int | None  # when retention took its content; None: it is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """What a receipt of an event must say, and where the event is now."""

    dossiernummer: Dossiernummer
    versie: int
    inhoud_hash: str  # of a move: empty, for it has no content
    bericht_id: BerichtId | None  # of a move: none
    state: State


_PROMISED = (
    select(
        outbox.c.dossiernummer,
        outbox.c.versie,
        outbox.c.state,
        inzending.c.bericht_id,
        case((verplaatsing.c.event_id.is_not(None), ""), else_=inzending.c.inhoud_hash).label("inhoud_hash"),
    )
    .outerjoin(inzending, inzending.c.inzending_id == outbox.c.event_id)
    .outerjoin(verplaatsing, verplaatsing.c.event_id == outbox.c.event_id)
    .where(outbox.c.event_id == bindparam("id"))
    .with_for_update(of=outbox)
)


def find_promised(connection: Connection, event_id: InzendingId) -> Promised | None:
    """In a transaction that writes; to its end nobody else changes the event. None if there is none."""
    row = connection.execute(_PROMISED, {"id": event_id}).first()
    if row is None or row.inhoud_hash is None:
        return None
    return Promised(**{**row._mapping, "state": State(row.state)})


def find_event(connection: Connection, event_id: InzendingId) -> OutboxRow | None:
    return next(iter(_select(connection, outbox.c.event_id == event_id)), None)


def body_of(connection: Connection, event_id: InzendingId) -> bytes | None:
    """The event itself, sealed; None once retention has taken it."""
    query = select(outbox_payload.c.body).where(outbox_payload.c.event_id == event_id)
    body: bytes | None = connection.execute(query).scalar_one_or_none()
    return body


def find_version(connection: Connection, dossiernummer: Dossiernummer, versie: int) -> OutboxRow | None:
    rows = _select(connection, outbox.c.dossiernummer == dossiernummer, outbox.c.versie == versie)
    return next(iter(rows), None)


def list_dead(connection: Connection, limit: int) -> list[OutboxRow]:
    """The oldest first."""
    return _select(connection, outbox.c.state == State.DOOD, limit=limit)


_OLDEST_OPEN = select(now_ms() - func.min(outbox.c.created_ms)).where(OPEN)


def oldest_open_age_ms(connection: Connection) -> int:
    """How long ago, by the database's clock, the oldest event was accepted that the store has not
    confirmed and that is no dead letter; 0 if there is none."""
    age: int | None = connection.execute(_OLDEST_OPEN).scalar_one()
    return max(0, age or 0)


def newest_open_ms(connection: Connection) -> int | None:
    """When the newest event was accepted that is open now; None if none is."""
    newest: int | None = connection.execute(select(func.max(outbox.c.created_ms)).where(OPEN)).scalar_one()
    return newest


def any_open(connection: Connection, accepted_until_ms: int) -> bool:
    """Whether an event that was accepted until then is not confirmed yet, and no dead letter."""
    query = select(outbox.c.event_id).where(OPEN, outbox.c.created_ms <= accepted_until_ms).limit(1)
    return connection.execute(query).first() is not None


def gebeurtenissen_of(connection: Connection, event_id: InzendingId) -> tuple[Moment, ...]:
    query = (
        select(outbox_gebeurtenis)
        .where(outbox_gebeurtenis.c.event_id == event_id)
        .order_by(outbox_gebeurtenis.c.gebeurtenis_id)
    )
    return tuple(
        Moment(at=from_ms(row.at_ms), gebeurtenis=Gebeurtenis(row.gebeurtenis), code=row.code)
        for row in connection.execute(query)
    )


def _select(connection: Connection, *conditions: ColumnElement[bool], limit: int = 1) -> list[OutboxRow]:
    query = (
        select(*(outbox.c[name] for name in OutboxRow.__dataclass_fields__))
        .where(*conditions)
        .order_by(outbox.c.finished_ms)
        .limit(limit)
    )
    return [OutboxRow(**{**row._mapping, "state": State(row.state)}) for row in connection.execute(query)]
