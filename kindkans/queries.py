"""What the store holds, for the reconciliation with the gateway and for who looks after it."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, func, select

from dossier.delivery import Herkomst, Sealed
from dossier.identifiers import Dossiernummer, InzendingId, OrganisatieId, SwvId
from kindkans.schema import bijlage, dossier, herkomst, verplaatsing, versie


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldVersion:
    dossiernummer: Dossiernummer
    versie: int
    inhoud_hash: str  # "" of a move
    organisatie_id: OrganisatieId  # where the dossier was from this version until it was moved
    bijlagen: tuple[str, ...] = ()  # sha256 of each, in order of positie


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedVersion:
    dossiernummer: Dossiernummer
    versie: int
    event_id: InzendingId  # the seal's context
    verzegeld: Sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBijlage:
    dossiernummer: Dossiernummer
    versie: int
    positie: int
    size_bytes: int
    sha256: str
    object_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPush:
    """All that the store knows of the push that brought a version."""

    event_id: InzendingId
    dossiernummer: Dossiernummer
    versie: int
    swv_id: SwvId  # where the dossier was then
    organisatie_id: OrganisatieId
    inhoud_hash: str
    received_ms: int
    verzegeld: Sealed
    brin: str
    accepted_ms: int
    herkomst: Herkomst | None
    gewist: bool = False  # the hulpvraag was deleted: the seal holds nothing any more


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMove:
    """A move of a dossier that the store has applied."""

    event_id: InzendingId
    dossiernummer: Dossiernummer
    versie: int
    van_swv_id: SwvId
    van_organisatie_id: OrganisatieId
    naar_swv_id: SwvId
    naar_organisatie_id: OrganisatieId
    moved_ms: int
    received_ms: int


_LATER = verplaatsing.alias("later")


def _place_at(of: Table, column: str) -> ColumnElement[Any]:
    """Where the dossier was at a version: the next move took it from there, or it is there still."""
    next_move = (
        select(_LATER.c[f"van_{column}"])
        .where(_LATER.c.dossiernummer == of.c.dossiernummer, _LATER.c.versie > of.c.versie)
        .order_by(_LATER.c.versie)
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(next_move, dossier.c[column]).label(column)


_HELD = (
    select(
        versie.c.dossiernummer,
        versie.c.versie,
        versie.c.inhoud_hash,
        _place_at(versie, "organisatie_id"),
        bijlage.c.sha256,
    )
    .join(dossier, dossier.c.dossiernummer == versie.c.dossiernummer)
    .outerjoin(
        bijlage,
        (bijlage.c.dossiernummer == versie.c.dossiernummer) & (bijlage.c.versie == versie.c.versie),
    )
    .order_by(versie.c.dossiernummer, versie.c.versie, bijlage.c.positie)
)
_HELD_MOVES = (
    select(verplaatsing.c.dossiernummer, verplaatsing.c.versie, _place_at(verplaatsing, "organisatie_id"))
    .join(dossier, dossier.c.dossiernummer == verplaatsing.c.dossiernummer)
    .order_by(verplaatsing.c.dossiernummer, verplaatsing.c.versie)
)
_STORED = (
    select(
        versie,
        _place_at(versie, "swv_id"),
        _place_at(versie, "organisatie_id"),
        herkomst.c.brin,
        herkomst.c.accepted_ms,
        *(herkomst.c[name] for name in Herkomst.__slots__),
    )
    .join(dossier, dossier.c.dossiernummer == versie.c.dossiernummer)
    .outerjoin(herkomst, herkomst.c.event_id == versie.c.event_id)
    .where(versie.c.event_id == bindparam("id"))
)
_BIJLAGEN = select(*(bijlage.c[name] for name in HeldBijlage.__dataclass_fields__)).order_by(
    bijlage.c.dossiernummer, bijlage.c.versie, bijlage.c.positie
)
_HERE = bijlage.c.verwijderd_ms.is_(None)  # what somebody removed is proven by its hash alone
_OF_EVENT = _BIJLAGEN.join(
    versie, (versie.c.dossiernummer == bijlage.c.dossiernummer) & (versie.c.versie == bijlage.c.versie)
).where(versie.c.event_id == bindparam("id"))


def held_versions(connection: Connection) -> Generator[HeldVersion, None, None]:
    """Content and moves in order of number and version; read while you iterate, within the caller's
    transaction."""
    with closing(_held_contents(connection)) as contents, closing(_held_moves(connection)) as moves:
        yield from merge(contents, moves, key=attrgetter("dossiernummer", "versie"))


def _held_contents(connection: Connection) -> Generator[HeldVersion, None, None]:
    with connection.execution_options(yield_per=1_000).execute(_HELD) as found:
        for _, rows in groupby(found, key=attrgetter("dossiernummer", "versie")):
            lines = list(rows)
            yield HeldVersion(
                dossiernummer=Dossiernummer(lines[0].dossiernummer),
                versie=lines[0].versie,
                inhoud_hash=lines[0].inhoud_hash,
                organisatie_id=OrganisatieId(lines[0].organisatie_id),
                bijlagen=tuple(line.sha256 for line in lines if line.sha256 is not None),
            )


def _held_moves(connection: Connection) -> Generator[HeldVersion, None, None]:
    with connection.execution_options(yield_per=1_000).execute(_HELD_MOVES) as found:
        for row in found:
            yield HeldVersion(**row._mapping, inhoud_hash="")


def sealed_versions(connection: Connection) -> Iterator[SealedVersion]:
    """Those with content, in order of number and version."""
    query = select(versie).where(versie.c.gewist_ms.is_(None))
    for row in connection.execute(query.order_by(versie.c.dossiernummer, versie.c.versie)):
        yield SealedVersion(
            dossiernummer=Dossiernummer(row.dossiernummer),
            versie=row.versie,
            event_id=InzendingId(row.event_id),
            verzegeld=Sealed(key_id=row.key_id, nonce=row.nonce, ciphertext=row.ciphertext),
        )


def held_bijlagen(connection: Connection) -> Iterator[HeldBijlage]:
    """Those whose bytes must be in storage."""
    for row in connection.execute(_BIJLAGEN.where(_HERE)):
        yield HeldBijlage(**row._mapping)


def bijlagen_of(connection: Connection, event_id: InzendingId) -> list[HeldBijlage]:
    """All that a push brought, removed or not."""
    return [HeldBijlage(**row._mapping) for row in connection.execute(_OF_EVENT, {"id": event_id})]


def highest_number(connection: Connection) -> int:
    """0 for an empty store."""
    found: int | None = connection.execute(select(func.max(dossier.c.dossiernummer))).scalar_one()
    return found or 0


def stored_events(connection: Connection) -> list[InzendingId]:
    """Of every version that came with content, erased or not, in order of number and version."""
    query = select(versie.c.event_id).order_by(versie.c.dossiernummer, versie.c.versie)
    return [InzendingId(event_id) for event_id in connection.execute(query).scalars()]


def pushes_of(connection: Connection, number: Dossiernummer) -> list[InzendingId]:
    """The events that brought its content."""
    query = select(versie.c.event_id).where(versie.c.dossiernummer == number)
    return [InzendingId(event_id) for event_id in connection.execute(query).scalars()]


def stored_moves(connection: Connection) -> list[StoredMove]:
    """In order of number and version."""
    query = select(verplaatsing).order_by(verplaatsing.c.dossiernummer, verplaatsing.c.versie)
    return [StoredMove(**row._mapping) for row in connection.execute(query)]


def stored_move(connection: Connection, event_id: InzendingId) -> StoredMove:
    """Of an event that the store has."""
    row = connection.execute(select(verplaatsing).where(verplaatsing.c.event_id == event_id)).one()
    return StoredMove(**row._mapping)


def stored_push(connection: Connection, event_id: InzendingId) -> StoredPush:
    """Of an event that the store has."""
    row = connection.execute(_STORED, {"id": event_id}).one()
    known = row.omgeving_id is not None
    return StoredPush(
        event_id=event_id,
        dossiernummer=Dossiernummer(row.dossiernummer),
        versie=row.versie,
        swv_id=SwvId(row.swv_id),
        organisatie_id=OrganisatieId(row.organisatie_id),
        inhoud_hash=row.inhoud_hash,
        received_ms=row.received_ms,
        verzegeld=Sealed(key_id=row.key_id, nonce=row.nonce, ciphertext=row.ciphertext),
        brin=row.brin or "",
        accepted_ms=row.accepted_ms or row.received_ms,
        herkomst=Herkomst(**{name: getattr(row, name) for name in Herkomst.__slots__}) if known else None,
        gewist=row.gewist_ms is not None,
    )


def current_version(connection: Connection, number: Dossiernummer) -> int | None:
    """The version that counts; None if there is no such dossier."""
    query = select(dossier.c.huidige_versie).where(dossier.c.dossiernummer == number)
    found: int | None = connection.execute(query).scalar_one_or_none()
    return found


def copies_in_use(connection: Connection, copy_ids: Sequence[InzendingId]) -> set[InzendingId]:
    """Those of `copy_ids` of which a version needs at least one bijlage: for the sweeper of orphans."""
    query = select(bijlage.c.copy_id).where(bijlage.c.copy_id.in_(copy_ids), _HERE).distinct()
    return {InzendingId(row.copy_id) for row in connection.execute(query)}
