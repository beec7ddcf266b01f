"""Table account: who may log in by name, password and second factor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from database.engine import now_ms
from database.people_schema import account
from dossier.delivery import Sealed
from dossier.identifiers import SwvId

ACTIEF, GEBLOKKEERD = "actief", "geblokkeerd"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    account_id: str
    gebruikersnaam: str
    naam: str
    rol: str
    swv_id: SwvId | None
    status: str
    created_ms: int
    changed_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    secret_hash: str = field(repr=False)
    totp: Sealed = field(repr=False)
    totp_step: int  # the last that was used


def list_accounts(connection: Connection) -> list[AccountRow]:
    return [_row(row) for row in connection.execute(select(account).order_by(account.c.gebruikersnaam))]


def find_account(connection: Connection, gebruikersnaam: str) -> AccountRow | None:
    return _first(connection, account.c.gebruikersnaam == gebruikersnaam)


def get_account(connection: Connection, account_id: str) -> AccountRow | None:
    return _first(connection, account.c.account_id == account_id)


def find_credentials(connection: Connection, account_id: str) -> Credentials:
    row = connection.execute(select(account).where(account.c.account_id == account_id)).one()
    return Credentials(
        secret_hash=row.secret_hash,
        totp=Sealed(key_id=row.totp_key_id, nonce=row.totp_nonce, ciphertext=row.totp_ciphertext),
        totp_step=row.totp_step,
    )


def add_account(connection: Connection, value: AccountRow, credentials: Credentials) -> None:
    """Its moments are the database's. An integrity error if the name is taken or there is no such SWV."""
    connection.execute(
        insert(account).values(
            account_id=value.account_id,
            gebruikersnaam=value.gebruikersnaam,
            naam=value.naam,
            rol=value.rol,
            swv_id=value.swv_id,
            status=value.status,
            secret_hash=credentials.secret_hash,
            **_totp(credentials.totp),
            totp_step=credentials.totp_step,
            created_ms=now_ms(),
            changed_ms=now_ms(),
        )
    )


def save_naam(connection: Connection, account_id: str, naam: str) -> None:
    _change(connection, account_id, naam=naam)


def save_status(connection: Connection, account_id: str, status: str) -> None:
    _change(connection, account_id, status=status)


def save_rol(connection: Connection, account_id: str, rol: str, swv_id: SwvId | None) -> None:
    _change(connection, account_id, rol=rol, swv_id=swv_id)


def save_secret_hash(connection: Connection, account_id: str, secret_hash: str) -> None:
    _change(connection, account_id, secret_hash=secret_hash)


def save_totp(connection: Connection, account_id: str, totp: Sealed) -> None:
    """A new key: none of its codes was used."""
    _change(connection, account_id, **_totp(totp), totp_step=0)


def use_credentials(connection: Connection, account_id: str, verified: Credentials, step: int) -> bool:
    """Takes the code of this step, which works once. False: it was used, or the account was changed
    since its credentials were read."""
    taken = connection.execute(
        update(account)
        .where(
            account.c.account_id == account_id,
            account.c.status == ACTIEF,
            account.c.secret_hash == verified.secret_hash,
            account.c.totp_nonce == verified.totp.nonce,
            account.c.totp_step < step,
        )
        .values(totp_step=step)
    )
    return taken.rowcount == 1


def lock_active(connection: Connection, rol: str) -> set[str]:
    """The ids of the active accounts of this role; nobody else blocks one until the caller commits."""
    query = (
        select(account.c.account_id)
        .where(account.c.rol == rol, account.c.status == ACTIEF)
        .order_by(account.c.account_id)
        .with_for_update()
    )
    return set(connection.execute(query).scalars())


def lock_account(connection: Connection, account_id: str) -> None:
    """Nobody else changes it until the caller commits."""
    connection.execute(
        select(account.c.account_id).where(account.c.account_id == account_id).with_for_update()
    )


def _first(connection: Connection, condition: Any) -> AccountRow | None:
    row = connection.execute(select(account).where(condition)).first()
    return _row(row) if row is not None else None


def _change(connection: Connection, account_id: str, **values: Any) -> None:
    statement = update(account).where(account.c.account_id == account_id)
    connection.execute(statement.values(changed_ms=now_ms(), **values))


def _totp(sealed: Sealed) -> dict[str, Any]:
    return {
        "totp_key_id": sealed.key_id,
        "totp_nonce": sealed.nonce,
        "totp_ciphertext": sealed.ciphertext,
    }


def _row(row: Row[Any]) -> AccountRow:
    return AccountRow(
        account_id=row.account_id,
        gebruikersnaam=row.gebruikersnaam,
        naam=row.naam,
        rol=row.rol,
        swv_id=SwvId(row.swv_id) if row.swv_id is not None else None,
        status=row.status,
        created_ms=row.created_ms,
        changed_ms=row.changed_ms,
    )
