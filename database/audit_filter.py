"""Looking through the table audit, of whichever database: by person, by what was done, by period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from database.audit import AuditRow, audit_row
from database.people_schema import audit
from dossier.timestamps import to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Everything given must hold."""

    actors: tuple[str, ...] = ()  # one of these
    actions: frozenset[str] | None = None
    from_: datetime | None = None  # aware; then or later
    to: datetime | None = None  # aware; before then


def find_rows(
    connection: Connection,
    wanted: AuditFilter,
    *conditions: ColumnElement[bool],
    before: int | None = None,
    limit: int,
) -> list[AuditRow]:
    """The newest first; `before`: those older than this audit_id, the last of the page that was shown."""
    which = [*_conditions(wanted), *conditions]
    query = select(audit).where(*which).order_by(audit.c.audit_id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.audit_id < before)
    return [audit_row(row) for row in connection.execute(query)]


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.actors:
        conditions.append(audit.c.actor.in_(wanted.actors))
    if wanted.actions is not None:
        conditions.append(audit.c.action.in_(sorted(wanted.actions)))
    if wanted.from_ is not None:
        conditions.append(audit.c.at_ms >= to_ms(wanted.from_))
    if wanted.to is not None:
        conditions.append(audit.c.at_ms < to_ms(wanted.to))
    return conditions
