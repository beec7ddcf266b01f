"""Table audit: who changed or saw what. Written in the same transaction as the change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from database.engine import now_ms
from database.people_schema import audit
from dossier.timestamps import from_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    audit_id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str


def write_audit(connection: Connection, *, actor: str, action: str, subject: str, detail: str = "") -> int:
    """`detail` holds codes, ids and names of schools; never a word about a leerling, never a secret.

    Returns the row's id, by which work of many transactions brings its own row up to date.
    """
    statement = insert(audit).values(
        at_ms=now_ms(), actor=actor, action=action, subject=subject, detail=detail
    )
    key = connection.execute(statement).inserted_primary_key
    return int(key[0])  # type: ignore[index]


def written_within(connection: Connection, seconds: int, *, actor: str, action: str, subject: str) -> bool:
    """Whether the audit has this of the last so many seconds."""
    query = (
        select(audit.c.audit_id)
        .where(
            audit.c.subject == subject,
            audit.c.actor == actor,
            audit.c.action == action,
            audit.c.at_ms > now_ms() - seconds * 1000,
        )
        .limit(1)
    )
    return connection.execute(query).first() is not None


def amend_audit(connection: Connection, audit_id: int, detail: str) -> None:
    """Of work that is still going on: what it has done so far, this transaction included."""
    connection.execute(update(audit).where(audit.c.audit_id == audit_id).values(detail=detail))


def list_audit(connection: Connection, limit: int) -> list[AuditRow]:
    """The newest first."""
    query = select(audit).order_by(audit.c.audit_id.desc()).limit(limit)
    return [audit_row(row) for row in connection.execute(query)]


def audit_of(connection: Connection, subject: str, actions: Sequence[str], limit: int = 20) -> list[AuditRow]:
    """What was done to one thing, the newest first. Ids of unlike things may be the same: hence `actions`."""
    query = (
        select(audit)
        .where(audit.c.subject == subject, audit.c.action.in_(actions))
        .order_by(audit.c.audit_id.desc())
        .limit(limit)
    )
    return [audit_row(row) for row in connection.execute(query)]


def audit_row(row: Any) -> AuditRow:
    """Of a row of the table."""
    return AuditRow(
        audit_id=row.audit_id,
        at=from_ms(row.at_ms),
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        detail=row.detail,
    )
