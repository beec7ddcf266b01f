"""The dead letters as the helpdesk sees them: of which dossier and school, since when and why.

Of an SWV are those whose dossier is at one of its organisaties now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, select

from database.outbox_rows import State
from database.schema import dossier, inzending, organisatie, outbox
from dossier.identifiers import Dossiernummer, InzendingId, SwvId

# A literal, for a partial index serves no query that has a parameter in its place.
_DEAD: ColumnElement[bool] = outbox.c.state == literal_column(f"'{State.DOOD}'")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    event_id: InzendingId
    dossiernummer: Dossiernummer
    versie: int
    code: str
    since_ms: int
    swv_id: SwvId
    organisatie: str  # where the dossier is now; "" if it is gone
    schoolnaam: str | None  # None for a move
    brin: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadCount:
    code: str
    count: int
    oldest_ms: int
    newest_ms: int


def count_dead_letters(connection: Connection, swv_id: SwvId | None) -> list[DeadCount]:
    """Per code, the most first. `swv_id` None: of every SWV."""
    since = outbox.c.finished_ms
    query = (
        select(outbox.c.dead_code, func.count(), func.min(since), func.max(since))
        .select_from(outbox.join(dossier, dossier.c.dossiernummer == outbox.c.dossiernummer))
        .where(*_of(swv_id))
        .group_by(outbox.c.dead_code)
        .order_by(func.count().desc(), outbox.c.dead_code)
    )
    return [
        DeadCount(code=code, count=count, oldest_ms=oldest, newest_ms=newest)
        for code, count, oldest, newest in connection.execute(query)
    ]


def list_dead_letters(
    connection: Connection, swv_id: SwvId | None, *, code: str | None, limit: int
) -> list[DeadLetter]:
    """The oldest first."""
    query = _letters(swv_id).order_by(outbox.c.finished_ms, outbox.c.event_id).limit(limit)
    if code is not None:
        query = query.where(outbox.c.dead_code == code)
    return _read(connection, query)


def find_dead_letters(
    connection: Connection, swv_id: SwvId | None, event_ids: Sequence[InzendingId]
) -> list[DeadLetter]:
    """Those of these that are dead now, in order of their ids."""
    query = _letters(swv_id).where(outbox.c.event_id.in_(event_ids)).order_by(outbox.c.event_id)
    return _read(connection, query)


def dead_until(connection: Connection, swv_id: SwvId | None, code: str, until_ms: int) -> list[InzendingId]:
    """All of one code that died no later than that, in order of their ids: what a person has seen."""
    query = (
        select(outbox.c.event_id)
        .select_from(outbox.join(dossier, dossier.c.dossiernummer == outbox.c.dossiernummer))
        .where(*_of(swv_id), outbox.c.dead_code == code, outbox.c.finished_ms <= until_ms)
        .order_by(outbox.c.event_id)
    )
    return [InzendingId(row.event_id) for row in connection.execute(query)]


def _of(swv_id: SwvId | None) -> tuple[ColumnElement[bool], ...]:
    return (_DEAD,) if swv_id is None else (_DEAD, dossier.c.swv_id == swv_id)


def _letters(swv_id: SwvId | None) -> Select[tuple[object, ...]]:
    return (
        select(
            outbox.c.event_id,
            outbox.c.dossiernummer,
            outbox.c.versie,
            outbox.c.dead_code.label("code"),
            outbox.c.finished_ms.label("since_ms"),
            dossier.c.swv_id,
            func.coalesce(organisatie.c.naam, "").label("organisatie"),
            inzending.c.schoolnaam,
            inzending.c.brin,
        )
        .select_from(
            outbox.join(dossier, dossier.c.dossiernummer == outbox.c.dossiernummer)
            .outerjoin(organisatie, organisatie.c.organisatie_id == dossier.c.organisatie_id)
            .outerjoin(inzending, inzending.c.inzending_id == outbox.c.event_id)
        )
        .where(*_of(swv_id))
    )


def _read(connection: Connection, query: Select[tuple[object, ...]]) -> list[DeadLetter]:
    return [DeadLetter(**row._mapping) for row in connection.execute(query)]
