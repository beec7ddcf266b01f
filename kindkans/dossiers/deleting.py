"""Deleting a hulpvraag that came by mistake, or twice (FAQ 1): only when nothing hangs on it.

What somebody would lose, or miss elsewhere, stands in the way: bijlagen, a vergadering, and whatever was
filled in on another tab. Notities are their author's: only those of who deletes count, others' stay theirs.

That it was here stays: numbers, hashes and the inbox, so that what the gateway delivered is proven for ever,
and the same event is known again. A newer version from the school brings it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, String, bindparam, cast, func, literal, select, union_all, update

from database.engine import now_ms
from dossier.identifiers import Dossiernummer
from kindkans.dossiers.bijlagen import list_bijlagen
from kindkans.dossiers.recording import Daad, record
from kindkans.dossiers.refusals import NotThere
from kindkans.rights.words import Lid
from kindkans.schema import bijlage, dossier, versie
from kindkans.tabs_schema import aanpak, notitie, overlegronde, tlv, vergadering_hulpvraag


class Kind(StrEnum):
    """In the order of the FAQ."""

    BIJLAGE = "bijlage"
    VERGADERING = "vergadering"
    OVERLEGRONDE = "overlegronde"
    AANPAK = "aanpak"
    TLV = "tlv"
    NOTITIE = "notitie"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beletsel:
    """One thing that must go first, and where it is."""

    kind: Kind
    id: str  # of a bijlage its positie
    path: str


class Obstructed(Exception):
    """It may not be deleted while these are there. Nothing was changed."""

    def __init__(self, obstacles: list[Beletsel]) -> None:
        super().__init__("BELETSELS")
        self.obstacles = obstacles


def _on_tab(kind: Kind, table: Any, *conditions: Any) -> Select[Any]:
    return select(literal(kind.value, String).label("kind"), table.c[f"{kind}_id"].label("id")).where(
        table.c.dossiernummer == bindparam("nummer"), *conditions
    )


_ON_TABS = union_all(
    _on_tab(Kind.VERGADERING, vergadering_hulpvraag),
    _on_tab(Kind.OVERLEGRONDE, overlegronde),
    _on_tab(Kind.AANPAK, aanpak),
    _on_tab(Kind.TLV, tlv),
    _on_tab(Kind.NOTITIE, notitie, notitie.c.auteur_id == bindparam("auteur")),
)
# More than lock_dossier: who is about to point at it waits too.
_ALONE = (
    select(dossier.c.dossiernummer)
    .where(dossier.c.dossiernummer == bindparam("nummer"), dossier.c.verwijderd_ms.is_(None))
    .with_for_update()
)
_FIRST = select(func.min(versie.c.received_ms)).where(versie.c.dossiernummer == bindparam("nummer"))
_DELETE = (
    update(dossier)
    .where(dossier.c.dossiernummer == bindparam("nummer"))
    .values(
        verwijderd_ms=bindparam("at_ms"),
        soort=None,
        naam_hash=None,
        leerling_hash=None,
        ontvangen_ms=func.coalesce(dossier.c.ontvangen_ms, _FIRST.scalar_subquery()),  # nothing to index
    )
)
_ERASE_CONTENT = (
    update(versie)
    .where(versie.c.dossiernummer == bindparam("nummer"), versie.c.gewist_ms.is_(None))
    .values(ciphertext=b"", gewist_ms=bindparam("at_ms"))
)
_ERASE_BIJLAGEN = (
    update(bijlage)
    .where(bijlage.c.dossiernummer == bindparam("nummer"), bijlage.c.verwijderd_ms.is_(None))
    .values(verwijderd_ms=bindparam("at_ms"))
    .returning(bijlage.c.object_id)
)


def obstacles(connection: Connection, lid: Lid, number: Dossiernummer) -> list[Beletsel]:
    """All that stands in the way of `lid`; empty if it may go. Bijlagen of older versions go with it."""
    found = [_beletsel(Kind.BIJLAGE, str(b.positie), number) for b in list_bijlagen(connection, number)]
    rows = connection.execute(_ON_TABS, {"nummer": number, "auteur": lid.account_id}).all()
    by_kind = sorted((list(Kind).index(Kind(row.kind)), row.id) for row in rows)
    return found + [_beletsel(list(Kind)[order], its_id, number) for order, its_id in by_kind]


def delete_hulpvraag(connection: Connection, lid: Lid, number: Dossiernummer) -> list[str]:
    """The objects whose bytes may go, for bijlagen.erase after the commit. The caller has asked the rights.

    Raises NotThere, Obstructed.
    """
    if connection.execute(_ALONE, {"nummer": number}).first() is None:
        raise NotThere
    in_the_way = obstacles(connection, lid, number)
    if in_the_way:
        raise Obstructed(in_the_way)
    at_ms = connection.execute(select(cast(now_ms(), dossier.c.verwijderd_ms.type))).scalar_one()
    key = {"nummer": number, "at_ms": at_ms}
    connection.execute(_DELETE, key)
    connection.execute(_ERASE_CONTENT, key)
    gone = list(connection.execute(_ERASE_BIJLAGEN, key).scalars())
    record(connection, lid, Daad.HULPVRAAG_DELETED, number)
    return gone


def _beletsel(kind: Kind, its_id: str, number: Dossiernummer) -> Beletsel:
    return Beletsel(kind=kind, id=its_id, path=_path(kind, its_id, number))


def _path(kind: Kind, its_id: str, number: Dossiernummer) -> str:
    match kind:
        case Kind.VERGADERING:
            return f"/vergaderingen/{its_id}"
        case Kind.BIJLAGE:
            return f"/dossiers/{number}/bijlagen#bijlage-{its_id}"
        case Kind.NOTITIE:
            return f"/dossiers/{number}/notities#notitie-{its_id}"
        case _:
            return f"/dossiers/{number}/{kind}#{kind}-{its_id}"
