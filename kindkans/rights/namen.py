"""The gebruikersnamen of accounts by their ids, for who may see that they are there."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select

from database.people_schema import account
from kindkans.rights.words import AccountId

_NAMES = select(account.c.account_id, account.c.gebruikersnaam).where(
    account.c.account_id.in_(bindparam("ids", expanding=True))
)


def gebruikersnamen_of(connection: Connection, ids: Iterable[AccountId]) -> dict[AccountId, str]:
    rows = connection.execute(_NAMES, {"ids": sorted(set(ids))})
    return {AccountId(row.account_id): row.gebruikersnaam for row in rows}
