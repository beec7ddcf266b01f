"""Table verplaatsing: a dossier that the helpdesk moved to another organisatie, with who and why (FAQ 2)."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Connection, bindparam, insert, select

from database import deferred
from database.outbox_rows import State
from database.schema import outbox, verplaatsing
from dossier.identifiers import Dossiernummer, InzendingId, OrganisatieId, SwvId


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRecord:
    """One row."""

    event_id: InzendingId
    dossiernummer: Dossiernummer
    versie: int  # that the move took
    van_swv_id: SwvId
    van_organisatie_id: OrganisatieId
    naar_swv_id: SwvId
    naar_organisatie_id: OrganisatieId
    actor: str
    toelichting: str
    at_ms: int
    bezorgd_ms: int | None = None  # only once retention has taken its history

    @property
    def inhoud_hash(self) -> str:
        """What the store's receipt must have: there is no content."""
        return ""


_MOVES_UNTIL = (
    select(verplaatsing.c.versie)
    .where(
        verplaatsing.c.dossiernummer == bindparam("nummer"),
        verplaatsing.c.versie <= bindparam("until_versie"),
    )
    .order_by(verplaatsing.c.versie.desc())
)
_UNDELIVERED = (
    select(outbox.c.versie, outbox.c.state)
    .where(outbox.c.dossiernummer == bindparam("nummer"), outbox.c.state != State.BEZORGD)
    .order_by(outbox.c.versie)
    .limit(1)
)


def insert_move(connection: Connection, record: MoveRecord) -> None:
    connection.execute(insert(verplaatsing), asdict(record))


def find_move(connection: Connection, event_id: InzendingId) -> MoveRecord | None:
    return next(iter(_select(connection, verplaatsing.c.event_id == event_id)), None)


def list_moves(connection: Connection, dossiernummer: Dossiernummer) -> list[MoveRecord]:
    """Of one dossier, the oldest first."""
    return _select(connection, verplaatsing.c.dossiernummer == dossiernummer)


def content_version(connection: Connection, dossiernummer: Dossiernummer, versie: int) -> int:
    """The version that brought the content which the dossier has at `versie`: itself, or before the moves."""
    values = {"nummer": dossiernummer, "until_versie": versie}
    for moved in connection.execute(_MOVES_UNTIL, values).scalars():
        if moved != versie:
            break
        versie -= 1
    return versie


def first_undelivered(connection: Connection, dossiernummer: Dossiernummer) -> tuple[int, State] | None:
    """The oldest version, move or content, that the store has not confirmed, and its state."""
    deferred.flush(connection)  # a push of the same group of transactions is one too
    row = connection.execute(_UNDELIVERED, {"nummer": dossiernummer}).first()
    return None if row is None else (row.versie, State(row.state))


def _select(connection: Connection, condition: ColumnElement[bool]) -> list[MoveRecord]:
    query = (
        select(verplaatsing).where(condition).order_by(verplaatsing.c.dossiernummer, verplaatsing.c.versie)
    )
    return [MoveRecord(**row._mapping) for row in connection.execute(query)]
