"""Every number that was answered and every move, with its event: one side of the reconciliation."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from heapq import merge
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, case, literal, select

from database.engine import now_ms
from database.outbox_rows import State
from database.schema import dossier, inzending, outbox, verplaatsing
from dossier.identifiers import Dossiernummer, InzendingId, OrganisatieId


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredVersion:
    dossiernummer: Dossiernummer
    versie: int
    inhoud_hash: str  # "" of a move
    organisatie_id: OrganisatieId  # where it went; of the latest version where the dossier is now
    event_id: InzendingId
    state: State | None  # of its event; None if the outbox has none, which must never be
    age_ms: int = 0  # of its event, by the database's clock
    has_content: bool = True  # False once retention has taken it: it can not be offered again


def _query(of: Table, event_id: Any, organisatie_id: Any, inhoud_hash: Any) -> Select[Any]:
    """Versions in order of number and version, each with its event."""
    latest = dossier.c.versie == of.c.versie
    whereabouts: ColumnElement[Any] = case((latest, dossier.c.organisatie_id), else_=organisatie_id)
    return (
        select(
            of.c.dossiernummer,
            of.c.versie,
            inhoud_hash.label("inhoud_hash"),
            whereabouts.label("organisatie_id"),
            event_id.label("event_id"),
            of.c.bezorgd_ms,
            outbox.c.state,
            (now_ms() - outbox.c.created_ms).label("age_ms"),
            outbox.c.inhoud_verwijderd_ms,
        )
        .select_from(
            of.join(dossier, dossier.c.dossiernummer == of.c.dossiernummer).outerjoin(
                outbox,
                (outbox.c.dossiernummer == of.c.dossiernummer) & (outbox.c.versie == of.c.versie),
            )
        )
        .order_by(of.c.dossiernummer, of.c.versie)
    )


_PUSHES = _query(
    inzending, inzending.c.inzending_id, inzending.c.organisatie_id, inzending.c.inhoud_hash
).where(inzending.c.uitkomst.in_(("nieuw", "versie")))
_MOVES = _query(verplaatsing, verplaatsing.c.event_id, verplaatsing.c.naar_organisatie_id, literal(""))


def answered_versions(connection: Connection) -> Generator[AnsweredVersion, None, None]:
    """In order of number and version; read while you iterate. A double entry is no version of its own."""
    with closing(_read(connection, _PUSHES)) as pushes, closing(_read(connection, _MOVES)) as moves:
        yield from merge(pushes, moves, key=attrgetter("dossiernummer", "versie"))


def _read(connection: Connection, query: Select[Any]) -> Generator[AnsweredVersion, None, None]:
    with connection.execution_options(yield_per=1_000).execute(query) as found:
        for row in found:
            yield AnsweredVersion(
                dossiernummer=Dossiernummer(row.dossiernummer),
                versie=row.versie,
                inhoud_hash=row.inhoud_hash,
                organisatie_id=OrganisatieId(row.organisatie_id),
                event_id=InzendingId(row.event_id),
                state=_state(row),
                age_ms=max(0, row.age_ms or 0),
                has_content=row.state is not None and row.inhoud_verwijderd_ms is None,
            )


def _state(row: Any) -> State | None:
    if row.state is not None:
        return State(row.state)
    return State.BEZORGD if row.bezorgd_ms is not None else None
