"""Commands for local accounts of the helpdesk. Who may run them may change every account: the first is
made here."""

from __future__ import annotations

from typing import Annotated

import typer

from database.engine import reading, writing
from dossier.identifiers import SwvId
from gateway.commands.account_commands import (
    AccountBook,
    FromStdin,
    add_commands,
    print_enrolment,
    read_password,
)
from gateway.commands.console import actor, print_done, print_table
from gateway.databases import open_gateway_database
from gateway.keys import gateway_keyed
from gateway.settings import read_settings
from helpdesk import accounts
from helpdesk import administration as admin
from helpdesk.roles import TYPES, Person, Role

account_app = typer.Typer(no_args_is_help=True, help="Local accounts of the helpdesk (FAQ 10).")

Swv = Annotated[str | None, typer.Option(help="Id of the SWV it is of; only for roles that are of one.")]


def _operator() -> Person:
    """Who runs commands holds the database and its keys: nothing is kept from them."""
    return Person(actor=actor(), naam=actor(), role=Role.BEHEERDER)


_BOOK = AccountBook(
    deeds=accounts.DEEDS, operator=_operator, open_database=open_gateway_database, keyed=gateway_keyed
)
add_commands(account_app, _BOOK)


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
    seal = _BOOK.seal(settings)
    password = read_password(password_stdin)
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
    print_enrolment(enrolment)


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


@account_app.command("role")
def account_role(gebruikersnaam: str, rol: Role, swv: Swv = None) -> None:
    """Give an account another role, and the SWV it goes with. Its sessions end at once."""
    swv_id = _swv_id(swv)
    _BOOK.change(gebruikersnaam, lambda c, a: accounts.change_role(c, _operator(), a.account_id, rol, swv_id))
    print_done(f"account {gebruikersnaam}", f"is {rol}" + (f" of SWV {swv_id}" if swv_id else ""))


def _swv_id(swv: str | None) -> SwvId | None:
    return admin.as_swv_id(swv) if swv is not None else None
