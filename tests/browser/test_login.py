"""Somebody logs in for real: an account made on the command line, its password, and a code."""

from __future__ import annotations

import re
import time
from base64 import b32decode

from browser.conftest import Comes
from browser.desk import Desk
from browser.person import Person
from web import totp

_PASSWORD = "vier paarden bij de sluis"


def _account(desk: Desk, name: str) -> str:
    """Its second factor's key."""
    made = desk.gateway.cli(
        "account", "add", name, "--naam", "Hanna de Vries", "--rol", "helpdesk", "--password-stdin",
        stdin=f"{_PASSWORD}\n",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    found = re.search(r"key: ([A-Z2-7]+)", made.stdout)
    assert found is not None
    return found[1]


def _code(key: str) -> str:
    step = int(time.time()) // totp.STEP_SECONDS
    return totp.code_at(b32decode(key), step)


def _log_in(person: Person, name: str, password: str, code: str) -> None:
    person.fill("Gebruikersnaam", name)
    person.fill("Wachtwoord", password)
    person.fill("Code uit uw app", code)
    person.click("Inloggen")


def test_who_has_an_account_comes_where_they_were_going_and_leaves_again(comes: Comes, desk: Desk) -> None:
    key = _account(desk, "hanna")
    hanna = comes(None)
    hanna.visit("/inzendingen?zoek=17GU")
    hanna.sees("Gebruikersnaam", "Code uit uw app")
    _log_in(hanna, "hanna", "een ander wachtwoord", _code(key))
    assert hanna.page.url.startswith(f"{hanna.address}/inloggen")
    assert hanna.violations() == []
    _log_in(hanna, "hanna", _PASSWORD, _code(key))

    hanna.sees("Hanna de Vries", "Gevonden inzendingen")
    (cookie,) = hanna.context.cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] in ("Lax", "Strict")
    hanna.click("Uitloggen")
    hanna.sees("U bent uitgelogd.")
    hanna.visit("/inzendingen")
    assert hanna.page.url.startswith(f"{hanna.address}/inloggen")
    hanna.context.add_cookies([{**cookie, "url": hanna.address, "domain": None, "path": None}])  # type: ignore[typeddict-item]
    hanna.visit("/inzendingen")
    assert hanna.page.url.startswith(f"{hanna.address}/inloggen")


def test_who_has_no_javascript_logs_in_just_so(comes: Comes, desk: Desk) -> None:
    key = _account(desk, "daan")
    daan = comes(None, javascript=False)
    daan.visit("/inloggen")
    _log_in(daan, "daan", _PASSWORD, _code(key))

    daan.sees("Overzicht", "Hanna de Vries")
