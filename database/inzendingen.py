"""Tables inzending, inzending_reden, inzending_bijlage: one record per push that was decided.

A rejection leaves only what domain.md allows: no content, no hash of content, no name of a bijlage.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select

from database.deferred import write
from database.outbox_rows import State
from database.schema import inzending, inzending_bijlage, inzending_reden, outbox
from dossier.identifiers import (
    BerichtId,
    Dossiernummer,
    HulpvraagId,
    InzendingId,
    KoppelingId,
    OmgevingId,
    OrganisatieId,
    SwvId,
)
from dossier.reden import Reden, RedenCode


@dataclass(frozen=True, slots=True, kw_only=True)
class BijlageRecord:
    positie: int
    size_bytes: int
    naam_characters: int
    sha256: str | None = None
    object_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBijlage:
    """One whose content is still here, and the state of its event."""

    dossiernummer: Dossiernummer
    versie: int
    state: State
    positie: int
    size_bytes: int
    sha256: str
    object_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InzendingRecord:
    """One row. Fields with a default are those that a rejection leaves empty."""

    inzending_id: InzendingId
    omgeving_id: OmgevingId
    bericht_id: BerichtId
    hulpvraag_id: HulpvraagId
    brin: str
    schoolnaam: str
    naam_hash: str
    uitkomst: str
    received_ms: int
    decided_ms: int
    dossiernummer: Dossiernummer | None = None
    versie: int | None = None
    inhoud_hash: str | None = None
    koppeling_id: KoppelingId | None = None
    swv_id: SwvId | None = None  # of a rejection: whose koppeling it came through, if that is one SWV's
    organisatie_id: OrganisatieId | None = None
    route_rule: str | None = None
    vestiging: str | None = None  # None: none was sent, or what was sent is none
    bezorgd_ms: int | None = None  # only once retention has taken its history


_INSERT = insert(inzending)
_INSERT_BIJLAGE = insert(inzending_bijlage)
_INSERT_REDEN = insert(inzending_reden)


def insert_inzending(
    connection: Connection,
    record: InzendingRecord,
    bijlagen: Iterable[BijlageRecord] = (),
    redenen: Iterable[Reden] = (),
) -> None:
    """In the caller's transaction; under a committer it is written with its group (deferred.py)."""
    row = {name: getattr(record, name) for name in record.__slots__}
    write(connection, _INSERT, [row], (record.omgeving_id, record.bericht_id))
    bijlage_rows = [{"inzending_id": record.inzending_id, **asdict(b)} for b in bijlagen]
    write(connection, _INSERT_BIJLAGE, bijlage_rows)
    reden_rows = [
        {
            "inzending_id": record.inzending_id,
            "volgnummer": volgnummer,
            "code": reden.code.value,
            "veld": reden.veld,
            "bijlage": reden.bijlage,
            "waarde": reden.waarde,
            "grens": reden.grens,
            "brin": reden.brin,
        }
        for volgnummer, reden in enumerate(redenen, start=1)
    ]
    write(connection, _INSERT_REDEN, reden_rows)


def find_inzending(connection: Connection, inzending_id: InzendingId) -> InzendingRecord | None:
    return _one(connection, inzending.c.inzending_id == inzending_id)


def find_by_bericht(
    connection: Connection, omgeving_id: OmgevingId, bericht_id: BerichtId
) -> InzendingRecord | None:
    """The accepted one if there is one, else the last rejection."""
    return _one(connection, inzending.c.omgeving_id == omgeving_id, inzending.c.bericht_id == bericht_id)


def find_by_dossiernummer(
    connection: Connection, omgeving_id: OmgevingId, dossiernummer: Dossiernummer
) -> InzendingRecord | None:
    """The last accepted push under this number."""
    return _one(
        connection, inzending.c.omgeving_id == omgeving_id, inzending.c.dossiernummer == dossiernummer
    )


def find_original(
    connection: Connection, dossiernummer: Dossiernummer, versie: int
) -> InzendingRecord | None:
    """The push that made this version: the one a double entry repeats."""
    return _one(
        connection,
        inzending.c.dossiernummer == dossiernummer,
        inzending.c.versie == versie,
        inzending.c.uitkomst != "dubbel",
    )


def tries_of(
    connection: Connection, omgeving_id: OmgevingId, hulpvraag_id: HulpvraagId
) -> list[InzendingRecord]:
    """Every push of this hulpvraag, the oldest first."""
    query = (
        select(inzending)
        .where(inzending.c.omgeving_id == omgeving_id, inzending.c.hulpvraag_id == hulpvraag_id)
        .order_by(inzending.c.inzending_id)
    )
    return [InzendingRecord(**row._mapping) for row in connection.execute(query)]


def bijlagen_of(connection: Connection, inzending_id: InzendingId) -> list[BijlageRecord]:
    query = (
        select(inzending_bijlage)
        .where(inzending_bijlage.c.inzending_id == inzending_id)
        .order_by(inzending_bijlage.c.positie)
    )
    return [bijlage_of(row) for row in connection.execute(query)]


def bijlage_of(row: Row[Any]) -> BijlageRecord:
    return BijlageRecord(**{name: value for name, value in row._mapping.items() if name != "inzending_id"})


def redenen_of(connection: Connection, inzending_id: InzendingId) -> tuple[Reden, ...]:
    query = (
        select(inzending_reden)
        .where(inzending_reden.c.inzending_id == inzending_id)
        .order_by(inzending_reden.c.volgnummer)
    )
    return tuple(reden_of(row) for row in connection.execute(query))


def reden_of(row: Row[Any]) -> Reden:
    return Reden(
        code=RedenCode(row.code),
        veld=row.veld,
        bijlage=row.bijlage,
        waarde=row.waarde,
        grens=row.grens,
        brin=row.brin,
    )


def kept_bijlagen(connection: Connection) -> list[KeptBijlage]:
    """Every bijlage that storage should have, in order of number and version."""
    query = (
        select(
            outbox.c.dossiernummer,
            outbox.c.versie,
            outbox.c.state,
            *(inzending_bijlage.c[name] for name in ("positie", "size_bytes", "sha256", "object_id")),
        )
        .join(outbox, outbox.c.event_id == inzending_bijlage.c.inzending_id)
        .where(inzending_bijlage.c.object_id.is_not(None))
        .order_by(outbox.c.dossiernummer, outbox.c.versie, inzending_bijlage.c.positie)
    )
    rows = connection.execute(query)
    return [KeptBijlage(**{**row._mapping, "state": State(row.state)}) for row in rows]


def with_objects(connection: Connection, inzending_ids: Sequence[InzendingId]) -> set[InzendingId]:
    """Those of `inzending_ids` whose objects in storage are needed: for the sweeper of orphans."""
    query = (
        select(inzending_bijlage.c.inzending_id)
        .where(
            inzending_bijlage.c.inzending_id.in_(inzending_ids), inzending_bijlage.c.object_id.is_not(None)
        )
        .distinct()
    )
    return {InzendingId(row.inzending_id) for row in connection.execute(query)}


def _one(connection: Connection, *conditions: ColumnElement[bool]) -> InzendingRecord | None:
    accepted_first = (inzending.c.uitkomst == "afgewezen").asc()
    query = (
        select(inzending)
        .where(*conditions)
        .order_by(accepted_first, inzending.c.inzending_id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return InzendingRecord(**row._mapping) if row is not None else None
