"""Tables outbox, outbox_payload, outbox_gebeurtenis: what the store must get, and how far it is.

    wachtend -> gepubliceerd -> bezorgd
        ^\\          |    \\
        | \\         |     `-> wachtend again for publishing, when no receipt came in time
        |  `-> dood <'
        `------ '         (retry, by the helpdesk)

The outbox is the record, not the broker: a row stays until the store has confirmed it, and a wiped
broker is refilled from here. Claims are by state under a lease, times are the database's, and every
write after a claim carries its token (pitfalls.md). Of one dossier the older version goes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, func, insert, or_, select, update

from database.engine import now_ms
from database.schema import outbox, outbox_gebeurtenis, outbox_payload
from dossier.identifiers import Dossiernummer, InzendingId
from dossier.status import Gebeurtenis, Moment
from dossier.timestamps import from_ms


class State(StrEnum):
    WACHTEND = "wachtend"
    GEPUBLICEERD = "gepubliceerd"
    BEZORGD = "bezorgd"
    DOOD = "dood"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """One event that this claimer, and nobody else, may publish until the lease ends."""

    event_id: InzendingId
    dossiernummer: Dossiernummer
    versie: int
    attempts: int
    publishes: int
    created_ms: int
    body: bytes


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


_OLDER = outbox.alias("older")
_CLAIMABLE = (
    select(outbox.c.event_id)
    .where(
        outbox.c.state.in_((State.WACHTEND, State.GEPUBLICEERD)),
        outbox.c.due_ms <= now_ms(),
        or_(outbox.c.claimed_until_ms.is_(None), outbox.c.claimed_until_ms <= now_ms()),
        ~exists().where(
            _OLDER.c.dossiernummer == outbox.c.dossiernummer,
            _OLDER.c.versie < outbox.c.versie,
            _OLDER.c.state == State.WACHTEND,
        ),
    )
    .order_by(outbox.c.due_ms)
    .limit(bindparam("batch"))
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(outbox)
    .where(outbox.c.event_id.in_(_CLAIMABLE.scalar_subquery()))
    .values(claim_token=bindparam("token"), claimed_until_ms=now_ms() + bindparam("lease_ms"))
)
_CLAIMED = (
    select(
        outbox.c.event_id,
        outbox.c.dossiernummer,
        outbox.c.versie,
        outbox.c.attempts,
        outbox.c.publishes,
        outbox.c.created_ms,
        outbox_payload.c.body,
    )
    .join(outbox_payload, outbox_payload.c.event_id == outbox.c.event_id)
    .where(
        outbox.c.claim_token == bindparam("token"), outbox.c.event_id.in_(bindparam("ids", expanding=True))
    )
    .order_by(outbox.c.due_ms, outbox.c.dossiernummer)
)
_FENCED = and_(outbox.c.event_id == bindparam("id"), outbox.c.claim_token == bindparam("token"))
_FREE = {"claim_token": None, "claimed_until_ms": None}
_OPEN = outbox.c.state.in_((State.WACHTEND, State.GEPUBLICEERD))
_PUBLISHED = (
    update(outbox)
    .where(_FENCED, _OPEN)
    .values(
        state=State.GEPUBLICEERD,
        publishes=outbox.c.publishes + 1,
        attempts=0,
        due_ms=now_ms() + bindparam("receipt_within_ms"),
        **_FREE,
    )
)
_RELEASE = (
    update(outbox)
    .where(_FENCED, _OPEN)
    .values(attempts=bindparam("new_attempts"), due_ms=now_ms() + bindparam("delay_ms"), **_FREE)
)
_DEAD = (
    update(outbox)
    .where(outbox.c.event_id == bindparam("id"), _OPEN)
    .values(state=State.DOOD, dead_code=bindparam("code"), finished_ms=now_ms(), **_FREE)
)
_DELIVERED = (
    update(outbox)
    .where(outbox.c.event_id == bindparam("id"), outbox.c.state != State.BEZORGD)
    .values(state=State.BEZORGD, dead_code=None, finished_ms=now_ms(), **_FREE)
)
_RETRY = (
    update(outbox)
    .where(outbox.c.state == State.DOOD)
    .values(state=State.WACHTEND, dead_code=None, finished_ms=None, attempts=0, due_ms=now_ms(), **_FREE)
    .returning(outbox.c.event_id)
)


def append(
    connection: Connection,
    *,
    event_id: InzendingId,
    dossiernummer: Dossiernummer,
    versie: int,
    created_ms: int,
    body: bytes,
) -> None:
    connection.execute(
        insert(outbox),
        {
            "event_id": event_id,
            "dossiernummer": dossiernummer,
            "versie": versie,
            "state": State.WACHTEND,
            "attempts": 0,
            "publishes": 0,
            "due_ms": created_ms,
            "created_ms": created_ms,
        },
    )
    connection.execute(insert(outbox_payload), {"event_id": event_id, "body": body})


def claim(connection: Connection, *, token: str, lease_ms: int, batch: int) -> list[Claimed]:
    """Claims up to `batch` events that are due. Commit at once, then publish."""
    ids = [
        row.event_id
        for row in connection.execute(
            _CLAIM.returning(outbox.c.event_id), {"token": token, "lease_ms": lease_ms, "batch": batch}
        )
    ]
    if not ids:
        return []
    rows = connection.execute(_CLAIMED, {"token": token, "ids": ids})
    return [Claimed(**row._mapping) for row in rows]


def mark_published(
    connection: Connection, event_ids: Iterable[InzendingId], *, token: str, receipt_within_ms: int
) -> list[InzendingId]:
    """Those that were still ours. An event without a receipt by then is published again."""
    done: list[InzendingId] = []
    for event_id in event_ids:
        values = {"id": event_id, "token": token, "receipt_within_ms": receipt_within_ms}
        if connection.execute(_PUBLISHED, values).rowcount == 1:
            done.append(event_id)
    _note(connection, done, Gebeurtenis.GEPUBLICEERD)
    return done


def release(
    connection: Connection, event_id: InzendingId, *, token: str, attempts: int, delay_ms: int
) -> bool:
    """Gives the claim back, to be tried again after `delay_ms`. False if it was no longer ours."""
    values = {"id": event_id, "token": token, "new_attempts": attempts, "delay_ms": delay_ms}
    return connection.execute(_RELEASE, values).rowcount == 1


def mark_dead(connection: Connection, event_id: InzendingId, code: str) -> bool:
    """False if it is delivered or dead already."""
    if connection.execute(_DEAD, {"id": event_id, "code": code}).rowcount != 1:
        return False
    _note(connection, [event_id], Gebeurtenis.VASTGELOPEN, code)
    return True


def mark_delivered(connection: Connection, event_id: InzendingId) -> bool:
    """The store has it: that is final, also for what was dead. False if it was known already."""
    if connection.execute(_DELIVERED, {"id": event_id}).rowcount != 1:
        return False
    _note(connection, [event_id], Gebeurtenis.BEZORGD)
    return True


def retry_dead(connection: Connection, event_ids: Sequence[InzendingId] | None = None) -> list[InzendingId]:
    """Puts dead events (all, or these) back under the same id. N calls have one effect."""
    statement = _RETRY if event_ids is None else _RETRY.where(outbox.c.event_id.in_(event_ids))
    done = [InzendingId(row.event_id) for row in connection.execute(statement)]
    _note(connection, done, Gebeurtenis.OPNIEUW)
    return done


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


def _note(
    connection: Connection, event_ids: Sequence[InzendingId], gebeurtenis: Gebeurtenis, code: str = ""
) -> None:
    if event_ids:
        statement = insert(outbox_gebeurtenis).values(at_ms=now_ms())
        rows = [{"event_id": e, "gebeurtenis": gebeurtenis.value, "code": code} for e in event_ids]
        connection.execute(statement, rows)


def _select(connection: Connection, *conditions: ColumnElement[bool], limit: int = 1) -> list[OutboxRow]:
    query = (
        select(*(outbox.c[name] for name in OutboxRow.__dataclass_fields__))
        .where(*conditions)
        .order_by(outbox.c.finished_ms)
        .limit(limit)
    )
    return [OutboxRow(**{**row._mapping, "state": State(row.state)}) for row in connection.execute(query)]
