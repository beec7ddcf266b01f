"""The people of a dossier: whom one may choose from, how they are called, and whom a guest can ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, or_, select

from database.accounts import ACTIEF
from database.people_schema import account
from dossier.identifiers import SwvId
from kindkans.rights.words import AccountId, Soort, Uitnodiging
from kindkans.tabs_schema import aanpak, overlegronde, vergadering


@dataclass(frozen=True, slots=True, kw_only=True)
class Mens:
    account_id: AccountId
    gebruikersnaam: str
    naam: str


_CHOICE = (
    select(account.c.account_id, account.c.gebruikersnaam, account.c.naam)
    .where(account.c.status == ACTIEF, or_(account.c.swv_id == bindparam("swv"), account.c.swv_id.is_(None)))
    .order_by(account.c.naam, account.c.gebruikersnaam)
)
_NAMES = select(account.c.account_id, account.c.naam).where(
    account.c.account_id.in_(bindparam("ids", expanding=True))
)


def _maker(table: Any, key: str) -> Select[str]:
    return (
        select(account.c.naam)
        .join(table, table.c.maker_id == account.c.account_id)
        .where(table.c[key] == bindparam("id"))
    )


_MAKERS = {
    Soort.OVERLEGRONDE: _maker(overlegronde, "overlegronde_id"),
    Soort.VERGADERING: _maker(vergadering, "vergadering_id"),
    Soort.AANPAK: _maker(aanpak, "aanpak_id"),
}


def choosable(connection: Connection, swv_id: SwvId) -> list[Mens]:
    """Who may be invited to a dossier of this SWV (checks.check_account), in order of name."""
    return [Mens(**row._mapping) for row in connection.execute(_CHOICE, {"swv": swv_id})]


def namen_of(connection: Connection, account_ids: Iterable[AccountId]) -> dict[AccountId, str]:
    """Also of accounts that are blocked: they stay who they were."""
    rows = connection.execute(_NAMES, {"ids": sorted(set(account_ids))})
    return {AccountId(row.account_id): row.naam for row in rows}


def maker_of(connection: Connection, one: Uitnodiging) -> str:
    """The name of who made what invites; "" if that is gone."""
    naam: str | None = connection.execute(_MAKERS[one.soort], {"id": one.bron_id}).scalar_one_or_none()
    return naam or ""
