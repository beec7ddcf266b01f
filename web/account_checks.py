"""What an account must be, whatever its site: its names, its password, and its second factor.

Each raises AccountRefused for what may not be.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from sqlalchemy import Connection

from database import accounts as table
from database.accounts import AccountRow, Credentials
from database.secret_hashes import hash_password
from dossier.identifiers import SwvId
from storage.seal import Seal
from web import totp
from web.account_refusals import AccountRefused, Fout
from web.passwords import Weak, weakness
from web.person import is_gebruikersnaam

_LONGEST_NAAM = 100
_WEAK = {
    Weak.TE_KORT: Fout.WACHTWOORD_KORT,
    Weak.TE_LANG: Fout.WACHTWOORD_LANG,
    Weak.GEBRUIKERSNAAM: Fout.WACHTWOORD_NAAM,
    Weak.TE_BEKEND: Fout.WACHTWOORD_BEKEND,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What an account begins with, on every site."""

    gebruikersnaam: str
    naam: str
    password: str = field(repr=False)


def insert_account(
    connection: Connection, seal: Seal, new: NewAccount, rol: str, swv_id: SwvId | None
) -> tuple[AccountRow, bytes]:
    """Returns the key of its second factor too. Whether this role may be given is the site's to know."""
    check_gebruikersnaam(connection, new.gebruikersnaam)
    row = AccountRow(
        account_id=secrets.token_hex(16),
        gebruikersnaam=new.gebruikersnaam,
        naam=checked_naam(new.naam),
        rol=rol,
        swv_id=swv_id,
        status=table.ACTIEF,
        created_ms=0,
        changed_ms=0,
    )
    key = totp.new_key()
    credentials = Credentials(
        secret_hash=hashed(new.password, new.gebruikersnaam),
        totp=totp.seal_key(seal, key, row.account_id),
        totp_step=0,
    )
    table.add_account(connection, row, credentials)
    return row, key


def replace_second_factor(connection: Connection, seal: Seal, account_id: str) -> bytes:
    """The key; the old one stops working."""
    key = totp.new_key()
    table.save_totp(connection, account_id, totp.seal_key(seal, key, account_id))
    return key


def check_gebruikersnaam(connection: Connection, gebruikersnaam: str) -> None:
    """That a new account may have it."""
    if not is_gebruikersnaam(gebruikersnaam):
        raise AccountRefused(Fout.NAAM_ONGELDIG)
    if table.find_account(connection, gebruikersnaam) is not None:
        raise AccountRefused(Fout.NAAM_BEZET)


def checked_naam(naam: str) -> str:
    """With single blanks."""
    stripped = " ".join(naam.split())
    if not 1 <= len(stripped) <= _LONGEST_NAAM or not stripped.isprintable():
        raise AccountRefused(Fout.NAAM_LEEG)
    return stripped


def hashed(password: str, gebruikersnaam: str) -> str:
    weak = weakness(password, gebruikersnaam)
    if weak is not None:
        raise AccountRefused(_WEAK[weak])
    return hash_password(password)
