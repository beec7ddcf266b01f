"""Tables rol, recht and systeemrecht: what a role may (Beheer > Accounts > Rollen en rechten).

Only Super changes them. It counts at once, for a lid is read with each request: no session needs to end.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, insert, select, update

from database.accounts import ACTIEF
from database.audit import write_audit
from database.people_schema import account
from kindkans.rights.refusals import Fout, Refused, checked_naam
from kindkans.rights.words import AccountId, Bereik, Lid, Mag, Rol, RolId, RolType, Systeemrecht, Tab
from kindkans.rights_schema import lid, recht, rol, systeemrecht

_TABS = frozenset(Tab)
_SYSTEEM = frozenset(Systeemrecht)
_OF_ROOT = (Systeemrecht.ROLLEN, Systeemrecht.ACCOUNTS)


def list_rollen(connection: Connection) -> list[Rol]:
    """In order of name."""
    rows = connection.execute(select(rol).order_by(rol.c.naam)).all()
    return _with_rights(connection, rows)


def get_rol(connection: Connection, rol_id: str) -> Rol | None:
    return find_rollen(connection, [rol_id]).get(RolId(rol_id))


def find_rollen(connection: Connection, rol_ids: Iterable[str]) -> dict[RolId, Rol]:
    rows = connection.execute(select(rol).where(rol.c.rol_id.in_(list(rol_ids)))).all()
    return {one.rol_id: one for one in _with_rights(connection, rows)}


def lock_rol(connection: Connection, rol_id: str) -> Rol:
    """Its type and rights stay so until the caller commits: for who gives it to an account."""
    connection.execute(select(rol.c.rol_id).where(rol.c.rol_id == rol_id).with_for_update(read=True))
    found = get_rol(connection, rol_id)
    if found is None:
        raise Refused(Fout.ROL_ONBEKEND)
    return found


def is_externe_rol(value: Rol) -> bool:
    """Whether an account can have it besides its own: rights outside, and nothing else."""
    outside = all(bereik is Bereik.EXTERN for bereik, _ in value.rechten)
    return value.type is RolType.REST and bool(value.rechten) and outside and not value.systeem


def is_root(value: Rol) -> bool:
    """Whether who has it can repair whatever somebody did to roles and accounts."""
    return value.type is RolType.SUPER and value.systeem.issuperset(_OF_ROOT)


def lock_roots(connection: Connection) -> dict[AccountId, RolId]:
    """The active accounts that can repair all; nobody else takes one away until the caller commits."""
    connection.execute(
        select(rol.c.rol_id).where(rol.c.type == RolType.SUPER.value).order_by(rol.c.rol_id).with_for_update()
    )
    roots = [one.rol_id for one in list_rollen(connection) if is_root(one)]
    query = (
        select(account.c.account_id, account.c.rol)
        .where(account.c.status == ACTIEF, account.c.rol.in_(roots))
        .order_by(account.c.account_id)
        .with_for_update()
    )
    return {AccountId(row.account_id): RolId(row.rol) for row in connection.execute(query)}


def add_rol(connection: Connection, by: Lid, value: Rol) -> Rol:
    """Its rol_id is chosen here. Raises Refused."""
    _check_right(by)
    new = replace(value, rol_id=RolId(secrets.token_hex(8)), naam=_free_naam(connection, value))
    connection.execute(insert(rol), {"rol_id": new.rol_id, "naam": new.naam, "type": new.type.value})
    _put_rights(connection, new)
    _audit(connection, by, "rol_added", new, _difference(replace(new, rechten={}, systeem=frozenset()), new))
    return new


def save_rol(connection: Connection, by: Lid, value: Rol) -> None:
    """Its name, type and all its rights. Raises Refused."""
    _check_right(by)
    # All, and in order: two who each change another one do not wait for each other.
    connection.execute(select(rol.c.rol_id).order_by(rol.c.rol_id).with_for_update())
    old = get_rol(connection, value.rol_id)
    if old is None:
        raise Refused(Fout.ROL_ONBEKEND)
    new = replace(value, naam=_free_naam(connection, value))
    if new == old:
        return
    if new.type is not old.type and _exists(connection, account.c.rol == new.rol_id):
        raise Refused(Fout.ROL_TYPE_IN_GEBRUIK)
    if not is_externe_rol(new) and _exists(connection, lid.c.externe_rol_id == new.rol_id):
        raise Refused(Fout.ROL_NIET_EXTERN)
    if is_root(old) and not is_root(new) and set(lock_roots(connection).values()) <= {new.rol_id}:
        raise Refused(Fout.LAATSTE)
    which = rol.c.rol_id == new.rol_id
    connection.execute(update(rol).where(which).values(naam=new.naam, type=new.type.value))
    connection.execute(delete(recht).where(recht.c.rol_id == new.rol_id))
    connection.execute(delete(systeemrecht).where(systeemrecht.c.rol_id == new.rol_id))
    _put_rights(connection, new)
    _audit(connection, by, "rol_changed", new, _difference(old, new))


def _check_right(by: Lid) -> None:
    if by.rol.type is not RolType.SUPER or not by.may(Systeemrecht.ROLLEN):
        raise Refused(Fout.MAG_NIET)


def _free_naam(connection: Connection, value: Rol) -> str:
    naam = checked_naam(value.naam, Fout.ROL_NAAM)
    query = select(rol.c.rol_id).where(rol.c.naam == naam, rol.c.rol_id != value.rol_id)
    if connection.execute(query).first() is not None:
        raise Refused(Fout.ROL_NAAM_BEZET)
    return naam


def _exists(connection: Connection, which: Any) -> bool:
    return bool(connection.execute(select(exists().where(which))).scalar_one())


def _put_rights(connection: Connection, value: Rol) -> None:
    rechten = [
        {"rol_id": value.rol_id, "bereik": bereik.value, "tab": tab.value, "mag": mag.value}
        for (bereik, tab), mag in value.rechten.items()
    ]
    systeem = [{"rol_id": value.rol_id, "recht": one.value} for one in value.systeem]
    if rechten:
        connection.execute(insert(recht), rechten)
    if systeem:
        connection.execute(insert(systeemrecht), systeem)


def _difference(old: Rol, new: Rol) -> str:
    """In codes, for the audit."""
    before, after = _codes(old), _codes(new)
    signs = [("-", before - after), ("+", after - before)]
    return " ".join(f"{sign}{code}" for sign, codes in signs for code in sorted(codes))


def _codes(value: Rol) -> set[str]:
    tabs = {f"{bereik}.{tab}={mag}" for (bereik, tab), mag in value.rechten.items()}
    return {f"type={value.type}", *tabs, *value.systeem}


def _audit(connection: Connection, by: Lid, action: str, value: Rol, detail: str) -> None:
    write_audit(connection, actor=by.actor, action=action, subject=value.rol_id, detail=detail)


def _with_rights(connection: Connection, rows: Iterable[Row[Any]]) -> list[Rol]:
    """A right on what this version does not know is none."""
    rows = list(rows)
    ids = [row.rol_id for row in rows]
    rechten: dict[str, dict[tuple[Bereik, Tab], Mag]] = {rol_id: {} for rol_id in ids}
    for one in connection.execute(select(recht).where(recht.c.rol_id.in_(ids))):
        if one.tab in _TABS:
            rechten[one.rol_id][Bereik(one.bereik), Tab(one.tab)] = Mag(one.mag)
    systeem: dict[str, set[Systeemrecht]] = {rol_id: set() for rol_id in ids}
    for two in connection.execute(select(systeemrecht).where(systeemrecht.c.rol_id.in_(ids))):
        if two.recht in _SYSTEEM:
            systeem[two.rol_id].add(Systeemrecht(two.recht))
    return [
        Rol(
            rol_id=RolId(row.rol_id),
            naam=row.naam,
            type=RolType(row.type),
            rechten=rechten[row.rol_id],
            systeem=frozenset(systeem[row.rol_id]),
        )
        for row in rows
    ]
