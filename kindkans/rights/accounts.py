"""Accounts at Beheer > Accounts: who sees and may change whose (FAQ 10).

An applicatiebeheerder has those of its own SWV with a role of type Rest; Super has all. Whoever else has the
right ACCOUNTS is as an applicatiebeheerder. What is changed, account_changes.py knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from database.accounts import ACTIEF
from database.people_schema import account
from dossier.identifiers import OrganisatieId, SwvId
from kindkans.rights.rollen import is_externe_rol, list_rollen
from kindkans.rights.words import AccountId, Lid, Rol, RolId, RolType, Systeemrecht
from kindkans.rights_schema import lid as lid_table
from web.account_refusals import AccountRefused, Fout
from web.person import actor_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    account_id: AccountId
    gebruikersnaam: str
    naam: str
    rol: Rol
    swv_id: SwvId | None
    organisatie_id: OrganisatieId | None
    externe_rol: Rol | None
    actief: bool

    @property
    def actor(self) -> str:
        return actor_of(self.gebruikersnaam)


def operator(actor: str) -> Lid:
    """Who runs commands on the machine: as root, without an account. The first account is made so."""
    rol = Rol(rol_id=RolId(""), naam="", type=RolType.SUPER, systeem=frozenset(Systeemrecht))
    return Lid(account_id=AccountId(""), actor=actor, gebruikersnaam="", naam="", rol=rol)


def may_change(by: Lid, rol: Rol, swv_id: SwvId | None) -> bool:
    """An account of this role and SWV; also whether this person may make one."""
    if not by.may(Systeemrecht.ACCOUNTS):
        return False
    if by.rol.type is RolType.SUPER:
        return True
    return rol.type is RolType.REST and swv_id is not None and swv_id == by.swv_id


def rollen_to_give(connection: Connection, by: Lid) -> list[Rol]:
    """Those that an account of this person's SWV may have, or of root any account."""
    return [rol for rol in list_rollen(connection) if may_change(by, rol, by.swv_id)]


def externe_rollen_to_give(connection: Connection, by: Lid) -> list[Rol]:
    return [rol for rol in rollen_to_give(connection, by) if is_externe_rol(rol)]


def list_accounts(connection: Connection, by: Lid) -> list[Account]:
    """Those that this person may change: others they do not see (FAQ 10)."""
    if not by.may(Systeemrecht.ACCOUNTS):
        return []
    mine = [] if by.rol.type is RolType.SUPER else [account.c.swv_id == by.swv_id]
    return [one for one in _accounts(connection, *mine) if may_change(by, one.rol, one.swv_id)]


def get_account(connection: Connection, by: Lid, account_id: str) -> Account:
    """Another one's that may not be changed does not exist either. Raises AccountRefused."""
    return _visible(connection, by, account.c.account_id == account_id)


def find_account(connection: Connection, by: Lid, gebruikersnaam: str) -> Account:
    return _visible(connection, by, account.c.gebruikersnaam == gebruikersnaam)


def own_account(connection: Connection, by: Lid) -> Account:
    found = next(_accounts(connection, account.c.account_id == by.account_id), None)
    if found is None:
        raise AccountRefused(Fout.ONBEKEND)
    return found


def _visible(connection: Connection, by: Lid, which: ColumnElement[bool]) -> Account:
    found = next(_accounts(connection, which), None)
    if found is None or not may_change(by, found.rol, found.swv_id):
        raise AccountRefused(Fout.ONBEKEND)
    return found


def _accounts(connection: Connection, *which: ColumnElement[bool]) -> Iterator[Account]:
    """In order of gebruikersnaam."""
    rollen = {rol.rol_id: rol for rol in list_rollen(connection)}
    query = (
        select(account, lid_table.c.organisatie_id, lid_table.c.externe_rol_id)
        .select_from(account.outerjoin(lid_table, lid_table.c.account_id == account.c.account_id))
        .where(account.c.rol.in_(list(rollen)), *which)
        .order_by(account.c.gebruikersnaam)
    )
    for row in connection.execute(query):
        yield _account(row, rollen)


def _account(row: Any, rollen: dict[RolId, Rol]) -> Account:
    return Account(
        account_id=AccountId(row.account_id),
        gebruikersnaam=row.gebruikersnaam,
        naam=row.naam,
        rol=rollen[row.rol],
        swv_id=SwvId(row.swv_id) if row.swv_id is not None else None,
        organisatie_id=OrganisatieId(row.organisatie_id) if row.organisatie_id is not None else None,
        externe_rol=rollen.get(row.externe_rol_id),
        actief=row.status == ACTIEF,
    )
