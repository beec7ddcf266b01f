"""Table tlv: the toelaatbaarheidsverklaringen of a leerling.

Each action holds the dossier, writes its audit row, and raises NotThere for another dossier's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NewType

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from database.engine import now_ms
from dossier.identifiers import Dossiernummer
from kindkans.dossiers.checks import check_day, check_period
from kindkans.dossiers.locking import lock_dossier
from kindkans.dossiers.recording import Daad, record
from kindkans.dossiers.refusals import Fout, NotThere, Refused, Veld
from kindkans.dossiers.written import (
    Moments,
    checked_line,
    checked_text,
    moments_of,
    new_row_id,
    open_texts,
    seal_texts,
)
from kindkans.rights.words import AccountId, Lid
from kindkans.tabs_schema import tlv
from storage.seal import Seal

TlvId = NewType("TlvId", str)


class Categorie(StrEnum):
    LAAG = "laag"
    MIDDEN = "midden"
    HOOG = "hoog"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlvInvoer:
    """What somebody fills in; `categorie` unchecked."""

    categorie: str
    afgiftedatum: date
    begindatum: date
    einddatum: date  # the last day
    nummer: str = field(repr=False)
    budget: str = field(default="", repr=False)
    toelichting: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tlv:
    tlv_id: TlvId
    dossiernummer: Dossiernummer
    maker_id: AccountId
    categorie: Categorie
    afgiftedatum: date
    begindatum: date
    einddatum: date
    nummer: str = field(repr=False)
    budget: str = field(repr=False)
    toelichting: str = field(repr=False)
    moments: Moments


_OF_DOSSIER = (
    select(tlv)
    .where(tlv.c.dossiernummer == bindparam("nummer"))
    .order_by(tlv.c.begindatum, tlv.c.created_ms, tlv.c.tlv_id)
)
_ONE = select(tlv).where(tlv.c.tlv_id == bindparam("id"), tlv.c.dossiernummer == bindparam("nummer"))
_CHANGE = update(tlv).where(tlv.c.tlv_id == bindparam("id"))
_REMOVE = delete(tlv).where(tlv.c.tlv_id == bindparam("id"))


def tlvs_of(connection: Connection, seal: Seal, dossiernummer: Dossiernummer) -> list[Tlv]:
    """In order of begindatum."""
    return [_opened(seal, row) for row in connection.execute(_OF_DOSSIER, {"nummer": dossiernummer})]


def get_tlv(connection: Connection, seal: Seal, dossiernummer: Dossiernummer, tlv_id: TlvId) -> Tlv:
    """Raises NotThere."""
    return _opened(seal, _find(connection, dossiernummer, tlv_id))


def add_tlv(
    connection: Connection, seal: Seal, lid: Lid, dossiernummer: Dossiernummer, invoer: TlvInvoer
) -> TlvId:
    """Raises NotThere, Refused."""
    lock_dossier(connection, dossiernummer)
    new = TlvId(new_row_id())
    row = {"tlv_id": new, "dossiernummer": dossiernummer, "maker_id": lid.account_id}
    connection.execute(insert(tlv).values(**row, **_checked(seal, new, invoer), created_ms=now_ms()))
    _record(connection, lid, Daad.TLV_ADDED, dossiernummer, new, invoer)
    return new


def change_tlv(
    connection: Connection,
    seal: Seal,
    lid: Lid,
    dossiernummer: Dossiernummer,
    tlv_id: TlvId,
    invoer: TlvInvoer,
) -> None:
    """Raises NotThere, Refused."""
    lock_dossier(connection, dossiernummer)
    _find(connection, dossiernummer, tlv_id)
    connection.execute(_CHANGE.values(**_checked(seal, tlv_id, invoer)), {"id": tlv_id})
    _record(connection, lid, Daad.TLV_CHANGED, dossiernummer, tlv_id, invoer)


def remove_tlv(connection: Connection, lid: Lid, dossiernummer: Dossiernummer, tlv_id: TlvId) -> None:
    """Raises NotThere."""
    lock_dossier(connection, dossiernummer)
    _find(connection, dossiernummer, tlv_id)
    connection.execute(_REMOVE, {"id": tlv_id})
    record(connection, lid, Daad.TLV_REMOVED, dossiernummer, tlv=tlv_id)


def _checked(seal: Seal, tlv_id: TlvId, invoer: TlvInvoer) -> dict[str, Any]:
    """The columns that it sets."""
    if invoer.categorie not in set(Categorie):
        raise Refused(Fout.KEUZE, Veld.CATEGORIE)
    check_day(Veld.AFGIFTEDATUM, invoer.afgiftedatum)
    check_period(invoer.begindatum, invoer.einddatum)
    texts = {
        Veld.NUMMER: checked_line(Veld.NUMMER, invoer.nummer, required=True),
        Veld.BUDGET: checked_line(Veld.BUDGET, invoer.budget),
        Veld.TOELICHTING: checked_text(Veld.TOELICHTING, invoer.toelichting),
    }
    return {
        "categorie": invoer.categorie,
        "afgiftedatum": invoer.afgiftedatum,
        "begindatum": invoer.begindatum,
        "einddatum": invoer.einddatum,
        **seal_texts(seal, tlv_id, texts),
    }


def _find(connection: Connection, dossiernummer: Dossiernummer, tlv_id: TlvId) -> Any:
    row = connection.execute(_ONE, {"id": tlv_id, "nummer": dossiernummer}).one_or_none()
    if row is None:
        raise NotThere
    return row


def _record(
    connection: Connection,
    lid: Lid,
    daad: Daad,
    dossiernummer: Dossiernummer,
    tlv_id: TlvId,
    invoer: TlvInvoer,
) -> None:
    record(connection, lid, daad, dossiernummer, tlv=tlv_id, categorie=invoer.categorie)


def _opened(seal: Seal, row: Any) -> Tlv:
    texts = open_texts(seal, row.tlv_id, row)
    return Tlv(
        tlv_id=TlvId(row.tlv_id),
        dossiernummer=Dossiernummer(row.dossiernummer),
        maker_id=AccountId(row.maker_id),
        categorie=Categorie(row.categorie),
        afgiftedatum=row.afgiftedatum,
        begindatum=row.begindatum,
        einddatum=row.einddatum,
        nummer=texts[Veld.NUMMER],
        budget=texts[Veld.BUDGET],
        toelichting=texts[Veld.TOELICHTING],
        moments=moments_of(row),
    )
