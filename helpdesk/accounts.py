"""Local accounts: who may change whose (FAQ 10), never their own, and what a change ends.

Each action is one transaction with its audit row. It raises AccountRefused for what may not be done, and
then nothing was changed. Whoever loses a right, a password or a second factor loses their sessions too.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from database import accounts as table
from database.accounts import AccountRow
from database.audit import write_audit
from database.organisaties import list_swvs
from dossier.identifiers import SwvId
from helpdesk.roles import Person, Role
from storage.seal import Seal
from web import sessions, totp
from web.account_checks import NewAccount, checked_naam, hashed, insert_account, replace_second_factor
from web.account_deeds import Deeds
from web.account_refusals import AccountRefused, Fout
from web.person import actor_of, gebruikersnaam_of
from web.totp import Enrolment

_ISSUER = "Kindkans gateway"  # as an app for second factors shows it
_OF_NO_SWV = (Role.HELPDESK, Role.BEHEERDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    account_id: str
    gebruikersnaam: str
    naam: str
    role: Role
    swv_id: SwvId | None
    actief: bool

    @property
    def actor(self) -> str:
        return actor_of(self.gebruikersnaam)

    @property
    def person(self) -> Person:
        return Person(actor=self.actor, naam=self.naam, role=self.role, swv_id=self.swv_id)


def account_of(row: AccountRow) -> Account:
    return Account(
        account_id=row.account_id,
        gebruikersnaam=row.gebruikersnaam,
        naam=row.naam,
        role=Role(row.rol),
        swv_id=row.swv_id,
        actief=row.status == table.ACTIEF,
    )


def roles_to_give(by: Person) -> list[Role]:
    """Those that an account may have that this person makes: in their own SWV, if they are of one."""
    mine = [role for role in Role if by.may_change_account(role, by.swv_id)]
    return [role for role in mine if by.swv_id is None or role not in _OF_NO_SWV]


def list_accounts(connection: Connection, by: Person) -> list[Account]:
    """Those that this person may change: others they do not see (FAQ 10)."""
    found = (account_of(row) for row in table.list_accounts(connection))
    return [a for a in found if by.may_change_account(a.role, a.swv_id)]


def get_account(connection: Connection, by: Person, account_id: str) -> Account:
    """Another one's that may not be changed does not exist either."""
    return _visible(by, table.get_account(connection, account_id))


def find_account(connection: Connection, by: Person, gebruikersnaam: str) -> Account:
    return _visible(by, table.find_account(connection, gebruikersnaam))


def add_account(
    connection: Connection,
    seal: Seal,
    by: Person,
    *,
    gebruikersnaam: str,
    naam: str,
    role: Role,
    swv_id: SwvId | None,
    password: str,
) -> tuple[Account, Enrolment]:
    """Returns the key of its second factor too: shown once, never again."""
    check_role(connection, by, role, swv_id)
    new = NewAccount(gebruikersnaam=gebruikersnaam, naam=naam, password=password)
    row, key = insert_account(connection, seal, new, role.value, swv_id)
    account = account_of(row)
    _audit(connection, by, "account_added", account, _in_words(role, swv_id))
    return account, totp.enrolment_of(key, gebruikersnaam, _ISSUER)


def rename(connection: Connection, by: Person, account_id: str, naam: str) -> None:
    account = get_account(connection, by, account_id)
    table.save_naam(connection, account_id, checked_naam(naam))
    _audit(connection, by, "account_renamed", account)


def change_role(
    connection: Connection, by: Person, account_id: str, role: Role, swv_id: SwvId | None
) -> None:
    """Both the old and the new one must be theirs to give."""
    account = _of_another(connection, by, account_id)
    check_role(connection, by, role, swv_id)
    if (role, swv_id) == (account.role, account.swv_id):
        return
    if role is not Role.BEHEERDER:
        _keep_one_beheerder(connection, account)
    table.save_rol(connection, account_id, role.value, swv_id)
    sessions.end_all(connection, account.actor)
    detail = f"{_in_words(account.role, account.swv_id)} -> {_in_words(role, swv_id)}"
    _audit(connection, by, "account_role_changed", account, detail)


def block(connection: Connection, by: Person, account_id: str) -> None:
    account = _of_another(connection, by, account_id)
    if not account.actief:
        return
    _keep_one_beheerder(connection, account)
    table.save_status(connection, account_id, table.GEBLOKKEERD)
    sessions.end_all(connection, account.actor)
    _audit(connection, by, "account_blocked", account)


def unblock(connection: Connection, by: Person, account_id: str) -> None:
    account = get_account(connection, by, account_id)
    if account.actief:
        return
    table.save_status(connection, account_id, table.ACTIEF)
    _audit(connection, by, "account_unblocked", account)


def give_password(connection: Connection, by: Person, account_id: str, password: str) -> None:
    """Somebody else's, who forgot it. Ends all its sessions."""
    account = _of_another(connection, by, account_id)
    table.save_secret_hash(connection, account_id, hashed(password, account.gebruikersnaam))
    sessions.end_all(connection, account.actor)
    _audit(connection, by, "account_password_given", account)


def give_second_factor(connection: Connection, seal: Seal, by: Person, account_id: str) -> Enrolment:
    """Of who lost their telephone. The old one stops working, and all its sessions end."""
    account = _of_another(connection, by, account_id)
    key = replace_second_factor(connection, seal, account_id)
    sessions.end_all(connection, account.actor)
    _audit(connection, by, "account_totp_given", account)
    return totp.enrolment_of(key, account.gebruikersnaam, _ISSUER)


def end_sessions(connection: Connection, by: Person, account_id: str) -> int:
    """Logs it out everywhere; it may log in again. Returns how many there were."""
    account = _of_another(connection, by, account_id)
    ended = sessions.end_all(connection, account.actor)
    if ended:
        _audit(connection, by, "account_sessions_ended", account)
    return ended


def change_own_password(connection: Connection, person: Person, password: str, session_id: str) -> None:
    """Only after login.confirm_password. Ends their other sessions."""
    account = _own(connection, person)
    table.save_secret_hash(connection, account.account_id, hashed(password, account.gebruikersnaam))
    sessions.end_all(connection, account.actor, but=session_id)
    _audit(connection, person, "account_password_changed", account)


def check_role(connection: Connection, by: Person, role: Role, swv_id: SwvId | None) -> None:
    """Raises AccountRefused if this person may not give it, or it does not go with this SWV."""
    if role is Role.APPLICATIEBEHEERDER and swv_id is None:
        raise AccountRefused(Fout.SWV_NODIG)
    if role in _OF_NO_SWV and swv_id is not None:
        raise AccountRefused(Fout.SWV_TEVEEL)
    if not by.may_change_account(role, swv_id):
        raise AccountRefused(Fout.MAG_NIET)
    if swv_id is not None and swv_id not in {swv.swv_id for swv in list_swvs(connection)}:
        raise AccountRefused(Fout.SWV_ONBEKEND)


def _of_another(connection: Connection, by: Person, account_id: str) -> Account:
    """Who took somebody's session over must not get a password or a second factor with it."""
    account = get_account(connection, by, account_id)
    if account.actor == by.actor:
        raise AccountRefused(Fout.EIGEN)
    return account


def _own(connection: Connection, person: Person) -> Account:
    gebruikersnaam = gebruikersnaam_of(person.actor)
    row = table.find_account(connection, gebruikersnaam) if gebruikersnaam is not None else None
    if row is None:
        raise AccountRefused(Fout.ONBEKEND)
    return account_of(row)


def _visible(by: Person, row: AccountRow | None) -> Account:
    account = account_of(row) if row is not None else None
    if account is None or not by.may_change_account(account.role, account.swv_id):
        raise AccountRefused(Fout.ONBEKEND)
    return account


def _keep_one_beheerder(connection: Connection, account: Account) -> None:
    """Of two beheerders who block each other at once, the second waits here and is refused."""
    if account.role is Role.BEHEERDER and account.actief:
        others = table.lock_active(connection, Role.BEHEERDER.value) - {account.account_id}
        if not others:
            raise AccountRefused(Fout.LAATSTE)


def _in_words(role: Role, swv_id: SwvId | None) -> str:
    return f"{role.value} swv={swv_id or '-'}"


def _audit(connection: Connection, by: Person, action: str, account: Account, detail: str = "") -> None:
    write_audit(connection, actor=by.actor, action=action, subject=account.actor, detail=detail)


DEEDS: Deeds[Person] = Deeds(
    get_account=get_account,
    find_account=find_account,
    rename=rename,
    block=block,
    unblock=unblock,
    give_password=give_password,
    give_second_factor=give_second_factor,
    end_sessions=end_sessions,
)
