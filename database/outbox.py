"""Tables outbox, outbox_payload, outbox_gebeurtenis: what the store must get, and how far it is.

    wachtend -> gepubliceerd -> bezorgd
        ^\\          |    \\
        | \\         |     `-> wachtend again for publishing, when no receipt came in time
        |  `-> dood <'
        `------ '         (retry, by the helpdesk)

    bezorgd -> wachtend only after the store was restored to an earlier moment (gateway/restore.py)

The outbox is the record, not the broker: a row stays until the store has confirmed it, and a wiped
broker is refilled from here. Claims are by state under a lease, times are the database's, and every
write after a claim carries its token (pitfalls.md). Of one dossier the older version goes first: a
version waits until the one before it is bezorgd or dood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    case,
    exists,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from database.deferred import write
from database.engine import now_ms
from database.outbox_rows import State
from database.schema import inzending, outbox, outbox_gebeurtenis, outbox_payload
from dossier.identifiers import BerichtId, Dossiernummer, InzendingId
from dossier.status import Gebeurtenis


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """One event that this claimer, and nobody else, may publish until the lease ends."""

    event_id: InzendingId
    dossiernummer: Dossiernummer
    versie: int
    attempts: int
    publishes: int
    created_ms: int
    bericht_id: BerichtId | None  # of the push; a move has none
    body: bytes


# Literals, for a partial index serves no query that has parameters in their place.
_WACHTEND: ColumnElement[str] = literal_column(f"'{State.WACHTEND}'")
_GEPUBLICEERD: ColumnElement[str] = literal_column(f"'{State.GEPUBLICEERD}'")
_DOOD: ColumnElement[str] = literal_column(f"'{State.DOOD}'")
_OPEN = outbox.c.state.in_((_WACHTEND, _GEPUBLICEERD))

_OLDER = outbox.alias("older")
_CLAIMABLE = (
    select(outbox.c.event_id)
    .where(
        _OPEN,
        outbox.c.due_ms <= now_ms(),
        or_(outbox.c.claimed_until_ms.is_(None), outbox.c.claimed_until_ms <= now_ms()),
        ~exists().where(
            _OLDER.c.dossiernummer == outbox.c.dossiernummer,
            _OLDER.c.versie < outbox.c.versie,
            _OLDER.c.state.in_((_WACHTEND, _GEPUBLICEERD)),
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
    .returning(outbox.c.event_id)
)
_OURS = (outbox.c.event_id.in_(bindparam("ids", expanding=True)), outbox.c.claim_token == bindparam("token"))
_CLAIMED = (
    select(
        outbox.c.event_id,
        outbox.c.dossiernummer,
        outbox.c.versie,
        outbox.c.attempts,
        outbox.c.publishes,
        outbox.c.created_ms,
        inzending.c.bericht_id,
        outbox_payload.c.body,
    )
    .join(outbox_payload, outbox_payload.c.event_id == outbox.c.event_id)
    .outerjoin(inzending, inzending.c.inzending_id == outbox.c.event_id)
    .where(*_OURS)
    .order_by(outbox.c.due_ms, outbox.c.dossiernummer)
)
_FREE = {"claim_token": None, "claimed_until_ms": None}
_PATIENCE_CAP = 12
_PUBLISHED = (
    update(outbox)
    .where(*_OURS, _OPEN)
    .values(
        state=State.GEPUBLICEERD,
        publishes=outbox.c.publishes + 1,
        attempts=0,
        # Longer after every publish: a store that is away for a day is not flooded.
        due_ms=now_ms()
        + bindparam("receipt_within_ms")
        * case((outbox.c.publishes >= _PATIENCE_CAP, _PATIENCE_CAP), else_=outbox.c.publishes + 1),
        **_FREE,
    )
    .returning(outbox.c.event_id)
)
_FENCED = (outbox.c.event_id == bindparam("id"), outbox.c.claim_token == bindparam("token"))
_RELEASE = (
    update(outbox)
    .where(*_FENCED, _OPEN)
    .values(attempts=bindparam("new_attempts"), due_ms=now_ms() + bindparam("delay_ms"), **_FREE)
)
_RELEASE_ALL = (
    update(outbox)
    .where(*_OURS, _OPEN)
    .values(due_ms=now_ms() + bindparam("delay_ms"), **_FREE)
    .returning(outbox.c.event_id)
)
_TO_DEAD: dict[str, Any] = {
    "state": State.DOOD,
    "dead_code": bindparam("code"),
    "finished_ms": now_ms(),
    **_FREE,
}
_DEAD = update(outbox).where(outbox.c.event_id == bindparam("id"), _OPEN).values(**_TO_DEAD)
_REFUSED = update(outbox).where(*_FENCED, _OPEN).values(**_TO_DEAD, attempts=bindparam("new_attempts"))
_CONFIRMED = (  # whoever answers has got it, whether or not the relay could write that down
    update(outbox)
    .where(outbox.c.event_id == bindparam("id"), outbox.c.state == _WACHTEND)
    .values(publishes=outbox.c.publishes + 1)
)
_DELIVERED = (
    update(outbox)
    .where(outbox.c.event_id == bindparam("id"), outbox.c.state != State.BEZORGD)
    .values(state=State.BEZORGD, dead_code=None, finished_ms=now_ms(), **_FREE)
    .returning(outbox.c.finished_ms - outbox.c.created_ms)
)
_DUE_TOO_LATE = (
    update(outbox)
    .where(outbox.c.state == _WACHTEND, outbox.c.due_ms > now_ms() + bindparam("beyond_ms"))
    .values(due_ms=now_ms())
)
_CLAIMED_TOO_LONG = (
    update(outbox).where(_OPEN, outbox.c.claimed_until_ms > now_ms() + bindparam("beyond_ms")).values(**_FREE)
)
_RETRY = (
    update(outbox)
    .where(outbox.c.state == _DOOD)
    .values(state=State.WACHTEND, dead_code=None, finished_ms=None, attempts=0, due_ms=now_ms(), **_FREE)
    .returning(outbox.c.event_id)
)
_OFFER_AGAIN = (  # not what retention has emptied: the row's own check would refuse it
    update(outbox)
    .where(
        outbox.c.event_id == bindparam("id"),
        outbox.c.state == State.BEZORGD,
        outbox.c.inhoud_verwijderd_ms.is_(None),
    )
    .values(state=State.WACHTEND, finished_ms=None, attempts=0, due_ms=now_ms(), **_FREE)
)
_APPEND = insert(outbox).values(due_ms=now_ms())
_APPEND_PAYLOAD = insert(outbox_payload)
_NOTE = insert(outbox_gebeurtenis).values(at_ms=now_ms())


def append(
    connection: Connection,
    *,
    event_id: InzendingId,
    dossiernummer: Dossiernummer,
    versie: int,
    created_ms: int,
    body: bytes,
) -> None:
    """A new event, due at once by the database's clock. `created_ms` is for showing."""
    row = {
        "event_id": event_id,
        "dossiernummer": dossiernummer,
        "versie": versie,
        "state": State.WACHTEND,
        "attempts": 0,
        "publishes": 0,
        "created_ms": created_ms,
    }
    write(connection, _APPEND, [row])
    write(connection, _APPEND_PAYLOAD, [{"event_id": event_id, "body": body}])


def claim(connection: Connection, *, token: str, lease_ms: int, batch: int) -> list[Claimed]:
    """Claims up to `batch` events that are due. Commit at once, then publish."""
    ids = [
        row.event_id
        for row in connection.execute(_CLAIM, {"token": token, "lease_ms": lease_ms, "batch": batch})
    ]
    if not ids:
        return []
    rows = connection.execute(_CLAIMED, {"token": token, "ids": ids})
    return [Claimed(**row._mapping) for row in rows]


def mend_moments(connection: Connection, *, beyond_ms: int) -> int:
    """Undoes what a clock that was ahead has written; how many events had waited for that time to come.

    `beyond_ms` is more than anybody puts an unpublished event off, or claims one, by a clock that is right.
    """
    statements = (_DUE_TOO_LATE, _CLAIMED_TOO_LONG)
    return sum(connection.execute(one, {"beyond_ms": beyond_ms}).rowcount for one in statements)


def mark_published(
    connection: Connection, event_ids: Sequence[InzendingId], *, token: str, receipt_within_ms: int
) -> list[InzendingId]:
    """Those that were still ours. An event without a receipt by then is published again.

    The wait is `receipt_within_ms` after the first publish, and as much longer after each next.
    """
    values = {"ids": event_ids, "token": token, "receipt_within_ms": receipt_within_ms}
    done = [InzendingId(row.event_id) for row in connection.execute(_PUBLISHED, values)]
    _note(connection, done, Gebeurtenis.GEPUBLICEERD)
    return done


def release(
    connection: Connection, event_id: InzendingId, *, token: str, attempts: int, delay_ms: int
) -> bool:
    """Gives the claim back, to be tried again after `delay_ms`. False if it was no longer ours."""
    values = {"id": event_id, "token": token, "new_attempts": attempts, "delay_ms": delay_ms}
    return connection.execute(_RELEASE, values).rowcount == 1


def release_all(
    connection: Connection, event_ids: Sequence[InzendingId], *, token: str, delay_ms: int
) -> list[InzendingId]:
    """Gives claims back with their attempts as they were: nobody refused them."""
    values = {"ids": event_ids, "token": token, "delay_ms": delay_ms}
    return [InzendingId(row.event_id) for row in connection.execute(_RELEASE_ALL, values)]


def mark_refused(
    connection: Connection, event_id: InzendingId, *, token: str, attempts: int, code: str
) -> bool:
    """Dead because the broker will not have it. False if the claim was no longer ours."""
    values = {"id": event_id, "token": token, "new_attempts": attempts, "code": code}
    if connection.execute(_REFUSED, values).rowcount != 1:
        return False
    _note(connection, [event_id], Gebeurtenis.VASTGELOPEN, code)
    return True


def confirm_published(connection: Connection, event_id: InzendingId) -> None:
    """The store has answered this event, so it was published, also if the relay could not mark it.

    It matters for the next publish: the broker must not take that for a repeat of this one.
    """
    if connection.execute(_CONFIRMED, {"id": event_id}).rowcount == 1:
        _note(connection, [event_id], Gebeurtenis.GEPUBLICEERD)


def mark_dead(connection: Connection, event_id: InzendingId, code: str) -> bool:
    """False if it is delivered or dead already."""
    if connection.execute(_DEAD, {"id": event_id, "code": code}).rowcount != 1:
        return False
    _note(connection, [event_id], Gebeurtenis.VASTGELOPEN, code)
    return True


def mark_delivered(connection: Connection, event_id: InzendingId) -> int | None:
    """The store has it: that is final, also for what was dead.

    How long after its acceptance, in milliseconds; None if it was known already.
    """
    age_ms: int | None = connection.execute(_DELIVERED, {"id": event_id}).scalar_one_or_none()
    if age_ms is not None:
        _note(connection, [event_id], Gebeurtenis.BEZORGD)
    return age_ms


def retry_dead(connection: Connection, event_ids: Sequence[InzendingId] | None = None) -> list[InzendingId]:
    """Puts dead events (all, or these) back under the same id. N calls have one effect."""
    statement = _RETRY if event_ids is None else _RETRY.where(outbox.c.event_id.in_(event_ids))
    done = [InzendingId(row.event_id) for row in connection.execute(statement)]
    _note(connection, done, Gebeurtenis.OPNIEUW)
    return done


def offer_again(connection: Connection, event_id: InzendingId) -> bool:
    """What the store confirmed and has lost goes to it once more, under the same id.

    False if it is not delivered, or its content is gone.
    """
    if connection.execute(_OFFER_AGAIN, {"id": event_id}).rowcount != 1:
        return False
    _note(connection, [event_id], Gebeurtenis.OPNIEUW)
    return True


def _note(
    connection: Connection, event_ids: Sequence[InzendingId], gebeurtenis: Gebeurtenis, code: str = ""
) -> None:
    rows = [{"event_id": e, "gebeurtenis": gebeurtenis.value, "code": code} for e in event_ids]
    write(connection, _NOTE, rows)
