"""Table organisatie, at Beheer > Organisaties: those that an account can be of (FAQ 2).

Those with a dossier come by themselves, when it is received; what is here adds others and gives names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from database.audit import write_audit
from dossier.identifiers import OrganisatieId, SwvId
from kindkans.rights.refusals import Fout, Refused, checked_naam
from kindkans.rights.words import Lid, Systeemrecht
from kindkans.tabs_schema import organisatie

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisatie:
    organisatie_id: OrganisatieId
    swv_id: SwvId
    naam: str


def list_organisaties(connection: Connection, by: Lid) -> list[Organisatie]:
    """Of this person's SWV, of root of all; in order of name."""
    if by.of_every_swv:
        return _list(connection)
    return _list(connection, organisatie.c.swv_id == by.swv_id) if by.swv_id is not None else []


def organisaties_of(connection: Connection, swv_id: SwvId) -> list[Organisatie]:
    return _list(connection, organisatie.c.swv_id == swv_id)


def find_organisatie(connection: Connection, organisatie_id: str) -> Organisatie | None:
    return next(iter(_list(connection, organisatie.c.organisatie_id == organisatie_id)), None)


def list_swvs(connection: Connection) -> list[SwvId]:
    """Those with an organisatie: the store knows no others."""
    query = select(organisatie.c.swv_id).distinct().order_by(organisatie.c.swv_id)
    return [SwvId(swv_id) for swv_id in connection.execute(query).scalars()]


def namen_of(connection: Connection, organisatie_ids: Iterable[str]) -> dict[str, str]:
    """Those that are known."""
    found = _list(connection, organisatie.c.organisatie_id.in_(list(organisatie_ids)))
    return {one.organisatie_id: one.naam for one in found}


def add_organisatie(connection: Connection, by: Lid, value: Organisatie) -> None:
    _check_right(by, value.swv_id)
    if not _ID.fullmatch(value.organisatie_id):
        raise Refused(Fout.ORGANISATIE_ID)
    naam = checked_naam(value.naam, Fout.ORGANISATIE_NAAM)
    if find_organisatie(connection, value.organisatie_id) is not None:
        raise Refused(Fout.ORGANISATIE_BEZET)
    row = {"organisatie_id": value.organisatie_id, "swv_id": value.swv_id, "naam": naam}
    connection.execute(insert(organisatie), row)
    _audit(connection, by, "organisatie_added", value.organisatie_id, f"swv={value.swv_id}")


def rename_organisatie(connection: Connection, by: Lid, organisatie_id: OrganisatieId, naam: str) -> None:
    """Another SWV's is not there."""
    found = find_organisatie(connection, organisatie_id)
    if found is None or not (by.of_every_swv or by.swv_id == found.swv_id):
        raise Refused(Fout.ORGANISATIE_ONBEKEND)
    _check_right(by, found.swv_id)
    naam = checked_naam(naam, Fout.ORGANISATIE_NAAM)
    if naam == found.naam:
        return
    which = organisatie.c.organisatie_id == organisatie_id
    connection.execute(update(organisatie).where(which).values(naam=naam))
    _audit(connection, by, "organisatie_renamed", organisatie_id, "")


def _check_right(by: Lid, swv_id: SwvId) -> None:
    if not by.may(Systeemrecht.ORGANISATIES) or not (by.of_every_swv or by.swv_id == swv_id):
        raise Refused(Fout.MAG_NIET)


def _list(connection: Connection, *which: ColumnElement[bool]) -> list[Organisatie]:
    query = select(organisatie).where(*which).order_by(organisatie.c.naam, organisatie.c.organisatie_id)
    return [_organisatie(row) for row in connection.execute(query)]


def _organisatie(row: Any) -> Organisatie:
    return Organisatie(
        organisatie_id=OrganisatieId(row.organisatie_id), swv_id=SwvId(row.swv_id), naam=row.naam
    )


def _audit(connection: Connection, by: Lid, action: str, organisatie_id: str, detail: str) -> None:
    write_audit(connection, actor=by.actor, action=action, subject=organisatie_id, detail=detail)
