"""Tables vergadering, vergadering_genodigde and vergadering_hulpvraag: who meets, when, and about whom.

Whoever is genodigd sees the dossiers on the agenda up to and including the datum (FAQ 7). A hulpvraag on an
agenda can not be deleted (FAQ 1): it is taken off first. A vergadering is of one SWV, and so is its agenda.
Each action writes its audit row, and raises NotThere for a vergadering of another SWV.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NewType

from sqlalchemy import Connection, Select, bindparam, delete, insert, select, update

from database.engine import now_ms
from dossier.identifiers import Dossiernummer, SwvId
from kindkans.dossiers.checks import check_day, check_room, checked_accounts
from kindkans.dossiers.locking import lock_dossier
from kindkans.dossiers.recording import Daad, record
from kindkans.dossiers.refusals import NotThere, Veld
from kindkans.dossiers.written import Moments, checked_line, moments_of, new_row_id, open_texts, seal_texts
from kindkans.rights.words import AccountId, Lid
from kindkans.tabs_schema import vergadering, vergadering_genodigde, vergadering_hulpvraag
from storage.seal import Seal

VergaderingId = NewType("VergaderingId", str)

MOST_PAST = 200  # in one list


@dataclass(frozen=True, slots=True, kw_only=True)
class Vergadering:
    vergadering_id: VergaderingId
    swv_id: SwvId
    maker_id: AccountId
    datum: date  # the last day that it invites
    genodigden: tuple[AccountId, ...]  # in order of id
    hulpvragen: tuple[Dossiernummer, ...]  # all on the agenda; who reads may not see each of them
    titel: str = field(repr=False)
    plaats: str = field(repr=False)
    moments: Moments


_COMING = (
    select(vergadering)
    .where(vergadering.c.swv_id == bindparam("swv"), vergadering.c.datum >= bindparam("today"))
    .order_by(vergadering.c.datum, vergadering.c.created_ms, vergadering.c.vergadering_id)
)
_PAST = (
    select(vergadering)
    .where(vergadering.c.swv_id == bindparam("swv"), vergadering.c.datum < bindparam("today"))
    .order_by(vergadering.c.datum.desc(), vergadering.c.created_ms.desc(), vergadering.c.vergadering_id)
    .limit(MOST_PAST)
)
_OF_DOSSIER = (
    select(vergadering)
    .join(vergadering_hulpvraag, vergadering_hulpvraag.c.vergadering_id == vergadering.c.vergadering_id)
    .where(vergadering_hulpvraag.c.dossiernummer == bindparam("nummer"))
    .order_by(vergadering.c.datum, vergadering.c.created_ms, vergadering.c.vergadering_id)
)
_ONE = select(vergadering).where(
    vergadering.c.vergadering_id == bindparam("id"), vergadering.c.swv_id == bindparam("swv")
)
# Its people and its agenda change one at a time, and not while it goes.
_LOCK = _ONE.with_for_update(key_share=True)
_GENODIGDEN = (
    select(vergadering_genodigde)
    .where(vergadering_genodigde.c.vergadering_id.in_(bindparam("ids", expanding=True)))
    .order_by(vergadering_genodigde.c.account_id)
)
_AGENDA = (
    select(vergadering_hulpvraag)
    .where(vergadering_hulpvraag.c.vergadering_id.in_(bindparam("ids", expanding=True)))
    .order_by(vergadering_hulpvraag.c.dossiernummer)
)
_CHANGE = update(vergadering).where(vergadering.c.vergadering_id == bindparam("id"))
_REMOVE = delete(vergadering).where(vergadering.c.vergadering_id == bindparam("id"))
_REMOVE_GENODIGDEN = delete(vergadering_genodigde).where(
    vergadering_genodigde.c.vergadering_id == bindparam("id")
)
_REMOVE_GENODIGDE = _REMOVE_GENODIGDEN.where(vergadering_genodigde.c.account_id == bindparam("account"))
_ON_AGENDA = vergadering_hulpvraag.c.vergadering_id == bindparam("id")
_CLEAR_AGENDA = (
    delete(vergadering_hulpvraag).where(_ON_AGENDA).returning(vergadering_hulpvraag.c.dossiernummer)
)
_TAKE_OFF = delete(vergadering_hulpvraag).where(
    _ON_AGENDA, vergadering_hulpvraag.c.dossiernummer == bindparam("nummer")
)


def coming_vergaderingen(connection: Connection, seal: Seal, swv_id: SwvId, today: date) -> list[Vergadering]:
    """Of today and later, the first first."""
    return _read(connection, seal, _COMING, {"swv": swv_id, "today": today})


def past_vergaderingen(connection: Connection, seal: Seal, swv_id: SwvId, today: date) -> list[Vergadering]:
    """Of before today, the last first, at most MOST_PAST."""
    return _read(connection, seal, _PAST, {"swv": swv_id, "today": today})


def vergaderingen_of(connection: Connection, seal: Seal, dossiernummer: Dossiernummer) -> list[Vergadering]:
    """Those with this hulpvraag on the agenda, in order of datum; also of the SWV that it was of before."""
    return _read(connection, seal, _OF_DOSSIER, {"nummer": dossiernummer})


def get_vergadering(
    connection: Connection, seal: Seal, swv_id: SwvId, vergadering_id: VergaderingId
) -> Vergadering:
    """Raises NotThere."""
    found = _read(connection, seal, _ONE, {"id": vergadering_id, "swv": swv_id})
    if not found:
        raise NotThere
    return found[0]


def add_vergadering(
    connection: Connection,
    seal: Seal,
    lid: Lid,
    swv_id: SwvId,
    *,
    datum: date,
    titel: str,
    plaats: str,
    genodigden: Iterable[AccountId] = (),
) -> VergaderingId:
    """Raises Refused."""
    new = VergaderingId(new_row_id())
    values = _checked(seal, new, datum, titel, plaats)
    people = checked_accounts(connection, Veld.GENODIGDEN, genodigden, swv_id)
    row = {"vergadering_id": new, "swv_id": swv_id, "maker_id": lid.account_id}
    connection.execute(insert(vergadering).values(**row, **values, created_ms=now_ms()))
    record(connection, lid, Daad.VERGADERING_ADDED, new, swv=swv_id, datum=datum)
    for account_id in people:
        _invite(connection, lid, new, account_id)
    return new


def change_vergadering(
    connection: Connection,
    seal: Seal,
    lid: Lid,
    swv_id: SwvId,
    vergadering_id: VergaderingId,
    *,
    datum: date,
    titel: str,
    plaats: str,
) -> None:
    """Raises NotThere, Refused."""
    row = _held(connection, swv_id, vergadering_id)
    values = _checked(seal, vergadering_id, datum, titel, plaats)
    connection.execute(_CHANGE.values(**values), {"id": vergadering_id})
    days = {"was": row.datum, "datum": datum}
    record(connection, lid, Daad.VERGADERING_CHANGED, vergadering_id, swv=swv_id, **days)


def remove_vergadering(
    connection: Connection, lid: Lid, swv_id: SwvId, vergadering_id: VergaderingId
) -> None:
    """With its genodigden and its agenda. Raises NotThere."""
    _held(connection, swv_id, vergadering_id)
    taken_off = connection.execute(_CLEAR_AGENDA, {"id": vergadering_id}).scalars().all()
    for number in sorted(taken_off):
        record(connection, lid, Daad.AGENDA_REMOVED, number, vergadering=vergadering_id)
    for statement in (_REMOVE_GENODIGDEN, _REMOVE):
        connection.execute(statement, {"id": vergadering_id})
    record(connection, lid, Daad.VERGADERING_REMOVED, vergadering_id, swv=swv_id)


def add_genodigde(
    connection: Connection, lid: Lid, swv_id: SwvId, vergadering_id: VergaderingId, account_id: AccountId
) -> None:
    """Nothing happens if it is one already. Raises NotThere, Refused."""
    _held(connection, swv_id, vergadering_id)
    there = [row.account_id for row in connection.execute(_GENODIGDEN, {"ids": [vergadering_id]})]
    if account_id in there:
        return
    check_room(Veld.GENODIGDEN, len(there) + 1)
    checked_accounts(connection, Veld.GENODIGDEN, [account_id], swv_id)
    _invite(connection, lid, vergadering_id, account_id)


def remove_genodigde(
    connection: Connection, lid: Lid, swv_id: SwvId, vergadering_id: VergaderingId, account_id: AccountId
) -> None:
    """Nothing happens if it is none. Raises NotThere."""
    _held(connection, swv_id, vergadering_id)
    gone = connection.execute(_REMOVE_GENODIGDE, {"id": vergadering_id, "account": account_id}).rowcount
    if gone:
        record(connection, lid, Daad.GENODIGDE_REMOVED, vergadering_id, account=account_id)


def put_on_agenda(
    connection: Connection, lid: Lid, dossiernummer: Dossiernummer, vergadering_id: VergaderingId
) -> None:
    """Of a vergadering of the SWV where the dossier is. Nothing happens if it is on it. Raises NotThere."""
    plaats = lock_dossier(connection, dossiernummer)
    _held(connection, plaats.swv_id, vergadering_id)
    agenda = connection.execute(_AGENDA, {"ids": [vergadering_id]}).all()
    if dossiernummer in {row.dossiernummer for row in agenda}:
        return
    row = {"vergadering_id": vergadering_id, "dossiernummer": dossiernummer}
    connection.execute(insert(vergadering_hulpvraag), row)
    record(connection, lid, Daad.AGENDA_ADDED, dossiernummer, vergadering=vergadering_id)


def take_off_agenda(
    connection: Connection, lid: Lid, dossiernummer: Dossiernummer, vergadering_id: VergaderingId
) -> None:
    """Also of a vergadering of the SWV that the dossier was of before. Raises NotThere if it is not on it."""
    lock_dossier(connection, dossiernummer)
    key = {"id": vergadering_id, "nummer": dossiernummer}
    if connection.execute(_TAKE_OFF, key).rowcount != 1:
        raise NotThere
    record(connection, lid, Daad.AGENDA_REMOVED, dossiernummer, vergadering=vergadering_id)


def _checked(
    seal: Seal, vergadering_id: VergaderingId, datum: date, titel: str, plaats: str
) -> dict[str, Any]:
    """The columns that it sets."""
    check_day(Veld.DATUM, datum)
    texts = {
        Veld.TITEL: checked_line(Veld.TITEL, titel, required=True),
        Veld.PLAATS: checked_line(Veld.PLAATS, plaats),
    }
    return {"datum": datum, **seal_texts(seal, vergadering_id, texts)}


def _held(connection: Connection, swv_id: SwvId, vergadering_id: VergaderingId) -> Any:
    row = connection.execute(_LOCK, {"id": vergadering_id, "swv": swv_id}).one_or_none()
    if row is None:
        raise NotThere
    return row


def _invite(connection: Connection, lid: Lid, vergadering_id: VergaderingId, account_id: AccountId) -> None:
    row = {"vergadering_id": vergadering_id, "account_id": account_id}
    connection.execute(insert(vergadering_genodigde), row)
    record(connection, lid, Daad.GENODIGDE_ADDED, vergadering_id, account=account_id)


def _read(
    connection: Connection, seal: Seal, query: Select[Any], values: dict[str, Any]
) -> list[Vergadering]:
    rows = connection.execute(query, values).all()
    ids = [row.vergadering_id for row in rows]
    people, agenda = (
        connection.execute(_GENODIGDEN, {"ids": ids}).all(),
        connection.execute(_AGENDA, {"ids": ids}).all(),
    )
    return [_opened(seal, row, people, agenda) for row in rows]


def _opened(seal: Seal, row: Any, people: Sequence[Any], agenda: Sequence[Any]) -> Vergadering:
    texts = open_texts(seal, row.vergadering_id, row)
    return Vergadering(
        vergadering_id=VergaderingId(row.vergadering_id),
        swv_id=SwvId(row.swv_id),
        maker_id=AccountId(row.maker_id),
        datum=row.datum,
        genodigden=tuple(p.account_id for p in people if p.vergadering_id == row.vergadering_id),
        hulpvragen=tuple(a.dossiernummer for a in agenda if a.vergadering_id == row.vergadering_id),
        titel=texts[Veld.TITEL],
        plaats=texts[Veld.PLAATS],
        moments=moments_of(row),
    )
