"""Every number that was answered, with its event: one side of the reconciliation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from database.outbox_rows import State
from database.schema import inzending, outbox
from dossier.identifiers import Dossiernummer, InzendingId, OrganisatieId


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredVersion:
    dossiernummer: Dossiernummer
    versie: int
    inhoud_hash: str
    organisatie_id: OrganisatieId
    event_id: InzendingId
    state: State | None  # of its event; None if the outbox has none, which must never be
    has_content: bool = True  # False once retention has taken it: it can not be offered again


def answered_versions(connection: Connection) -> Iterator[AnsweredVersion]:
    """In order of number and version. A double entry is no version of its own."""
    query = (
        select(
            inzending.c.dossiernummer,
            inzending.c.versie,
            inzending.c.inhoud_hash,
            inzending.c.organisatie_id,
            inzending.c.inzending_id,
            inzending.c.bezorgd_ms,
            outbox.c.state,
            outbox.c.inhoud_verwijderd_ms,
        )
        .select_from(
            inzending.outerjoin(
                outbox,
                (outbox.c.dossiernummer == inzending.c.dossiernummer)
                & (outbox.c.versie == inzending.c.versie),
            )
        )
        .where(inzending.c.uitkomst.in_(("nieuw", "versie")))
        .order_by(inzending.c.dossiernummer, inzending.c.versie)
    )
    for row in connection.execution_options(yield_per=1_000).execute(query):
        yield AnsweredVersion(
            dossiernummer=Dossiernummer(row.dossiernummer),
            versie=row.versie,
            inhoud_hash=row.inhoud_hash,
            organisatie_id=OrganisatieId(row.organisatie_id),
            event_id=InzendingId(row.inzending_id),
            state=_state(row),
            has_content=row.state is not None and row.inhoud_verwijderd_ms is None,
        )


def _state(row: Any) -> State | None:
    if row.state is not None:
        return State(row.state)
    return State.BEZORGD if row.bezorgd_ms is not None else None
