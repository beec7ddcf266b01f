"""Commands for the accounts of the core store. Its root changes all: the first is made here."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import Connection

from database.engine import reading, writing
from dossier.errors import ConfigurationError
from dossier.identifiers import OrganisatieId, SwvId
from gateway.commands.account_commands import (
    AccountBook,
    FromStdin,
    add_commands,
    print_enrolment,
    read_password,
)
from gateway.commands.console import actor, print_done, print_secret, print_table
from gateway.databases import open_store_database
from gateway.keys import store_keyed
from gateway.settings import read_settings
from kindkans.rights import account_changes as changes
from kindkans.rights import accounts, api_keys
from kindkans.rights.accounts import Account
from kindkans.rights.rollen import list_rollen
from kindkans.rights.words import AccountId, Lid, RolId
from web.account_checks import NewAccount

kindkans_account_app = typer.Typer(
    no_args_is_help=True, help="Accounts of the core store, where the dossiers are (FAQ 2, 3 and 10)."
)

Rol = Annotated[str, typer.Option(help="Id of its role; see: kindkans-account roles.")]
Swv = Annotated[str | None, typer.Option(help="Id of the SWV it is of; root is of none.")]
Organisatie = Annotated[str | None, typer.Option(help="Id of the organisatie whose dossiers it sees.")]
ExterneRol = Annotated[str | None, typer.Option(help="Id of a role with external rights only.")]


def _operator() -> Lid:
    return accounts.operator(actor())


_BOOK = AccountBook(
    deeds=changes.DEEDS, operator=_operator, open_database=open_store_database, keyed=store_keyed
)
add_commands(kindkans_account_app, _BOOK)


@kindkans_account_app.command("add")
def account_add(
    gebruikersnaam: str,
    naam: Annotated[str, typer.Option(help="The person's name, as pages show it.")],
    rol: Rol,
    swv: Swv = None,
    organisatie: Organisatie = None,
    externe_rol: ExterneRol = None,
    password_stdin: FromStdin = False,
) -> None:
    """Make an account. Asks for its password; prints the key of its second factor, once."""
    settings, by = read_settings(), _operator()
    seal = _BOOK.seal(settings)
    new = NewAccount(gebruikersnaam=gebruikersnaam, naam=naam, password=read_password(password_stdin))
    with writing(open_store_database(settings)) as connection:
        account, enrolment = changes.add_account(connection, seal, by, new, RolId(rol), _swv_id(swv))
        if organisatie is not None:
            changes.change_organisatie(connection, by, account.account_id, OrganisatieId(organisatie))
        if externe_rol is not None:
            changes.change_externe_rol(connection, by, account.account_id, RolId(externe_rol))
    print_done(f"account {account.gebruikersnaam}", f"is added ({account.rol.naam})")
    print_enrolment(enrolment)


@kindkans_account_app.command("list")
def account_list() -> None:
    """List the accounts."""
    with reading(open_store_database(read_settings())) as connection:
        found = accounts.list_accounts(connection, _operator())
    columns = ("gebruikersnaam", "naam", "rol", "type", "SWV", "organisatie", "externe rol", "status")
    print_table("Accounts", columns, map(_row, found))


@kindkans_account_app.command("roles")
def roles() -> None:
    """List the roles that an account can have, with their ids. What each may: see the pages."""
    with reading(open_store_database(read_settings())) as connection:
        found = list_rollen(connection)
    print_table("Roles", ("id", "naam", "type"), [(rol.rol_id, rol.naam, rol.type) for rol in found])


@kindkans_account_app.command("role")
def account_role(gebruikersnaam: str, rol: str, swv: Swv = None) -> None:
    """Give an account another role, and the SWV it goes with. Its sessions end at once."""
    swv_id = _swv_id(swv)
    _BOOK.change(
        gebruikersnaam,
        lambda c, a: changes.change_rol(c, _operator(), AccountId(a.account_id), RolId(rol), swv_id),
    )
    print_done(f"account {gebruikersnaam}", f"is {rol}" + (f" of SWV {swv_id}" if swv_id else ""))


@kindkans_account_app.command("organisatie")
def account_organisatie(
    gebruikersnaam: str,
    organisatie: Annotated[str | None, typer.Argument(help="Its id; without: none.")] = None,
) -> None:
    """Couple an account to the organisatie whose dossiers it sees (FAQ 2)."""
    new = OrganisatieId(organisatie) if organisatie is not None else None
    _BOOK.change(
        gebruikersnaam,
        lambda c, a: changes.change_organisatie(c, _operator(), AccountId(a.account_id), new),
    )
    print_done(f"account {gebruikersnaam}", f"is of organisatie {new}" if new else "is of no organisatie")


@kindkans_account_app.command("external-role")
def account_external_role(
    gebruikersnaam: str, rol: Annotated[str | None, typer.Argument(help="Its id; without: none.")] = None
) -> None:
    """Give an account rights at dossiers that it is invited to (FAQ 3)."""
    new = RolId(rol) if rol is not None else None
    _BOOK.change(
        gebruikersnaam,
        lambda c, a: changes.change_externe_rol(c, _operator(), AccountId(a.account_id), new),
    )
    print_done(f"account {gebruikersnaam}", f"has externe rol {new}" if new else "has no externe rol")


@kindkans_account_app.command("key")
def account_key(
    gebruikersnaam: str,
    naam: Annotated[str, typer.Argument(help="What it is for, to know it again.")],
    end: Annotated[bool, typer.Option("--end", help="End the keys of this name instead.")] = False,
) -> None:
    """Make a key to the JSON API for an account, printed once; or end it."""
    if end:
        count = _BOOK.change(gebruikersnaam, lambda c, a: _end(c, AccountId(a.account_id), naam))
        if not count:
            raise ConfigurationError("this account has no key of this name that has not ended")
        print_done(f"account {gebruikersnaam}", f"keys ended: {count}")
        return
    key = _BOOK.change(
        gebruikersnaam, lambda c, a: api_keys.new_key(c, _operator(), AccountId(a.account_id), naam)
    )
    print_secret(key)


def _end(connection: Connection, account_id: AccountId, naam: str) -> int:
    by = _operator()
    keys = [key for key in api_keys.list_keys(connection, by, account_id) if key.naam == naam]
    return sum(api_keys.end_key(connection, by, account_id, key.key_id) for key in keys)


def _row(a: Account) -> tuple[object, ...]:
    extern = a.externe_rol.rol_id if a.externe_rol is not None else None
    status = "actief" if a.actief else "geblokkeerd"
    return (a.gebruikersnaam, a.naam, a.rol.rol_id, a.rol.type, a.swv_id, a.organisatie_id, extern, status)


def _swv_id(swv: str | None) -> SwvId | None:
    return SwvId(swv) if swv is not None else None
