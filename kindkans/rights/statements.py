"""What the decision needs of the database, and the same decision as a condition for lists.

Who shows or changes something of a dossier calls besluit_of, who lists dossiers `visible`; nobody else
decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    FromClause,
    and_,
    false,
    literal,
    or_,
    select,
    true,
    union_all,
)

from database.accounts import ACTIEF
from database.people_schema import account
from dossier.identifiers import Dossiernummer, OrganisatieId, SwvId
from kindkans.rights.decision import Besluit, decide
from kindkans.rights.few import in_few
from kindkans.rights.rollen import find_rollen
from kindkans.rights.words import AccountId, Bereik, Lid, Plaats, Soort, Tab, Uitnodiging
from kindkans.rights_schema import lid as lid_table
from kindkans.schema import dossier
from kindkans.tabs_schema import (
    aanpak,
    overlegronde,
    overlegronde_deelnemer,
    vergadering,
    vergadering_genodigde,
    vergadering_hulpvraag,
)
from web.person import actor_of

_LID = select(
    account.c.account_id,
    account.c.gebruikersnaam,
    account.c.naam,
    account.c.rol,
    account.c.swv_id,
    lid_table.c.organisatie_id,
    lid_table.c.externe_rol_id,
).select_from(account.outerjoin(lid_table, lid_table.c.account_id == account.c.account_id))


def read_lid(connection: Connection, account_id: str) -> Lid | None:
    """None: there is no such account, it is blocked, or its role is gone."""
    return _lid(connection, account.c.account_id == account_id)


def find_lid(connection: Connection, gebruikersnaam: str) -> Lid | None:
    """As read_lid."""
    return _lid(connection, account.c.gebruikersnaam == gebruikersnaam)


def place_of(connection: Connection, number: Dossiernummer) -> Plaats | None:
    """None: there is no such dossier, or it was deleted."""
    return _place(connection, number, dossier.c.verwijderd_ms.is_(None))


def deleted_place(connection: Connection, number: Dossiernummer) -> Plaats | None:
    """Where a dossier was that is deleted: to tell why nobody sees it."""
    return _place(connection, number, dossier.c.verwijderd_ms.is_not(None))


def invitations_of(connection: Connection, account_id: AccountId, number: Dossiernummer) -> list[Uitnodiging]:
    """Also those that are over. Who made an overlegronde is no guest of it by that."""
    found = connection.execute(_invitations(account_id, number))
    return [
        Uitnodiging(soort=Soort(row.soort), bron_id=row.bron_id, tot_en_met=row.tot_en_met) for row in found
    ]


def besluit_of(connection: Connection, lid: Lid, number: Dossiernummer, today: date) -> Besluit | None:
    """None: there is no such dossier, or it was deleted. To be treated as one of which no tab is seen."""
    plaats = place_of(connection, number)
    if plaats is None:
        return None
    return decide(lid, plaats, invitations_of(connection, lid.account_id, number), today)


def visible(lid: Lid, tab: Tab, today: date) -> ColumnElement[bool]:
    """On table dossier: those that are not deleted and of which `decide` lets this account see this tab."""
    ways: list[ColumnElement[bool]] = []
    if lid.organisatie_id is not None and lid.rol.geeft(Bereik.EIGEN, tab):
        ways.append(dossier.c.organisatie_id == lid.organisatie_id)
    if lid.rol.geeft(Bereik.SWV, tab):
        if lid.of_every_swv:
            ways.append(true())
        elif lid.swv_id is not None:
            ways.append(dossier.c.swv_id == lid.swv_id)
    if tab is Tab.HULPVRAAG or any(rol.geeft(Bereik.EXTERN, tab) for rol in lid.externe_rollen):
        ways.append(in_few(dossier.c.dossiernummer, _invited(lid.account_id, today)))
    return and_(dossier.c.verwijderd_ms.is_(None), or_(false(), *ways))


def _lid(connection: Connection, which: ColumnElement[bool]) -> Lid | None:
    row = connection.execute(_LID.where(which, account.c.status == ACTIEF)).one_or_none()
    if row is None:
        return None
    rollen = find_rollen(connection, {row.rol, row.externe_rol_id} - {None})
    rol = rollen.get(row.rol)
    if rol is None:
        return None
    return Lid(
        account_id=AccountId(row.account_id),
        actor=actor_of(row.gebruikersnaam),
        gebruikersnaam=row.gebruikersnaam,
        naam=row.naam,
        rol=rol,
        externe_rol=rollen.get(row.externe_rol_id),
        swv_id=SwvId(row.swv_id) if row.swv_id is not None else None,
        organisatie_id=OrganisatieId(row.organisatie_id) if row.organisatie_id is not None else None,
    )


def _place(connection: Connection, number: Dossiernummer, which: ColumnElement[bool]) -> Plaats | None:
    query = select(dossier.c.swv_id, dossier.c.organisatie_id).where(dossier.c.dossiernummer == number, which)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Plaats(
        dossiernummer=number, swv_id=SwvId(row.swv_id), organisatie_id=OrganisatieId(row.organisatie_id)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How an account can have been invited."""

    soort: Soort
    rows: FromClause
    account_id: ColumnElement[str]
    number: ColumnElement[int]
    bron_id: ColumnElement[str]
    last_day: ColumnElement[Any]


_WAYS = (
    _Way(
        soort=Soort.OVERLEGRONDE,
        rows=overlegronde.join(
            overlegronde_deelnemer,
            overlegronde_deelnemer.c.overlegronde_id == overlegronde.c.overlegronde_id,
        ),
        account_id=overlegronde_deelnemer.c.account_id,
        number=overlegronde.c.dossiernummer,
        bron_id=overlegronde.c.overlegronde_id,
        last_day=overlegronde.c.einddatum,
    ),
    _Way(
        soort=Soort.VERGADERING,
        rows=vergadering.join(
            vergadering_genodigde, vergadering_genodigde.c.vergadering_id == vergadering.c.vergadering_id
        ).join(vergadering_hulpvraag, vergadering_hulpvraag.c.vergadering_id == vergadering.c.vergadering_id),
        account_id=vergadering_genodigde.c.account_id,
        number=vergadering_hulpvraag.c.dossiernummer,
        bron_id=vergadering.c.vergadering_id,
        last_day=vergadering.c.datum,
    ),
    _Way(
        soort=Soort.AANPAK,
        rows=aanpak,
        account_id=aanpak.c.behandelaar_id,
        number=aanpak.c.dossiernummer,
        bron_id=aanpak.c.aanpak_id,
        last_day=aanpak.c.einddatum,
    ),
)


def _invited(account_id: AccountId, today: date) -> CompoundSelect[int]:
    """The numbers of the dossiers with an invitation that is good today (Uitnodiging.is_good)."""
    return union_all(
        *(
            select(way.number)
            .select_from(way.rows)
            .where(way.account_id == account_id, or_(way.last_day.is_(None), way.last_day >= today))
            for way in _WAYS
        )
    )


def _invitations(account_id: AccountId, number: Dossiernummer) -> CompoundSelect[Any]:
    return union_all(
        *(
            select(
                literal(way.soort.value).label("soort"),
                way.bron_id.label("bron_id"),
                way.last_day.label("tot_en_met"),
            )
            .select_from(way.rows)
            .where(way.account_id == account_id, way.number == number)
            for way in _WAYS
        )
    ).order_by("soort", "tot_en_met", "bron_id")
