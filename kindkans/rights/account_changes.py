"""What is done to accounts, as at the helpdesk: never to one's own role, and so that root stays.

Each action is one transaction with its audit row; it raises AccountRefused or Refused for what may not be
done, and then nothing was changed. Who loses a role, a password or a second factor loses their sessions too;
who is blocked also their API keys. Another organisatie or externe rol counts at once without that: a lid is
read with each request.
"""

from __future__ import annotations

from sqlalchemy import Connection, insert, update

from database import accounts as table
from database.audit import write_audit
from dossier.identifiers import OrganisatieId, SwvId
from kindkans.rights.accounts import Account, find_account, get_account, may_change, own_account
from kindkans.rights.api_keys import end_keys
from kindkans.rights.organisaties import find_organisatie, list_swvs
from kindkans.rights.refusals import Fout as Rechtfout
from kindkans.rights.refusals import Refused
from kindkans.rights.rollen import is_externe_rol, is_root, lock_rol, lock_roots
from kindkans.rights.words import AccountId, Lid, Rol, RolId, RolType
from kindkans.rights_schema import lid as lid_table
from storage.seal import Seal
from web import sessions, totp
from web.account_checks import NewAccount, checked_naam, hashed, insert_account, replace_second_factor
from web.account_deeds import Deeds
from web.account_refusals import AccountRefused, Fout
from web.totp import Enrolment

_ISSUER = "Kindkans"  # as an app for second factors shows it


def add_account(
    connection: Connection, seal: Seal, by: Lid, new: NewAccount, rol_id: RolId, swv_id: SwvId | None
) -> tuple[Account, Enrolment]:
    """Returns the key of its second factor too: shown once, never again."""
    rol = _rol_to_give(connection, by, rol_id, swv_id)
    row, key = insert_account(connection, seal, new, rol.rol_id, swv_id)
    account = get_account(connection, by, row.account_id)
    _audit(connection, by, "account_added", account, _in_words(rol.rol_id, swv_id))
    return account, totp.enrolment_of(key, account.gebruikersnaam, _ISSUER)


def rename(connection: Connection, by: Lid, account_id: AccountId, naam: str) -> None:
    account = get_account(connection, by, account_id)
    table.save_naam(connection, account_id, checked_naam(naam))
    _audit(connection, by, "account_renamed", account)


def change_rol(
    connection: Connection, by: Lid, account_id: AccountId, rol_id: RolId, swv_id: SwvId | None
) -> None:
    """Both the old and the new one must be theirs to give. Of another SWV, it is of no organisatie yet."""
    account = _of_another(connection, by, account_id)
    roots = lock_roots(connection) if is_root(account.rol) else {}
    rol = _rol_to_give(connection, by, rol_id, swv_id)
    if (rol.rol_id, swv_id) == (account.rol.rol_id, account.swv_id):
        return
    if not is_root(rol):
        _keep_one_root(account, roots)
    table.save_rol(connection, account_id, rol.rol_id, swv_id)
    if swv_id != account.swv_id:
        _save_lid(connection, account_id, organisatie_id=None)
    sessions.end_all(connection, account.actor)
    detail = f"{_in_words(account.rol.rol_id, account.swv_id)} -> {_in_words(rol.rol_id, swv_id)}"
    _audit(connection, by, "account_role_changed", account, detail)


def change_organisatie(
    connection: Connection, by: Lid, account_id: AccountId, organisatie_id: OrganisatieId | None
) -> None:
    """What FAQ 2 advises. It must be of the account's SWV. None: of no organisatie."""
    account = _of_another(connection, by, account_id)
    if organisatie_id == account.organisatie_id:
        return
    if organisatie_id is not None:
        found = find_organisatie(connection, organisatie_id)
        if found is None or found.swv_id != account.swv_id:
            raise Refused(Rechtfout.ORGANISATIE_ONBEKEND)
    _save_lid(connection, account_id, organisatie_id=organisatie_id)
    detail = f"{account.organisatie_id or '-'} -> {organisatie_id or '-'}"
    _audit(connection, by, "account_organisatie_changed", account, detail)


def change_externe_rol(connection: Connection, by: Lid, account_id: AccountId, rol_id: RolId | None) -> None:
    """What FAQ 3 advises. None: the account's own role only."""
    account = _of_another(connection, by, account_id)
    old = account.externe_rol.rol_id if account.externe_rol is not None else None
    if rol_id == old:
        return
    if rol_id is not None and not is_externe_rol(lock_rol(connection, rol_id)):
        raise Refused(Rechtfout.ROL_NIET_EXTERN)
    _save_lid(connection, account_id, externe_rol_id=rol_id)
    _audit(connection, by, "account_externe_rol_changed", account, f"{old or '-'} -> {rol_id or '-'}")


def block(connection: Connection, by: Lid, account_id: AccountId) -> None:
    account = _of_another(connection, by, account_id)
    if not account.actief:
        return
    if is_root(account.rol):
        _keep_one_root(account, lock_roots(connection))
    table.save_status(connection, account_id, table.GEBLOKKEERD)
    sessions.end_all(connection, account.actor)
    end_keys(connection, account_id)
    _audit(connection, by, "account_blocked", account)


def unblock(connection: Connection, by: Lid, account_id: AccountId) -> None:
    account = get_account(connection, by, account_id)
    if account.actief:
        return
    table.save_status(connection, account_id, table.ACTIEF)
    _audit(connection, by, "account_unblocked", account)


def give_password(connection: Connection, by: Lid, account_id: AccountId, password: str) -> None:
    """Somebody else's, who forgot it. Ends all its sessions."""
    account = _of_another(connection, by, account_id)
    table.save_secret_hash(connection, account_id, hashed(password, account.gebruikersnaam))
    sessions.end_all(connection, account.actor)
    _audit(connection, by, "account_password_given", account)


def give_second_factor(connection: Connection, seal: Seal, by: Lid, account_id: AccountId) -> Enrolment:
    """Of who lost their telephone. The old one stops working, and all its sessions end."""
    account = _of_another(connection, by, account_id)
    key = replace_second_factor(connection, seal, account_id)
    sessions.end_all(connection, account.actor)
    _audit(connection, by, "account_totp_given", account)
    return totp.enrolment_of(key, account.gebruikersnaam, _ISSUER)


def end_sessions(connection: Connection, by: Lid, account_id: AccountId) -> int:
    """Logs it out everywhere; it may log in again. Returns how many there were."""
    account = _of_another(connection, by, account_id)
    ended = sessions.end_all(connection, account.actor)
    if ended:
        _audit(connection, by, "account_sessions_ended", account)
    return ended


def change_own_password(connection: Connection, by: Lid, password: str, session_id: str) -> None:
    """Only after login.confirm_password. Ends their other sessions."""
    account = own_account(connection, by)
    table.save_secret_hash(connection, account.account_id, hashed(password, account.gebruikersnaam))
    sessions.end_all(connection, account.actor, but=session_id)
    _audit(connection, by, "account_password_changed", account)


def _rol_to_give(connection: Connection, by: Lid, rol_id: RolId, swv_id: SwvId | None) -> Rol:
    """Locked. Root is of no SWV, an applicatiebeheerder of one; others may be guests of all."""
    rol = lock_rol(connection, rol_id)
    if rol.type is RolType.BEHEER and swv_id is None:
        raise AccountRefused(Fout.SWV_NODIG)
    if rol.type is RolType.SUPER and swv_id is not None:
        raise AccountRefused(Fout.SWV_TEVEEL)
    if not may_change(by, rol, swv_id):
        raise AccountRefused(Fout.MAG_NIET)
    if swv_id is not None and swv_id not in list_swvs(connection):
        raise AccountRefused(Fout.SWV_ONBEKEND)
    return rol


def _of_another(connection: Connection, by: Lid, account_id: AccountId) -> Account:
    """Who took somebody's session over must not get a password or a second factor with it."""
    account = get_account(connection, by, account_id)
    if account.account_id == by.account_id:
        raise AccountRefused(Fout.EIGEN)
    return account


def _keep_one_root(account: Account, roots: dict[AccountId, RolId]) -> None:
    """Of two who block each other at once, the second waited for the lock and is refused."""
    if account.account_id in roots and len(roots) == 1:
        raise Refused(Rechtfout.LAATSTE)


def _save_lid(connection: Connection, account_id: AccountId, **values: str | None) -> None:
    which = lid_table.c.account_id == account_id
    if not connection.execute(update(lid_table).where(which).values(**values)).rowcount:
        connection.execute(insert(lid_table), {"account_id": account_id, **values})


def _in_words(rol_id: RolId, swv_id: SwvId | None) -> str:
    return f"{rol_id} swv={swv_id or '-'}"


def _audit(connection: Connection, by: Lid, action: str, account: Account, detail: str = "") -> None:
    write_audit(connection, actor=by.actor, action=action, subject=account.actor, detail=detail)


# To the frame an account_id is any text: one that is none is of no account.
DEEDS: Deeds[Lid] = Deeds(
    get_account=get_account,
    find_account=find_account,
    rename=lambda connection, by, key, naam: rename(connection, by, AccountId(key), naam),
    block=lambda connection, by, key: block(connection, by, AccountId(key)),
    unblock=lambda connection, by, key: unblock(connection, by, AccountId(key)),
    give_password=lambda connection, by, key, new: give_password(connection, by, AccountId(key), new),
    give_second_factor=lambda connection, seal, by, key: give_second_factor(
        connection, seal, by, AccountId(key)
    ),
    end_sessions=lambda connection, by, key: end_sessions(connection, by, AccountId(key)),
)
