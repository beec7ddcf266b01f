"""What the store holds, for the reconciliation with the gateway and for who looks after it."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection, func, select

from dossier.delivery import Sealed
from dossier.identifiers import Dossiernummer, InzendingId, OrganisatieId
from kindkans.schema import bijlage, dossier, versie


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldVersion:
    dossiernummer: Dossiernummer
    versie: int
    inhoud_hash: str
    organisatie_id: OrganisatieId
    bijlagen: tuple[str, ...]  # sha256 of each, in order of positie


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


_HELD = (
    select(
        versie.c.dossiernummer,
        versie.c.versie,
        versie.c.inhoud_hash,
        dossier.c.organisatie_id,
        bijlage.c.sha256,
    )
    .join(dossier, dossier.c.dossiernummer == versie.c.dossiernummer)
    .outerjoin(
        bijlage,
        (bijlage.c.dossiernummer == versie.c.dossiernummer) & (bijlage.c.versie == versie.c.versie),
    )
    .order_by(versie.c.dossiernummer, versie.c.versie, bijlage.c.positie)
)
_BIJLAGEN = select(*(bijlage.c[name] for name in HeldBijlage.__dataclass_fields__)).order_by(
    bijlage.c.dossiernummer, bijlage.c.versie, bijlage.c.positie
)


def held_versions(connection: Connection) -> Generator[HeldVersion, None, None]:
    """In order of number and version; read while you iterate, within the caller's transaction."""
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


def sealed_versions(connection: Connection) -> Iterator[SealedVersion]:
    """In order of number and version."""
    for row in connection.execute(select(versie).order_by(versie.c.dossiernummer, versie.c.versie)):
        yield SealedVersion(
            dossiernummer=Dossiernummer(row.dossiernummer),
            versie=row.versie,
            event_id=InzendingId(row.event_id),
            verzegeld=Sealed(key_id=row.key_id, nonce=row.nonce, ciphertext=row.ciphertext),
        )


def held_bijlagen(connection: Connection) -> Iterator[HeldBijlage]:
    for row in connection.execute(_BIJLAGEN):
        yield HeldBijlage(**row._mapping)


def current_version(connection: Connection, number: Dossiernummer) -> int | None:
    """The version that counts; None if there is no such dossier."""
    query = select(dossier.c.huidige_versie).where(dossier.c.dossiernummer == number)
    found: int | None = connection.execute(query).scalar_one_or_none()
    return found


def count_versions(connection: Connection) -> int:
    number: int = connection.execute(select(func.count()).select_from(versie)).scalar_one()
    return number


def copies_in_use(connection: Connection, copy_ids: Sequence[InzendingId]) -> set[InzendingId]:
    """Those of `copy_ids` that a version needs: for the sweeper of orphans."""
    query = select(bijlage.c.copy_id).where(bijlage.c.copy_id.in_(copy_ids)).distinct()
    return {InzendingId(row.copy_id) for row in connection.execute(query)}
