"""The bijlagen of a hulpvraag: those of its current version that nobody removed.

The content is read by `objects.read(object_id)`, what each is called from the version's content. Removing one
is a mark; its bytes go from storage after the commit (`erase`), and what could not go then goes later: with
the sweeper, or `overdue`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, Row, bindparam, select, update

from database.engine import now_ms
from dossier.errors import Unavailable
from dossier.identifiers import Dossiernummer
from kindkans.dossiers.locking import lock_dossier
from kindkans.dossiers.recording import Daad, record
from kindkans.dossiers.refusals import NotThere
from kindkans.rights.words import Lid
from kindkans.schema import bijlage, dossier

_DAY_MS = 86_400_000
_STILL_TRIED_DAYS = 30


class ErasableObjects(Protocol):
    async def remove(self, object_id: str) -> None:
        """None is fine too. Raises Unavailable("storage")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBijlage:
    dossiernummer: Dossiernummer
    versie: int
    positie: int
    size_bytes: int
    sha256: str
    object_id: str


_COLUMNS = tuple(bijlage.c[name] for name in StoredBijlage.__slots__)
_CURRENT = (
    select(*_COLUMNS)
    .join(
        dossier,
        (dossier.c.dossiernummer == bijlage.c.dossiernummer) & (dossier.c.huidige_versie == bijlage.c.versie),
    )
    .where(
        bijlage.c.dossiernummer == bindparam("nummer"),
        bijlage.c.verwijderd_ms.is_(None),
        dossier.c.verwijderd_ms.is_(None),
    )
    .order_by(bijlage.c.positie)
)
_REMOVE = (
    update(bijlage)
    .where(
        bijlage.c.dossiernummer == bindparam("nummer"),
        bijlage.c.versie == bindparam("of_versie"),
        bijlage.c.positie == bindparam("its_positie"),
        bijlage.c.verwijderd_ms.is_(None),
    )
    .values(verwijderd_ms=now_ms())
    .returning(*_COLUMNS)
)
_OVERDUE = select(bijlage.c.object_id).where(bijlage.c.verwijderd_ms > now_ms() - _STILL_TRIED_DAYS * _DAY_MS)


def list_bijlagen(connection: Connection, number: Dossiernummer) -> list[StoredBijlage]:
    return [_stored(row) for row in connection.execute(_CURRENT, {"nummer": number})]


def find_bijlage(connection: Connection, number: Dossiernummer, positie: int) -> StoredBijlage | None:
    """Of the current version."""
    query = _CURRENT.where(bijlage.c.positie == positie)
    row = connection.execute(query, {"nummer": number}).one_or_none()
    return None if row is None else _stored(row)


def remove_bijlage(
    connection: Connection, lid: Lid, number: Dossiernummer, versie: int, positie: int
) -> StoredBijlage:
    """Marked, with its audit row; give it to `erase` after the commit. Raises NotThere."""
    lock_dossier(connection, number)
    key = {"nummer": number, "of_versie": versie, "its_positie": positie}
    row = connection.execute(_REMOVE, key).one_or_none()
    if row is None:
        raise NotThere
    record(connection, lid, Daad.BIJLAGE_REMOVED, number, versie=str(versie), positie=str(positie))
    return _stored(row)


async def erase(objects: ErasableObjects, object_ids: Iterable[str]) -> int:
    """How many could not go now, for storage is away; nobody is shown them all the same."""
    left = 0
    for object_id in object_ids:
        try:
            await objects.remove(object_id)
        except Unavailable:
            left += 1
    return left


def overdue(connection: Connection) -> list[str]:
    """The objects of what was removed of late: to be erased again, in case they did not go then."""
    return list(connection.execute(_OVERDUE).scalars())


def _stored(row: Row[Any]) -> StoredBijlage:
    return StoredBijlage(**row._mapping)
