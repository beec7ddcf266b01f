"""The commands that the accounts of the helpdesk and those of the core store share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import segno
import typer
from sqlalchemy import Connection, Engine

from database.engine import writing
from dossier.errors import ConfigurationError
from gateway.commands.console import Yes, out, print_done
from gateway.keys import KeyedDatabase, open_keyring
from gateway.settings import Settings, read_settings
from storage.seal import Seal
from web.account_deeds import Account, Deeds
from web.totp import Enrolment

T = TypeVar("T")

FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, not from the keys.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBook:
    """The accounts of one site, to who runs commands: who holds a database and its keys may change all."""

    deeds: Deeds[Any]
    operator: Callable[[], Any]
    open_database: Callable[[Settings], Engine]
    keyed: Callable[[Engine], KeyedDatabase]

    def change(self, gebruikersnaam: str, action: Callable[[Connection, Account], T]) -> T:
        with writing(self.open_database(read_settings())) as connection:
            return action(connection, self.deeds.find_account(connection, self.operator(), gebruikersnaam))

    def seal(self, settings: Settings) -> Seal:
        engine = self.open_database(settings)
        try:
            return Seal(open_keyring(settings, self.keyed(engine)))
        finally:
            engine.dispose()


def add_commands(app: typer.Typer, book: AccountBook) -> None:
    """To a group of commands about these accounts."""
    deeds = book.deeds

    @app.command("block")
    def block(gebruikersnaam: str) -> None:
        """Block an account: nobody logs in with it, and its sessions end at once."""
        book.change(gebruikersnaam, lambda c, a: deeds.block(c, book.operator(), a.account_id))
        print_done(f"account {gebruikersnaam}", "is blocked")

    @app.command("unblock")
    def unblock(gebruikersnaam: str) -> None:
        """Let an account log in again, at once: its failed tries are forgotten too."""
        seal = book.seal(read_settings())
        book.change(gebruikersnaam, lambda c, a: deeds.let_in_again(c, seal, book.operator(), a))
        print_done(f"account {gebruikersnaam}", "may log in")

    @app.command("rename")
    def rename(gebruikersnaam: str, naam: str) -> None:
        """Show another name with an account. It logs in as before."""
        book.change(gebruikersnaam, lambda c, a: deeds.rename(c, book.operator(), a.account_id, naam))
        print_done(f"account {gebruikersnaam}", "is renamed")

    @app.command("password")
    def password(gebruikersnaam: str, password_stdin: FromStdin = False) -> None:
        """Give an account another password. Its sessions end at once."""
        new = read_password(password_stdin)
        book.change(gebruikersnaam, lambda c, a: deeds.give_password(c, book.operator(), a.account_id, new))
        print_done(f"account {gebruikersnaam}", "has another password")

    @app.command("totp")
    def totp(gebruikersnaam: str, yes: Yes = False) -> None:
        """Give an account another second factor, printed once. The old one, and its sessions, end at once."""
        if not yes:
            typer.confirm(f"The present second factor of {gebruikersnaam} stops working. Go on?", abort=True)
        seal = book.seal(read_settings())
        enrolment = book.change(
            gebruikersnaam, lambda c, a: deeds.give_second_factor(c, seal, book.operator(), a.account_id)
        )
        print_enrolment(enrolment)


def read_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise ConfigurationError("there is no terminal to ask for a password on; use --password-stdin")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def print_enrolment(enrolment: Enrolment) -> None:
    out.print("[bold]Second factor (shown once): let its owner scan it with an authenticator app.[/bold]")
    segno.make(enrolment.url, micro=False).terminal(out=sys.stdout, compact=True)
    for line in (enrolment.url, f"key: {enrolment.secret}"):
        out.print(line, markup=False, highlight=False, soft_wrap=True)
