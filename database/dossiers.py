"""Table dossier: one row per hulpvraag of an omgeving; its key is the dossiernummer.

The number is given inside the caller's transaction and shown to nobody before its commit;
gaps are allowed, a number is never given twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update

from database.engine import RowRefused
from database.schema import dossier
from dossier.identifiers import Dossiernummer, HulpvraagId, OmgevingId, OrganisatieId, SwvId


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierRow:
    dossiernummer: Dossiernummer
    swv_id: SwvId
    organisatie_id: OrganisatieId
    versie: int
    inhoud_hash: str


_INSERT = insert(dossier).returning(dossier.c.dossiernummer)
_ADVANCE = (
    update(dossier)
    .where(dossier.c.dossiernummer == bindparam("nummer"), dossier.c.versie == bindparam("from_versie"))
    .values(versie=bindparam("to_versie"), inhoud_hash=bindparam("hash"))
)
_MOVE = (
    update(dossier)
    .where(dossier.c.dossiernummer == bindparam("nummer"), dossier.c.versie == bindparam("from_versie"))
    .values(
        versie=bindparam("to_versie"), swv_id=bindparam("to_swv"), organisatie_id=bindparam("to_organisatie")
    )
)
_LOCKED = (
    select(*(dossier.c[name] for name in DossierRow.__dataclass_fields__))
    .where(dossier.c.dossiernummer == bindparam("nummer"))
    .with_for_update(key_share=True)  # not from the pushes that only name it
)


def insert_dossier(
    connection: Connection,
    *,
    omgeving_id: OmgevingId,
    hulpvraag_id: HulpvraagId,
    swv_id: SwvId,
    organisatie_id: OrganisatieId,
    inhoud_hash: str,
    created_ms: int,
) -> Dossiernummer:
    """Version 1 of a new dossier; returns its number."""
    number = connection.execute(
        _INSERT,
        {
            "omgeving_id": omgeving_id,
            "hulpvraag_id": hulpvraag_id,
            "swv_id": swv_id,
            "organisatie_id": organisatie_id,
            "versie": 1,
            "inhoud_hash": inhoud_hash,
            "created_ms": created_ms,
        },
    ).scalar_one()
    return Dossiernummer(number)


def advance_dossier(connection: Connection, row: DossierRow, inhoud_hash: str) -> int:
    """The next version of a dossier; returns its versie. Raises RowRefused if `row` is not the latest."""
    versie = row.versie + 1
    result = connection.execute(
        _ADVANCE,
        {
            "nummer": row.dossiernummer,
            "from_versie": row.versie,
            "to_versie": versie,
            "hash": inhoud_hash,
        },
    )
    if result.rowcount != 1:
        raise RowRefused("database")  # another intake was first; a second run sees what it made
    return versie


def find_dossier(connection: Connection, dossiernummer: Dossiernummer) -> DossierRow | None:
    """Where it is now, and its latest version."""
    query = select(*(dossier.c[name] for name in DossierRow.__dataclass_fields__)).where(
        dossier.c.dossiernummer == dossiernummer
    )
    row = connection.execute(query).one_or_none()
    return DossierRow(**row._mapping) if row is not None else None


def lock_dossier(connection: Connection, dossiernummer: Dossiernummer) -> DossierRow | None:
    """The dossier, which nobody else changes until this transaction ends; None if there is none."""
    row = connection.execute(_LOCKED, {"nummer": dossiernummer}).one_or_none()
    return DossierRow(**row._mapping) if row is not None else None


def move_dossier(
    connection: Connection, row: DossierRow, swv_id: SwvId, organisatie_id: OrganisatieId
) -> int:
    """To another organisatie; its content stays what it was. Returns the versie that the move takes.

    Raises RowRefused if `row` is not the latest.
    """
    versie = row.versie + 1
    values = {
        "nummer": row.dossiernummer,
        "from_versie": row.versie,
        "to_versie": versie,
        "to_swv": swv_id,
        "to_organisatie": organisatie_id,
    }
    if connection.execute(_MOVE, values).rowcount != 1:
        raise RowRefused("database")  # a push or another move was first
    return versie
