"""What the outbox holds, to look at: rows, states, and what happened to each event. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, func, select

from database.schema import outbox, outbox_gebeurtenis
from dossier.identifiers import Dossiernummer, InzendingId
from dossier.status import Gebeurtenis, Moment
from dossier.timestamps import from_ms


class State(StrEnum):
    WACHTEND = "wachtend"
    GEPUBLICEERD = "gepubliceerd"
    BEZORGD = "bezorgd"
    DOOD = "dood"


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


def find_event(connection: Connection, event_id: InzendingId) -> OutboxRow | None:
    return next(iter(_select(connection, outbox.c.event_id == event_id)), None)


def find_version(connection: Connection, dossiernummer: Dossiernummer, versie: int) -> OutboxRow | None:
    rows = _select(connection, outbox.c.dossiernummer == dossiernummer, outbox.c.versie == versie)
    return next(iter(rows), None)


def list_dead(connection: Connection, limit: int) -> list[OutboxRow]:
    """The oldest first."""
    return _select(connection, outbox.c.state == State.DOOD, limit=limit)


def counts(connection: Connection) -> dict[State, int]:
    query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    found = {State(state): n for state, n in connection.execute(query)}
    return {state: found.get(state, 0) for state in State}


def oldest_open_ms(connection: Connection) -> int | None:
    """When the oldest event was accepted that the store has not confirmed; None if there is none."""
    oldest: int | None = connection.execute(
        select(func.min(outbox.c.created_ms)).where(outbox.c.state.in_((State.WACHTEND, State.GEPUBLICEERD)))
    ).scalar_one()
    return oldest


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
