"""Keeps the demo's gateway running, with an account to log in with at the helpdesk."""

from __future__ import annotations

import secrets
import time
from base64 import b32decode

from database.engine import writing
from gateway.commands.console import actor, out
from gateway.databases import open_gateway_database
from gateway.settings import Settings
from helpdesk import accounts, totp
from helpdesk.roles import Person, Role
from storage.keyring import load
from storage.seal import Seal

_NAME = "demo"


def stay(settings: Settings, helpdesk_url: str) -> None:
    """Makes the account, says how to log in, and returns at Ctrl+C or another signal to end.

    The password is made here and known nowhere else; it ends with the demo's data.
    """
    password = secrets.token_urlsafe(12)
    key = _make_account(settings, password)
    for line in (
        "",
        f"The helpdesk runs at {helpdesk_url}",
        f"  gebruikersnaam  {_NAME} (beheerder: all pages, all samenwerkingsverbanden)",
        f"  wachtwoord      {password}",
        f"  TOTP secret     {key}",
        f"  code now        {_code(key)} (each code counts once, and for half a minute)",
        "It runs until Ctrl+C; then its data is removed.",
    ):
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    try:
        with out.status("") as shown:  # for a terminal only: elsewhere nothing of it is printed
            while True:
                shown.update(f"code now: {_code(key)}")
                time.sleep(1)
    except KeyboardInterrupt:
        out.print("Stopping.")


def _make_account(settings: Settings, password: str) -> str:
    """The key of its second factor."""
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
    return enrolment.secret


def _code(key: str) -> str:
    step = int(time.time()) // totp.STEP_SECONDS
    return totp.code_at(b32decode(key), step)
