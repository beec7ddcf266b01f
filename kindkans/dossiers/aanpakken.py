"""Table aanpak: what is done for a leerling, by whom, from when until when.

The behandelaar sees the dossier up to and including the einddatum (FAQ 7). Each action holds the dossier,
writes its audit row, and raises NotThere for another dossier's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NewType

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from database.engine import now_ms
from dossier.identifiers import Dossiernummer, SwvId
from kindkans.dossiers.checks import check_account, check_period
from kindkans.dossiers.locking import lock_dossier
from kindkans.dossiers.recording import Daad, record
from kindkans.dossiers.refusals import Fout, NotThere, Refused, Veld
from kindkans.dossiers.written import Moments, checked_text, moments_of, new_row_id, open_texts, seal_texts
from kindkans.rights.words import AccountId, Lid
from kindkans.tabs_schema import aanpak
from storage.seal import Seal

AanpakId = NewType("AanpakId", str)


class AanpakSoort(StrEnum):
    BEGELEIDING = "begeleiding"
    ONDERZOEK = "onderzoek"
    ARRANGEMENT = "arrangement"
    BEHANDELING = "behandeling"
    OVERIG = "overig"


@dataclass(frozen=True, slots=True, kw_only=True)
class AanpakInvoer:
    """What somebody fills in; `soort` unchecked."""

    soort: str
    behandelaar_id: AccountId
    begindatum: date
    einddatum: date | None = None  # the last day; None: it goes on
    omschrijving: str = field(repr=False)
    evaluatie: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aanpak:
    aanpak_id: AanpakId
    dossiernummer: Dossiernummer
    maker_id: AccountId
    behandelaar_id: AccountId
    soort: AanpakSoort
    begindatum: date
    einddatum: date | None
    omschrijving: str = field(repr=False)
    evaluatie: str = field(repr=False)
    moments: Moments


_OF_DOSSIER = (
    select(aanpak)
    .where(aanpak.c.dossiernummer == bindparam("nummer"))
    .order_by(aanpak.c.begindatum, aanpak.c.created_ms, aanpak.c.aanpak_id)
)
_ONE = select(aanpak).where(
    aanpak.c.aanpak_id == bindparam("id"), aanpak.c.dossiernummer == bindparam("nummer")
)
_CHANGE = update(aanpak).where(aanpak.c.aanpak_id == bindparam("id"))
_REMOVE = delete(aanpak).where(aanpak.c.aanpak_id == bindparam("id"))


def aanpakken_of(connection: Connection, seal: Seal, dossiernummer: Dossiernummer) -> list[Aanpak]:
    """In order of begindatum."""
    return [_opened(seal, row) for row in connection.execute(_OF_DOSSIER, {"nummer": dossiernummer})]


def get_aanpak(
    connection: Connection, seal: Seal, dossiernummer: Dossiernummer, aanpak_id: AanpakId
) -> Aanpak:
    """Raises NotThere."""
    return _opened(seal, _find(connection, dossiernummer, aanpak_id))


def add_aanpak(
    connection: Connection, seal: Seal, lid: Lid, dossiernummer: Dossiernummer, invoer: AanpakInvoer
) -> AanpakId:
    """Raises NotThere, Refused."""
    plaats = lock_dossier(connection, dossiernummer)
    new = AanpakId(new_row_id())
    values = _checked(seal, new, invoer)
    check_account(connection, Veld.BEHANDELAAR, invoer.behandelaar_id, plaats.swv_id)
    row = {"aanpak_id": new, "dossiernummer": dossiernummer, "maker_id": lid.account_id}
    connection.execute(insert(aanpak).values(**row, **values, created_ms=now_ms()))
    _record(connection, lid, Daad.AANPAK_ADDED, dossiernummer, new, invoer)
    return new


def change_aanpak(
    connection: Connection,
    seal: Seal,
    lid: Lid,
    dossiernummer: Dossiernummer,
    aanpak_id: AanpakId,
    invoer: AanpakInvoer,
) -> None:
    """The behandelaar that it has may stay, also when that account was blocked since. Raises NotThere,
    Refused."""
    plaats = lock_dossier(connection, dossiernummer)
    row = _find(connection, dossiernummer, aanpak_id)
    values = _checked(seal, aanpak_id, invoer)
    _check_new_behandelaar(connection, row.behandelaar_id, invoer.behandelaar_id, plaats.swv_id)
    connection.execute(_CHANGE.values(**values), {"id": aanpak_id})
    _record(connection, lid, Daad.AANPAK_CHANGED, dossiernummer, aanpak_id, invoer)


def end_aanpak(
    connection: Connection, lid: Lid, dossiernummer: Dossiernummer, aanpak_id: AanpakId, einddatum: date
) -> None:
    """`einddatum` is its last day. Raises NotThere, Refused."""
    lock_dossier(connection, dossiernummer)
    row = _find(connection, dossiernummer, aanpak_id)
    check_period(row.begindatum, einddatum)
    connection.execute(_CHANGE.values(einddatum=einddatum, changed_ms=now_ms()), {"id": aanpak_id})
    days = {"was": row.einddatum, "tot_en_met": einddatum}
    record(connection, lid, Daad.AANPAK_ENDED, dossiernummer, aanpak=aanpak_id, **days)


def remove_aanpak(
    connection: Connection, lid: Lid, dossiernummer: Dossiernummer, aanpak_id: AanpakId
) -> None:
    """Raises NotThere."""
    lock_dossier(connection, dossiernummer)
    _find(connection, dossiernummer, aanpak_id)
    connection.execute(_REMOVE, {"id": aanpak_id})
    record(connection, lid, Daad.AANPAK_REMOVED, dossiernummer, aanpak=aanpak_id)


def _checked(seal: Seal, aanpak_id: AanpakId, invoer: AanpakInvoer) -> dict[str, Any]:
    """The columns that it sets, but the account is not looked at yet."""
    if invoer.soort not in set(AanpakSoort):
        raise Refused(Fout.KEUZE, Veld.SOORT)
    check_period(invoer.begindatum, invoer.einddatum)
    texts = {
        Veld.OMSCHRIJVING: checked_text(Veld.OMSCHRIJVING, invoer.omschrijving, required=True),
        Veld.EVALUATIE: checked_text(Veld.EVALUATIE, invoer.evaluatie),
    }
    return {
        "soort": invoer.soort,
        "behandelaar_id": invoer.behandelaar_id,
        "begindatum": invoer.begindatum,
        "einddatum": invoer.einddatum,
        **seal_texts(seal, aanpak_id, texts),
    }


def _check_new_behandelaar(connection: Connection, was: str, account_id: AccountId, swv_id: SwvId) -> None:
    if account_id != was:
        check_account(connection, Veld.BEHANDELAAR, account_id, swv_id)


def _find(connection: Connection, dossiernummer: Dossiernummer, aanpak_id: AanpakId) -> Any:
    row = connection.execute(_ONE, {"id": aanpak_id, "nummer": dossiernummer}).one_or_none()
    if row is None:
        raise NotThere
    return row


def _record(
    connection: Connection,
    lid: Lid,
    daad: Daad,
    dossiernummer: Dossiernummer,
    aanpak_id: AanpakId,
    invoer: AanpakInvoer,
) -> None:
    """Also whom it lets see the dossier, and until when."""
    record(
        connection,
        lid,
        daad,
        dossiernummer,
        aanpak=aanpak_id,
        soort=invoer.soort,
        behandelaar=invoer.behandelaar_id,
        tot_en_met=invoer.einddatum,
    )


def _opened(seal: Seal, row: Any) -> Aanpak:
    texts = open_texts(seal, row.aanpak_id, row)
    return Aanpak(
        aanpak_id=AanpakId(row.aanpak_id),
        dossiernummer=Dossiernummer(row.dossiernummer),
        maker_id=AccountId(row.maker_id),
        behandelaar_id=AccountId(row.behandelaar_id),
        soort=AanpakSoort(row.soort),
        begindatum=row.begindatum,
        einddatum=row.einddatum,
        omschrijving=texts[Veld.OMSCHRIJVING],
        evaluatie=texts[Veld.EVALUATIE],
        moments=moments_of(row),
    )
