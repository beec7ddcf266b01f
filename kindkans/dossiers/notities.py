"""Table notitie: what an account writes for itself about a dossier (FAQ 4).

Every statement here filters by the author: for everybody else, root included, a notitie does not exist,
and its id is one that never was. So there is no audit row of one either, and no count. A notitie stays its
author's when the hulpvraag is deleted: to read, change and remove; only a new one needs a dossier.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NewType

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from database.engine import now_ms
from dossier.identifiers import Dossiernummer
from kindkans.dossiers.locking import lock_dossier
from kindkans.dossiers.refusals import NotThere, Veld
from kindkans.dossiers.written import Moments, checked_text, moments_of, new_row_id, open_texts, seal_texts
from kindkans.rights.words import AccountId
from kindkans.tabs_schema import notitie
from storage.seal import Seal

NotitieId = NewType("NotitieId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notitie:
    notitie_id: NotitieId
    dossiernummer: Dossiernummer
    tekst: str = field(repr=False)
    moments: Moments


_ALL = (
    select(notitie)
    .where(notitie.c.auteur_id == bindparam("auteur"))
    .order_by(notitie.c.dossiernummer, notitie.c.created_ms, notitie.c.notitie_id)
)
_OF_DOSSIER = _ALL.where(notitie.c.dossiernummer == bindparam("nummer"))
_OWN = (notitie.c.notitie_id == bindparam("id")) & (notitie.c.auteur_id == bindparam("auteur"))
_ONE = select(notitie).where(_OWN)
_CHANGE = update(notitie).where(_OWN)
_REMOVE = delete(notitie).where(_OWN)


def notities_of(
    connection: Connection, seal: Seal, auteur_id: AccountId, dossiernummer: Dossiernummer
) -> list[Notitie]:
    """The author's own, the oldest first."""
    rows = connection.execute(_OF_DOSSIER, {"auteur": auteur_id, "nummer": dossiernummer})
    return [_opened(seal, row) for row in rows]


def all_notities(connection: Connection, seal: Seal, auteur_id: AccountId) -> list[Notitie]:
    """All of the author, also of hulpvragen that were deleted; in order of dossiernummer."""
    return [_opened(seal, row) for row in connection.execute(_ALL, {"auteur": auteur_id})]


def get_notitie(connection: Connection, seal: Seal, auteur_id: AccountId, notitie_id: NotitieId) -> Notitie:
    """Raises NotThere."""
    return _opened(seal, _find(connection, auteur_id, notitie_id))


def add_notitie(
    connection: Connection, seal: Seal, auteur_id: AccountId, dossiernummer: Dossiernummer, tekst: str
) -> NotitieId:
    """Raises NotThere, Refused."""
    lock_dossier(connection, dossiernummer)
    new = NotitieId(new_row_id())
    row = {"notitie_id": new, "dossiernummer": dossiernummer, "auteur_id": auteur_id}
    values = _checked(seal, new, tekst)
    connection.execute(insert(notitie).values(**row, **values, created_ms=now_ms()))
    return new


def change_notitie(
    connection: Connection, seal: Seal, auteur_id: AccountId, notitie_id: NotitieId, tekst: str
) -> None:
    """Raises NotThere, Refused; what is another's is NotThere, whatever the text."""
    _find(connection, auteur_id, notitie_id)
    values = _checked(seal, notitie_id, tekst)
    connection.execute(_CHANGE.values(**values), {"id": notitie_id, "auteur": auteur_id})


def remove_notitie(connection: Connection, auteur_id: AccountId, notitie_id: NotitieId) -> None:
    """Raises NotThere."""
    if connection.execute(_REMOVE, {"id": notitie_id, "auteur": auteur_id}).rowcount != 1:
        raise NotThere


def _find(connection: Connection, auteur_id: AccountId, notitie_id: NotitieId) -> Any:
    row = connection.execute(_ONE, {"id": notitie_id, "auteur": auteur_id}).one_or_none()
    if row is None:
        raise NotThere
    return row


def _checked(seal: Seal, notitie_id: NotitieId, tekst: str) -> dict[str, Any]:
    text = checked_text(Veld.NOTITIE, tekst, required=True)
    return seal_texts(seal, notitie_id, {Veld.NOTITIE: text})


def _opened(seal: Seal, row: Any) -> Notitie:
    return Notitie(
        notitie_id=NotitieId(row.notitie_id),
        dossiernummer=Dossiernummer(row.dossiernummer),
        tekst=open_texts(seal, row.notitie_id, row)[Veld.NOTITIE],
        moments=moments_of(row),
    )
