"""Who is logged in: a session is a random token in a cookie, and a row that can be ended at any time.

The row holds the token's sha256: who reads the database can not take a session over. Looking takes no
write lock; that it was seen is written at most once a minute, so the idle limit is exact to a minute,
on the side of ending early.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from database import sessions as table
from database.audit import write_audit
from database.sessions import Limits, NewSession, SessionRow
from dossier.identifiers import SwvId
from dossier.timestamps import from_ms
from web.person import Who


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    session_id: str  # the token's hash: names it, and does not open it
    who: Who
    account_id: str | None  # None: logged in by OIDC
    csrf: str = field(repr=False)
    created: datetime
    seen: datetime
    touch_due: bool  # call `touch` with the token, in a write transaction

    def csrf_matches(self, given: str) -> bool:
        """In constant time."""
        return hmac.compare_digest(self.csrf.encode(), given.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Every function works in the caller's transaction."""

    idle: timedelta = timedelta(minutes=15)
    absolute: timedelta = timedelta(hours=8)
    touch_every: timedelta = timedelta(minutes=1)

    def start(self, connection: Connection, who: Who, account_id: str | None = None) -> str:
        """A new session; returns its token, for the cookie only. Takes rows that are over away."""
        token = secrets.token_urlsafe(32)
        table.delete_old_sessions(connection, self._limits)
        table.add_session(
            connection,
            NewSession(
                token_hash=_hash(token),
                actor=who.actor,
                account_id=account_id,
                naam=who.naam,
                rol=who.rol,
                swv_id=who.swv_id,
                csrf=secrets.token_urlsafe(32),
            ),
        )
        return token

    def find(self, connection: Connection, token: str) -> Session | None:
        """Reads only. None: unknown, over, ended, or its account is blocked or has another role or SWV."""
        row = table.find_session(connection, _hash(token), self._limits)
        return self._session(row) if row is not None else None

    def touch(self, connection: Connection, token: str) -> bool:
        """It was seen just now. False: it has ended meanwhile, so the request must not go on."""
        return table.touch_session(connection, _hash(token), self._limits)

    def end(self, connection: Connection, token: str) -> bool:
        """Logs out. False, and no audit row, if there was nothing to end."""
        row = table.find_session(connection, _hash(token), self._limits)
        ended = table.end_session(connection, _hash(token))
        if ended and row is not None:
            write_audit(connection, actor=row.actor, action="logout", subject=row.actor)
        return ended

    def of_person(self, connection: Connection, actor: str) -> list[Session]:
        """Those that are alive, the newest first."""
        return [self._session(row) for row in table.list_sessions(connection, actor, self._limits)]

    def revoke(self, connection: Connection, actor: str, session_id: str) -> bool:
        """One of the person's own, on another device. False: it is not theirs, or it is over."""
        ended = table.end_session(connection, session_id, actor)
        if ended:
            write_audit(connection, actor=actor, action="session_revoked", subject=actor)
        return ended

    @property
    def _limits(self) -> Limits:
        return Limits(idle_ms=_ms(self.idle), absolute_ms=_ms(self.absolute))

    def _session(self, row: SessionRow) -> Session:
        who = Who(
            actor=row.actor,
            naam=row.naam,
            rol=row.rol,
            swv_id=SwvId(row.swv_id) if row.swv_id is not None else None,
        )
        return Session(
            session_id=row.token_hash,
            who=who,
            account_id=row.account_id,
            csrf=row.csrf,
            created=from_ms(row.created_ms),
            seen=from_ms(row.seen_ms),
            touch_due=row.now_ms - row.seen_ms >= _ms(self.touch_every),
        )


def end_all(connection: Connection, actor: str, *, but: str | None = None) -> int:
    """Ends every session of this person, but the one with the session id `but`. Returns how many.

    Whoever changes an account calls it in the same transaction.
    """
    return table.end_sessions(connection, actor, but)


def _hash(token: str) -> str:
    """Of 256 random bits: a plain hash is enough, there is nothing to guess."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _ms(duration: timedelta) -> int:
    return duration // timedelta(milliseconds=1)
