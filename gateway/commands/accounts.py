"""Commands for local accounts. Who may run them may change every account: the first is made here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated, TypeVar

import segno
import typer
from sqlalchemy import Connection

from database.engine import reading, writing
from dossier.errors import ConfigurationError
from dossier.identifiers import SwvId
from gateway.commands.console import Yes, actor, out, print_done, print_table
from gateway.databases import open_gateway_database
from gateway.keys import open_keyring
from gateway.settings import Settings, read_settings
from helpdesk import accounts, throttle
from helpdesk import administration as admin
from helpdesk.accounts import Account
from helpdesk.roles import TYPES, Person, Role
from helpdesk.totp import Enrolment
from storage.seal import Seal

T = TypeVar("T")

account_app = typer.Typer(no_args_is_help=True, help="Local accounts of the helpdesk (FAQ 10).")

Swv = Annotated[str | None, typer.Option(help="Id of the SWV it is of; only for roles that are of one.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, not from the keys.")
]


@account_app.command("add")
def account_add(
    gebruikersnaam: str,
    naam: Annotated[str, typer.Option(help="The person's name, as pages show it.")],
    rol: Annotated[Role, typer.Option(help="What it may do.")],
    swv: Swv = None,
    password_stdin: FromStdin = False,
) -> None:
    """Make an account. Asks for its password; prints the key of its second factor, once."""
    settings = read_settings()
    seal = _seal(settings)
    password = _read_password(password_stdin)
    with writing(open_gateway_database(settings)) as connection:
        account, enrolment = accounts.add_account(
            connection,
            seal,
            _operator(),
            gebruikersnaam=gebruikersnaam,
            naam=naam,
            role=rol,
            swv_id=_swv_id(swv),
            password=password,
        )
    print_done(f"account {account.gebruikersnaam}", f"is added ({account.role})")
    _print_enrolment(enrolment)


@account_app.command("list")
def account_list() -> None:
    """List the accounts."""
    with reading(open_gateway_database(read_settings())) as connection:
        found = accounts.list_accounts(connection, _operator())
    rows = [
        (a.gebruikersnaam, a.naam, a.role, TYPES[a.role], a.swv_id, "actief" if a.actief else "geblokkeerd")
        for a in found
    ]
    print_table("Accounts", ("gebruikersnaam", "naam", "rol", "type", "SWV", "status"), rows)


@account_app.command("block")
def account_block(gebruikersnaam: str) -> None:
    """Block an account: nobody logs in with it, and its sessions end at once."""
    _change(gebruikersnaam, lambda c, a: accounts.block(c, _operator(), a.account_id))
    print_done(f"account {gebruikersnaam}", "is blocked")


@account_app.command("unblock")
def account_unblock(gebruikersnaam: str) -> None:
    """Let an account log in again, at once: its failed tries are forgotten too."""
    seal = _seal(read_settings())

    def unblock(connection: Connection, account: Account) -> None:
        accounts.unblock(connection, _operator(), account.account_id)
        throttle.let_again(connection, seal, account.gebruikersnaam)

    _change(gebruikersnaam, unblock)
    print_done(f"account {gebruikersnaam}", "may log in")


@account_app.command("rename")
def account_rename(gebruikersnaam: str, naam: str) -> None:
    """Show another name with an account. It logs in as before."""
    _change(gebruikersnaam, lambda c, a: accounts.rename(c, _operator(), a.account_id, naam))
    print_done(f"account {gebruikersnaam}", "is renamed")


@account_app.command("password")
def account_password(gebruikersnaam: str, password_stdin: FromStdin = False) -> None:
    """Give an account another password. Its sessions end at once."""
    password = _read_password(password_stdin)
    _change(gebruikersnaam, lambda c, a: accounts.give_password(c, _operator(), a.account_id, password))
    print_done(f"account {gebruikersnaam}", "has another password")


@account_app.command("totp")
def account_totp(gebruikersnaam: str, yes: Yes = False) -> None:
    """Give an account another second factor, printed once. The old one, and its sessions, end at once."""
    if not yes:
        typer.confirm(f"The present second factor of {gebruikersnaam} stops working. Go on?", abort=True)
    seal = _seal(read_settings())
    enrolment = _change(
        gebruikersnaam, lambda c, a: accounts.give_second_factor(c, seal, _operator(), a.account_id)
    )
    _print_enrolment(enrolment)


@account_app.command("role")
def account_role(gebruikersnaam: str, rol: Role, swv: Swv = None) -> None:
    """Give an account another role, and the SWV it goes with. Its sessions end at once."""
    swv_id = _swv_id(swv)
    _change(gebruikersnaam, lambda c, a: accounts.change_role(c, _operator(), a.account_id, rol, swv_id))
    print_done(f"account {gebruikersnaam}", f"is {rol}" + (f" of SWV {swv_id}" if swv_id else ""))


def _operator() -> Person:
    """Who runs commands holds the database and its keys: nothing is kept from them."""
    return Person(actor=actor(), naam=actor(), role=Role.BEHEERDER)


def _change(gebruikersnaam: str, action: Callable[[Connection, Account], T]) -> T:
    with writing(open_gateway_database(read_settings())) as connection:
        account = accounts.find_account(connection, _operator(), gebruikersnaam)
        return action(connection, account)


def _seal(settings: Settings) -> Seal:
    return Seal(open_keyring(settings, gateway=True, store=False))


def _swv_id(swv: str | None) -> SwvId | None:
    return admin.as_swv_id(swv) if swv is not None else None


def _read_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise ConfigurationError("there is no terminal to ask for a password on; use --password-stdin")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _print_enrolment(enrolment: Enrolment) -> None:
    out.print("[bold]Second factor (shown once): let its owner scan it with an authenticator app.[/bold]")
    segno.make(enrolment.url, micro=False).terminal(out=sys.stdout, compact=True)
    for line in (enrolment.url, f"key: {enrolment.secret}"):
        out.print(line, markup=False, highlight=False, soft_wrap=True)
