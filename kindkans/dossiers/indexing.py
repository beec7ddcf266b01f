"""What a dossier is found by: columns made of what is sealed, of the highest version.

Made at receipt, in the transaction that receives. Rows of before there was an index (`ontvangen_ms` is NULL)
are found and made here, a few at a time; it may be stopped anywhere, repeated, and done by two at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, Row, Select, bindparam, func, select, update

from dossier.identifiers import Dossiernummer, OrganisatieId, SwvId
from kindkans.dossiers.content import Inhoud, Opener, UnreadableContent, leerling_hash, read_content
from kindkans.dossiers.organisaties import ensure_organisatie
from kindkans.schema import dossier, versie

_LONGEST_SOORT = 24


class Keys(Opener, Protocol):
    """The seal."""

    def keyed_hash(self, value: bytes) -> str: ...

    def naam_hash(self, achternaam: str) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kenmerken:
    """What of one version is in the columns. All None: its content is erased, or cannot be read."""

    soort: str | None = None
    naam_hash: str | None = None
    leerling_hash: str | None = None
    schoolnaam: str = ""  # for the row of its organisatie, if that is new


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """What a batch did."""

    last: Dossiernummer  # where the next one begins
    count: int
    unreadable: tuple[Dossiernummer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    dossiernummer: Dossiernummer
    versie: int
    swv_id: SwvId
    organisatie_id: OrganisatieId
    kenmerken: Kenmerken | None  # None: unreadable


def kenmerken_of(seal: Keys, inhoud: Inhoud) -> Kenmerken:
    soort = inhoud.hulpvraag.soort
    return Kenmerken(
        soort=soort if 0 < len(soort) <= _LONGEST_SOORT and soort.isprintable() else None,
        naam_hash=seal.naam_hash(inhoud.leerling.achternaam) if inhoud.leerling.achternaam else None,
        leerling_hash=leerling_hash(seal, inhoud.leerling),
        schoolnaam=" ".join(inhoud.school.naam.replace("\0", " ").split()),
    )


_FIRST = select(func.min(versie.c.received_ms)).where(versie.c.dossiernummer == dossier.c.dossiernummer)
_UNINDEXED: Select[Any] = (
    select(
        dossier.c.dossiernummer,
        dossier.c.huidige_versie,
        dossier.c.swv_id,
        dossier.c.organisatie_id,
        versie.c.event_id,
        versie.c.key_id,
        versie.c.nonce,
        versie.c.ciphertext,
    )
    .outerjoin(
        versie,
        (versie.c.dossiernummer == dossier.c.dossiernummer) & (versie.c.versie == dossier.c.huidige_versie),
    )
    .where(dossier.c.ontvangen_ms.is_(None), dossier.c.dossiernummer > bindparam("after"))
    .order_by(dossier.c.dossiernummer)
    .limit(bindparam("size"))
)
# Not if a newer version came, or another indexed it, since it was read.
_INDEX = (
    update(dossier)
    .where(
        dossier.c.dossiernummer == bindparam("nummer"),
        dossier.c.huidige_versie == bindparam("of_versie"),
        dossier.c.ontvangen_ms.is_(None),
    )
    .values(
        soort=bindparam("its_soort"),
        naam_hash=bindparam("its_naam_hash"),
        leerling_hash=bindparam("its_leerling_hash"),
        # Without any version of it, which cannot be, it must not be looked at for ever.
        ontvangen_ms=func.coalesce(_FIRST.scalar_subquery(), 0),
    )
)


def read_unindexed(connection: Connection, after: Dossiernummer, size: int) -> Sequence[Row[Any]]:
    """In order of number; to be given to `prepare`."""
    return connection.execute(_UNINDEXED, {"after": after, "size": size}).all()


def prepare(seal: Keys, rows: Sequence[Row[Any]]) -> tuple[_Made, ...]:
    """Opens them. Raises Unavailable("storage") for a key that we do not have."""
    return tuple(
        _Made(
            dossiernummer=Dossiernummer(row.dossiernummer),
            versie=row.huidige_versie,
            swv_id=SwvId(row.swv_id),
            organisatie_id=OrganisatieId(row.organisatie_id),
            kenmerken=_kenmerken(seal, row),
        )
        for row in rows
    )


def write_index(connection: Connection, made: Sequence[_Made]) -> Indexed:
    """Safe to repeat."""
    for one in made:
        found = one.kenmerken or Kenmerken()
        values = {
            "nummer": one.dossiernummer,
            "of_versie": one.versie,
            "its_soort": found.soort,
            "its_naam_hash": found.naam_hash,
            "its_leerling_hash": found.leerling_hash,
        }
        ensure_organisatie(connection, one.organisatie_id, one.swv_id, found.schoolnaam)
        connection.execute(_INDEX, values)
    return Indexed(
        last=made[-1].dossiernummer,
        count=len(made),
        unreadable=tuple(one.dossiernummer for one in made if one.kenmerken is None),
    )


def _kenmerken(seal: Keys, row: Row[Any]) -> Kenmerken | None:
    if row.event_id is None:
        return None
    try:
        inhoud = read_content(seal, row)
    except UnreadableContent:
        return None
    return Kenmerken() if inhoud is None else kenmerken_of(seal, inhoud)
