"""Every number that was answered, with its event: one side of the reconciliation."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from database.engine import now_ms
from database.outbox_rows import State
from database.schema import inzending, outbox
from dossier.identifiers import Dossiernummer, OrganisatieId


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredVersion:
    dossiernummer: Dossiernummer
    versie: int
    inhoud_hash: str
    organisatie_id: OrganisatieId
    state: State | None  # of its event; None if the outbox has none, which must never be
    age_ms: int = 0  # of its event, by the database's clock


def answered_versions(connection: Connection) -> Generator[AnsweredVersion, None, None]:
    """In order of number and version; read while you iterate. A double entry is no version of its own."""
    query = (
        select(
            inzending.c.dossiernummer,
            inzending.c.versie,
            inzending.c.inhoud_hash,
            inzending.c.organisatie_id,
            outbox.c.state,
            (now_ms() - outbox.c.created_ms).label("age_ms"),
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
    with connection.execution_options(yield_per=1_000).execute(query) as found:
        for row in found:
            yield AnsweredVersion(
                dossiernummer=Dossiernummer(row.dossiernummer),
                versie=row.versie,
                inhoud_hash=row.inhoud_hash,
                organisatie_id=OrganisatieId(row.organisatie_id),
                state=State(row.state) if row.state is not None else None,
                age_ms=max(0, row.age_ms or 0),
            )
