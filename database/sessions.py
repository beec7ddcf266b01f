"""Table sessie: who is logged in. It knows a token by its hash only.

A session is alive while it was neither ended nor idle too long nor began too long ago, by the database's
clock; of a local account only while that is active and has the role and the SWV that it had at the login.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, func, insert, or_, select, update

from database.engine import now_ms
from database.people_schema import account, sessie


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    token_hash: str = field(repr=False)
    actor: str
    account_id: str | None
    naam: str
    rol: str
    swv_id: str | None
    csrf: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow(NewSession):
    created_ms: int
    seen_ms: int
    now_ms: int  # the database's clock when it was read


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    idle_ms: int
    absolute_ms: int


def add_session(connection: Connection, value: NewSession) -> None:
    connection.execute(
        insert(sessie).values(
            token_hash=value.token_hash,
            actor=value.actor,
            account_id=value.account_id,
            naam=value.naam,
            rol=value.rol,
            swv_id=value.swv_id,
            csrf=value.csrf,
            created_ms=now_ms(),
            seen_ms=now_ms(),
        )
    )


def find_session(connection: Connection, token_hash: str, limits: Limits) -> SessionRow | None:
    """Only one that is alive."""
    row = connection.execute(_alive(limits).where(sessie.c.token_hash == token_hash)).first()
    return _session(row) if row is not None else None


def list_sessions(connection: Connection, actor: str, limits: Limits) -> list[SessionRow]:
    """Those of one person that are alive, the newest first."""
    query = _alive(limits).where(sessie.c.actor == actor).order_by(sessie.c.created_ms.desc())
    return [_session(row) for row in connection.execute(query)]


def touch_session(connection: Connection, token_hash: str, limits: Limits) -> bool:
    """It was seen just now. False: it had ended meanwhile, and stays so."""
    changed = connection.execute(
        update(sessie).where(sessie.c.token_hash == token_hash, _within(limits)).values(seen_ms=now_ms())
    )
    return changed.rowcount == 1


def end_session(connection: Connection, token_hash: str, actor: str | None = None) -> bool:
    """Whether there was one to end; with an actor only one of theirs."""
    mine = [sessie.c.token_hash == token_hash, sessie.c.ended_ms.is_(None)]
    if actor is not None:
        mine.append(sessie.c.actor == actor)
    return connection.execute(update(sessie).where(*mine).values(ended_ms=now_ms())).rowcount == 1


def end_sessions(connection: Connection, actor: str, but: str | None = None) -> int:
    """All of one person, but the one with the token hash `but`. Returns how many."""
    which = [sessie.c.actor == actor, sessie.c.ended_ms.is_(None)]
    if but is not None:
        which.append(sessie.c.token_hash != but)
    return connection.execute(update(sessie).where(*which).values(ended_ms=now_ms())).rowcount


def delete_old_sessions(connection: Connection, limits: Limits) -> int:
    """Those that are over whatever happens. Returns how many."""
    over = sessie.c.created_ms <= now_ms() - limits.absolute_ms
    return connection.execute(delete(sessie).where(over)).rowcount


def _within(limits: Limits) -> ColumnElement[bool]:
    return and_(
        sessie.c.ended_ms.is_(None),
        sessie.c.seen_ms > now_ms() - limits.idle_ms,
        sessie.c.created_ms > now_ms() - limits.absolute_ms,
    )


def _alive(limits: Limits) -> Select[Any]:
    unchanged = and_(
        account.c.status == "actief",
        account.c.rol == sessie.c.rol,
        account.c.swv_id.is_not_distinct_from(sessie.c.swv_id),
    )
    return (
        select(sessie, func.coalesce(account.c.naam, sessie.c.naam).label("shown"), now_ms().label("now"))
        .outerjoin(account, account.c.account_id == sessie.c.account_id)
        .where(_within(limits), or_(sessie.c.account_id.is_(None), unchanged))
    )


def _session(row: Row[Any]) -> SessionRow:
    return SessionRow(
        token_hash=row.token_hash,
        actor=row.actor,
        account_id=row.account_id,
        naam=row.shown,
        rol=row.rol,
        swv_id=row.swv_id,
        csrf=row.csrf,
        created_ms=row.created_ms,
        seen_ms=row.seen_ms,
        now_ms=row.now,
    )
