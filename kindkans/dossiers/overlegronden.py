"""Tables overlegronde and overlegronde_deelnemer: who talks together about a dossier, and until when.

Whoever is a deelnemer sees the dossier up to and including the einddatum; only its maker moves that day
(FAQ 7). Each action holds the dossier, writes its audit row, and raises NotThere for another dossier's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NewType

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from database.engine import now_ms
from dossier.identifiers import Dossiernummer
from kindkans.dossiers.checks import check_day, check_room, checked_accounts
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
from kindkans.tabs_schema import overlegronde, overlegronde_deelnemer
from storage.seal import Seal

OverlegrondeId = NewType("OverlegrondeId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlegronde:
    overlegronde_id: OverlegrondeId
    dossiernummer: Dossiernummer
    maker_id: AccountId
    einddatum: date  # the last day that it invites
    deelnemers: tuple[AccountId, ...]  # in order of id
    onderwerp: str = field(repr=False)
    verslag: str = field(repr=False)
    moments: Moments


_OF_DOSSIER = (
    select(overlegronde)
    .where(overlegronde.c.dossiernummer == bindparam("nummer"))
    .order_by(overlegronde.c.created_ms, overlegronde.c.overlegronde_id)
)
_DEELNEMERS_OF_DOSSIER = (
    select(overlegronde_deelnemer)
    .join(overlegronde, overlegronde.c.overlegronde_id == overlegronde_deelnemer.c.overlegronde_id)
    .where(overlegronde.c.dossiernummer == bindparam("nummer"))
    .order_by(overlegronde_deelnemer.c.account_id)
)
_ONE = select(overlegronde).where(
    overlegronde.c.overlegronde_id == bindparam("id"), overlegronde.c.dossiernummer == bindparam("nummer")
)
_DEELNEMERS = select(overlegronde_deelnemer.c.account_id).where(
    overlegronde_deelnemer.c.overlegronde_id == bindparam("id")
)
_CHANGE = update(overlegronde).where(overlegronde.c.overlegronde_id == bindparam("id"))
_REMOVE = delete(overlegronde).where(overlegronde.c.overlegronde_id == bindparam("id"))
_REMOVE_DEELNEMERS = delete(overlegronde_deelnemer).where(
    overlegronde_deelnemer.c.overlegronde_id == bindparam("id")
)
_REMOVE_DEELNEMER = _REMOVE_DEELNEMERS.where(overlegronde_deelnemer.c.account_id == bindparam("account"))


def overlegronden_of(connection: Connection, seal: Seal, dossiernummer: Dossiernummer) -> list[Overlegronde]:
    """The oldest first."""
    people: dict[str, list[AccountId]] = {}
    for row in connection.execute(_DEELNEMERS_OF_DOSSIER, {"nummer": dossiernummer}):
        people.setdefault(row.overlegronde_id, []).append(AccountId(row.account_id))
    rows = connection.execute(_OF_DOSSIER, {"nummer": dossiernummer})
    return [_opened(seal, row, people.get(row.overlegronde_id, [])) for row in rows]


def get_overlegronde(
    connection: Connection, seal: Seal, dossiernummer: Dossiernummer, overlegronde_id: OverlegrondeId
) -> Overlegronde:
    """Raises NotThere."""
    row = _find(connection, dossiernummer, overlegronde_id)
    return _opened(seal, row, sorted(_deelnemers(connection, overlegronde_id)))


def add_overlegronde(
    connection: Connection,
    seal: Seal,
    lid: Lid,
    dossiernummer: Dossiernummer,
    *,
    onderwerp: str,
    verslag: str,
    einddatum: date,
    deelnemers: Iterable[AccountId] = (),
) -> OverlegrondeId:
    """Who adds it is its maker. Raises NotThere, Refused."""
    plaats = lock_dossier(connection, dossiernummer)
    texts = _checked_texts(onderwerp, verslag)
    check_day(Veld.EINDDATUM, einddatum)
    people = checked_accounts(connection, Veld.DEELNEMERS, deelnemers, plaats.swv_id)
    new = OverlegrondeId(new_row_id())
    row = {
        "overlegronde_id": new,
        "dossiernummer": dossiernummer,
        "maker_id": lid.account_id,
        "einddatum": einddatum,
        "created_ms": now_ms(),
    }
    connection.execute(insert(overlegronde).values(**row, **seal_texts(seal, new, texts)))
    record(connection, lid, Daad.OVERLEGRONDE_ADDED, dossiernummer, overlegronde=new, tot_en_met=einddatum)
    for account_id in people:
        _add_deelnemer(connection, lid, dossiernummer, new, account_id)
    return new


def change_overlegronde(
    connection: Connection,
    seal: Seal,
    lid: Lid,
    dossiernummer: Dossiernummer,
    overlegronde_id: OverlegrondeId,
    *,
    onderwerp: str,
    verslag: str,
) -> None:
    """Its texts. Raises NotThere, Refused."""
    _held(connection, dossiernummer, overlegronde_id)
    texts = _checked_texts(onderwerp, verslag)
    _change(connection, overlegronde_id, seal_texts(seal, overlegronde_id, texts))
    record(connection, lid, Daad.OVERLEGRONDE_CHANGED, dossiernummer, overlegronde=overlegronde_id)


def move_einddatum(
    connection: Connection,
    lid: Lid,
    dossiernummer: Dossiernummer,
    overlegronde_id: OverlegrondeId,
    einddatum: date,
) -> None:
    """By its maker only (FAQ 7), to any day: one that has passed ends it. Raises NotThere, Refused."""
    row = _held(connection, dossiernummer, overlegronde_id)
    if row.maker_id != lid.account_id:
        raise Refused(Fout.NIET_DE_MAKER, Veld.EINDDATUM)
    check_day(Veld.EINDDATUM, einddatum)
    _change(connection, overlegronde_id, {"einddatum": einddatum, "changed_ms": now_ms()})
    record(
        connection,
        lid,
        Daad.OVERLEGRONDE_MOVED,
        dossiernummer,
        overlegronde=overlegronde_id,
        was=row.einddatum,
        tot_en_met=einddatum,
    )


def add_deelnemer(
    connection: Connection,
    lid: Lid,
    dossiernummer: Dossiernummer,
    overlegronde_id: OverlegrondeId,
    account_id: AccountId,
) -> None:
    """Nothing happens if it is one already. Raises NotThere, Refused."""
    plaats = lock_dossier(connection, dossiernummer)
    _find(connection, dossiernummer, overlegronde_id)
    there = _deelnemers(connection, overlegronde_id)
    if account_id in there:
        return
    check_room(Veld.DEELNEMERS, len(there) + 1)
    checked_accounts(connection, Veld.DEELNEMERS, [account_id], plaats.swv_id)
    _add_deelnemer(connection, lid, dossiernummer, overlegronde_id, account_id)


def remove_deelnemer(
    connection: Connection,
    lid: Lid,
    dossiernummer: Dossiernummer,
    overlegronde_id: OverlegrondeId,
    account_id: AccountId,
) -> None:
    """Nothing happens if it is none. Raises NotThere."""
    _held(connection, dossiernummer, overlegronde_id)
    gone = connection.execute(_REMOVE_DEELNEMER, {"id": overlegronde_id, "account": account_id}).rowcount
    if gone:
        ids = {"overlegronde": overlegronde_id, "account": account_id}
        record(connection, lid, Daad.DEELNEMER_REMOVED, dossiernummer, **ids)


def remove_overlegronde(
    connection: Connection, lid: Lid, dossiernummer: Dossiernummer, overlegronde_id: OverlegrondeId
) -> None:
    """With its deelnemers. Raises NotThere."""
    _held(connection, dossiernummer, overlegronde_id)
    connection.execute(_REMOVE_DEELNEMERS, {"id": overlegronde_id})
    connection.execute(_REMOVE, {"id": overlegronde_id})
    record(connection, lid, Daad.OVERLEGRONDE_REMOVED, dossiernummer, overlegronde=overlegronde_id)


def _checked_texts(onderwerp: str, verslag: str) -> dict[Veld, str]:
    return {
        Veld.ONDERWERP: checked_line(Veld.ONDERWERP, onderwerp, required=True),
        Veld.VERSLAG: checked_text(Veld.VERSLAG, verslag),
    }


def _held(connection: Connection, dossiernummer: Dossiernummer, overlegronde_id: OverlegrondeId) -> Any:
    lock_dossier(connection, dossiernummer)
    return _find(connection, dossiernummer, overlegronde_id)


def _find(connection: Connection, dossiernummer: Dossiernummer, overlegronde_id: OverlegrondeId) -> Any:
    row = connection.execute(_ONE, {"id": overlegronde_id, "nummer": dossiernummer}).one_or_none()
    if row is None:
        raise NotThere
    return row


def _deelnemers(connection: Connection, overlegronde_id: OverlegrondeId) -> set[AccountId]:
    return {AccountId(found) for found in connection.execute(_DEELNEMERS, {"id": overlegronde_id}).scalars()}


def _change(connection: Connection, overlegronde_id: OverlegrondeId, values: dict[str, Any]) -> None:
    connection.execute(_CHANGE.values(**values), {"id": overlegronde_id})


def _add_deelnemer(
    connection: Connection,
    lid: Lid,
    dossiernummer: Dossiernummer,
    overlegronde_id: OverlegrondeId,
    account_id: AccountId,
) -> None:
    row = {"overlegronde_id": overlegronde_id, "account_id": account_id}
    connection.execute(insert(overlegronde_deelnemer), row)
    ids = {"overlegronde": overlegronde_id, "account": account_id}
    record(connection, lid, Daad.DEELNEMER_ADDED, dossiernummer, **ids)


def _opened(seal: Seal, row: Any, deelnemers: Iterable[AccountId]) -> Overlegronde:
    texts = open_texts(seal, row.overlegronde_id, row)
    return Overlegronde(
        overlegronde_id=OverlegrondeId(row.overlegronde_id),
        dossiernummer=Dossiernummer(row.dossiernummer),
        maker_id=AccountId(row.maker_id),
        einddatum=row.einddatum,
        deelnemers=tuple(deelnemers),
        onderwerp=texts[Veld.ONDERWERP],
        verslag=texts[Veld.VERSLAG],
        moments=moments_of(row),
    )
