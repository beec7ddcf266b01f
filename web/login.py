"""Logging in with a local account: name, password and code at once, and one answer for all that is wrong.

The work is the same for a name that exists and one that does not. It is no single transaction: hashing
takes too long to hold the write lock that pushes wait for. So the try is counted, then judged, then
settled, and settling looks again at what was judged.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from database import accounts as table
from database.accounts import ACTIEF, AccountRow, Credentials
from database.audit import write_audit
from database.engine import reading, writing
from database.login_failures import read_clock
from database.secret_hashes import hash_password, new_secret, verify_password
from storage.seal import Seal
from web import throttle, totp
from web.person import Person, Who, actor_of, gebruikersnaam_of, is_gebruikersnaam

REFUSED = (
    "Inloggen is niet gelukt. Controleer de gebruikersnaam, het wachtwoord en de code uit uw app. "
    "Na een paar mislukte pogingen moet u steeds iets langer wachten voor u het weer kunt proberen. "
    "Lukt het niet? Neem contact op met uw beheerder."
)
_NOBODY = "onbekend"  # as actor; and as subject, for people type passwords into the field for the name
_AT_ONCE = 2  # hashes: each takes 19 MiB
_LONGEST_INPUT = 1024  # characters; no password is this long, however it was composed


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    who: Who
    account_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    melding: str = REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The account of a name, if any, and what a try is held against: a decoy's if there is none."""

    account: AccountRow | None
    credentials: Credentials
    key: bytes
    now_ms: int


class Login:
    """Thread-safe."""

    def __init__(self, engine: Engine, seal: Seal) -> None:
        self._engine = engine
        self._seal = seal
        self._decoy = Credentials(
            secret_hash=hash_password(new_secret()),
            totp=totp.seal_key(seal, totp.new_key(), _NOBODY),
            totp_step=0,
        )
        self._hashing = threading.BoundedSemaphore(_AT_ONCE)

    def log_in(self, gebruikersnaam: str, password: str, code: str, address: str) -> LoggedIn | Refused:
        """Writes the audit. Raises Unavailable; start a session with what it returns."""
        name = gebruikersnaam.strip().lower()
        tried = throttle.who(self._seal, name, address)
        if not self._admitted(tried):
            return Refused()
        found = self._find(name)
        step = totp.matching_step(found.key, code, found.now_ms)
        right = self._is_password(password, found.credentials)
        with writing(self._engine) as connection:
            account = found.account
            if account is None or not right or step is None or account.status != ACTIEF:
                return _refused(connection, account)
            if not table.use_credentials(connection, account.account_id, found.credentials, step):
                return _refused(connection, account)
            throttle.succeeded(connection, tried)
            who = _who(account)
            write_audit(connection, actor=who.actor, action="login", subject=who.actor)
        return LoggedIn(who=who, account_id=account.account_id)

    def confirm_password(self, person: Person, password: str, address: str) -> bool:
        """Whether the one who is logged in knows their password still; throttled as a login is."""
        name = gebruikersnaam_of(person.actor)
        if name is None:
            return False
        tried = throttle.who(self._seal, name, address)
        if not self._admitted(tried):
            return False
        found = self._find(name)
        if not self._is_password(password, found.credentials) or found.account is None:
            return False
        with writing(self._engine) as connection:
            throttle.succeeded(connection, tried)
        return True

    def _admitted(self, tried: throttle.Who) -> bool:
        with reading(self._engine) as connection:
            if not throttle.may_try(connection, tried):
                return False
        with writing(self._engine) as connection:
            throttle.forget(connection)
            return throttle.admit(connection, tried)

    def _find(self, name: str) -> _Found:
        with reading(self._engine) as connection:
            # What can be no name is looked for too, as none: the same work.
            row = table.find_account(connection, name if is_gebruikersnaam(name) else "")
            now_ms = read_clock(connection)
            if row is None:
                key = totp.open_key(self._seal, self._decoy.totp, _NOBODY)
                return _Found(account=None, credentials=self._decoy, key=key, now_ms=now_ms)
            credentials = table.find_credentials(connection, row.account_id)
        key = totp.open_key(self._seal, credentials.totp, row.account_id)
        return _Found(account=row, credentials=credentials, key=key, now_ms=now_ms)

    def _is_password(self, password: str, credentials: Credentials) -> bool:
        with self._hashing:
            short = password if len(password) <= _LONGEST_INPUT else ""
            return verify_password(short, credentials.secret_hash)


def _who(account: AccountRow) -> Who:
    actor = actor_of(account.gebruikersnaam)
    return Who(actor=actor, naam=account.naam, rol=account.rol, swv_id=account.swv_id)


def _refused(connection: Connection, account: AccountRow | None) -> Refused:
    subject = actor_of(account.gebruikersnaam) if account is not None else _NOBODY
    write_audit(connection, actor=_NOBODY, action="login_failed", subject=subject)
    return Refused()
