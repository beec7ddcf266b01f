"""Table api_sleutel: keys to the JSON API. Who has one may what its account may, while that is active.

The row holds the key's sha256: who reads the database can not use it. A key ends by hand, and when its
account is blocked.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from database.audit import write_audit
from database.engine import now_ms
from kindkans.rights.accounts import Account, get_account, own_account
from kindkans.rights.refusals import Fout, checked_naam
from kindkans.rights.words import AccountId, Lid
from kindkans.rights_schema import api_sleutel


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    key_id: str  # the key's hash: names it, and does not open anything
    naam: str
    created_ms: int
    ended_ms: int | None


def new_key(connection: Connection, by: Lid, account_id: AccountId, naam: str) -> str:
    """For their own account, or one that they may change. The key is shown once, never again."""
    of = _account(connection, by, account_id)
    naam = checked_naam(naam, Fout.SLEUTEL_NAAM)
    key = secrets.token_urlsafe(32)
    row = {"token_hash": _hash(key), "account_id": of.account_id, "naam": naam, "created_ms": now_ms()}
    connection.execute(insert(api_sleutel).values(row))
    _audit(connection, by, "api_key_added", of, _hash(key))
    return key


def list_keys(connection: Connection, by: Lid, account_id: AccountId) -> list[ApiKey]:
    """Also those that ended, the newest first."""
    of = _account(connection, by, account_id)
    query = (
        select(api_sleutel)
        .where(api_sleutel.c.account_id == of.account_id)
        .order_by(api_sleutel.c.created_ms.desc(), api_sleutel.c.token_hash)
    )
    return [
        ApiKey(key_id=row.token_hash, naam=row.naam, created_ms=row.created_ms, ended_ms=row.ended_ms)
        for row in connection.execute(query)
    ]


def end_key(connection: Connection, by: Lid, account_id: AccountId, key_id: str) -> bool:
    """False, and no audit row, if there was nothing to end."""
    of = _account(connection, by, account_id)
    which = (
        api_sleutel.c.token_hash == key_id,
        api_sleutel.c.account_id == of.account_id,
        api_sleutel.c.ended_ms.is_(None),
    )
    ended = connection.execute(update(api_sleutel).where(*which).values(ended_ms=now_ms())).rowcount == 1
    if ended:
        _audit(connection, by, "api_key_ended", of, key_id)
    return ended


def end_keys(connection: Connection, account_id: AccountId) -> int:
    """All of one account. Returns how many. Who changes the account calls it in the same transaction."""
    which = (api_sleutel.c.account_id == account_id, api_sleutel.c.ended_ms.is_(None))
    return connection.execute(update(api_sleutel).where(*which).values(ended_ms=now_ms())).rowcount


def find_key(connection: Connection, key: str) -> AccountId | None:
    """Whose it is, to be read with read_lid. None: unknown, or ended."""
    query = select(api_sleutel.c.account_id).where(
        api_sleutel.c.token_hash == _hash(key), api_sleutel.c.ended_ms.is_(None)
    )
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else AccountId(found)


def _account(connection: Connection, by: Lid, account_id: AccountId) -> Account:
    if account_id == by.account_id:
        return own_account(connection, by)
    return get_account(connection, by, account_id)


def _hash(key: str) -> str:
    """Of 256 random bits: a plain hash is enough, there is nothing to guess."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _audit(connection: Connection, by: Lid, action: str, of: Account, key_id: str) -> None:
    write_audit(connection, actor=by.actor, action=action, subject=of.actor, detail=key_id[:8])
