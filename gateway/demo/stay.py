"""Keeps the demo's gateway running, with accounts to log in with at the helpdesk and at the core store."""

from __future__ import annotations

import secrets
import time
from base64 import b32decode
from collections.abc import Iterator
from dataclasses import dataclass

from database.engine import writing
from gateway.commands.console import actor, out
from gateway.databases import open_gateway_database, open_store_database
from gateway.demo.process import Addresses, asked_to_end
from gateway.settings import Settings
from helpdesk import accounts
from helpdesk.roles import Person, Role
from kindkans.rights import account_changes
from kindkans.rights.accounts import operator
from kindkans.rights.organisaties import list_organisaties
from kindkans.rights.words import RolId
from storage.keyring import load
from storage.seal import Seal
from web import totp
from web.account_checks import NewAccount

_NAME, _IB = "demo", "demo-ib"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    gebruikersnaam: str
    what: str  # it may
    password: str
    key: str  # of its second factor

    def lines(self) -> Iterator[str]:
        yield f"  gebruikersnaam  {self.gebruikersnaam} ({self.what})"
        yield f"  wachtwoord      {self.password}"
        yield f"  TOTP secret     {self.key}"
        yield f"  code now        {self.code} (each code counts once, and for half a minute)"

    @property
    def code(self) -> str:
        return totp.code_at(b32decode(self.key), int(time.time()) // totp.STEP_SECONDS)


def stay(settings: Settings, at: Addresses) -> None:
    """Makes the accounts, says how to log in, and returns at Ctrl+C or another signal to end.

    The passwords are made here and known nowhere else; they end with the demo's data.
    """
    desk, store = _at_helpdesk(settings), _at_store(settings)
    for line in (
        "",
        f"The helpdesk runs at {at.helpdesk_url}",
        *desk.lines(),
        f"The core store, with the dossiers, runs at {at.kindkans_url}",
        *(line for login in store for line in login.lines()),
        "It runs until Ctrl+C; then its data is removed.",
    ):
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    # The status is for a terminal only: elsewhere nothing of it is printed.
    with asked_to_end() as asked, out.status("") as shown:
        while not asked():
            codes = (f"helpdesk {desk.code}", *(f"{one.gebruikersnaam} {one.code}" for one in store))
            shown.update(f"codes now: {', '.join(codes)}")
            time.sleep(0.5)
    out.print("Stopping.")


def _at_helpdesk(settings: Settings) -> Login:
    password = secrets.token_urlsafe(12)
    engine = open_gateway_database(settings)
    with writing(engine) as connection:
        _, enrolment = accounts.add_account(
            connection,
            Seal(load(settings.keyring_path)),
            Person(actor=actor(), naam=actor(), role=Role.BEHEERDER),
            gebruikersnaam=_NAME,
            naam="Demo",
            role=Role.BEHEERDER,
            swv_id=None,
            password=password,
        )
    engine.dispose()
    what = "beheerder: all pages, all samenwerkingsverbanden"
    return Login(gebruikersnaam=_NAME, what=what, password=password, key=enrolment.secret)


def _at_store(settings: Settings) -> list[Login]:
    """Root, and an intern begeleider of the first school of which a dossier arrived."""
    seal, by = Seal(load(settings.keyring_path)), operator(actor())
    passwords = [secrets.token_urlsafe(12) for _ in range(2)]
    engine = open_store_database(settings)
    with writing(engine) as connection:
        school = list_organisaties(connection, by)[0]
        root = NewAccount(gebruikersnaam=_NAME, naam="Demo", password=passwords[0])
        _, of_root = account_changes.add_account(connection, seal, by, root, RolId("root"), None)
        ib = NewAccount(gebruikersnaam=_IB, naam="Demo, intern begeleider", password=passwords[1])
        account, of_ib = account_changes.add_account(
            connection, seal, by, ib, RolId("intern_begeleider"), school.swv_id
        )
        account_changes.change_organisatie(connection, by, account.account_id, school.organisatie_id)
    engine.dispose()
    root_may = "root: all pages, all samenwerkingsverbanden"
    ib_may = f"intern begeleider of {school.naam}"
    return [
        Login(gebruikersnaam=_NAME, what=root_may, password=passwords[0], key=of_root.secret),
        Login(gebruikersnaam=_IB, what=ib_may, password=passwords[1], key=of_ib.secret),
    ]
