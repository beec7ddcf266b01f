"""Accounts and their pages, as a person at Beheer makes and reads them."""

from __future__ import annotations

import re
from base64 import b32decode
from collections.abc import Callable
from typing import Any

import httpx

from components.intake_world import World
from database.engine import reading, writing
from database.login_failures import read_clock
from database.organisaties import Swv
from dossier.identifiers import SwvId
from helpdesk import accounts
from helpdesk import administration as admin
from helpdesk.accounts import Account
from helpdesk.desk import Desk
from helpdesk.roles import Person, Role
from unit.helpdesk.pages.conftest import Browser, Visitor, fields_of
from unit.helpdesk.pages.listed import plain
from web import totp

ACCOUNTS, NEW = "/beheer/accounts", "/beheer/accounts/nieuw"
PASSWORD = "een paard in de gang"
CLI = Person(actor="cli:test", naam="", role=Role.BEHEERDER)
ANNA = {"naam": "Anna de Vries", "gebruikersnaam": "anna", "rol": "auditor", "swv": "swv-a"}
Make = Callable[..., Account]


def maker(world: World, desk: Desk) -> Make:
    """maker(...)("anna"): an auditor of swv-a. There is a swv-b too."""
    world.change(admin.put_swv, Swv(swv_id=SwvId("swv-b"), naam="De Kust"))

    def make(name: str, role: Role = Role.AUDITOR, swv: str | None = "swv-a") -> Account:
        with writing(desk.engine) as connection:
            account, _ = accounts.add_account(
                connection,
                desk.seal,
                CLI,
                gebruikersnaam=name,
                naam=f"{name.title()} Achternaam",
                role=role,
                swv_id=SwvId(swv) if swv else None,
                password=PASSWORD,
            )
        return account

    return make


def path_of(account: Account) -> str:
    return f"{ACCOUNTS}/{account.account_id}"


def shown(html: str, name: str) -> str:
    found = re.search(rf'<textarea id="{name}"[^>]*>([^<]+)</textarea>', html)
    assert found is not None, name
    return found[1].strip()


def stored(world: World, account: Account) -> Any:
    return world.rows(f"SELECT * FROM account WHERE account_id = '{account.account_id}'")


def everything_written(world: World) -> str:
    return " ".join(str(world.rows(f"SELECT * FROM {table}")) for table in ("audit", "account", "sessie"))


def code_of(desk: Desk, sleutel: str, later: int = 0) -> str:
    with reading(desk.engine) as connection:
        step = read_clock(connection) // 30_000
    return totp.code_at(b32decode(sleutel), step + later)


async def log_in(visitor: Visitor, name: str, password: str, code: str) -> Browser | None:
    browser = visitor()
    fields = {"gebruikersnaam": name, "wachtwoord": password, "code": code, "naar": ""}
    response = await browser.post("/inloggen", **fields)
    if response.status_code != 303:
        return None
    return Browser(browser.desk, browser.client, browser.client.cookies["kindkans"])


async def ask_new(browser: Browser, **changed: str) -> httpx.Response:
    return await browser.post(f"{NEW}/controleren", **{**ANNA, **changed})


async def add(browser: Browser, **changed: str) -> httpx.Response:
    asked = await ask_new(browser, **changed)
    assert asked.status_code == 200, plain(asked.text)
    return await browser.post(NEW, **fields_of(asked.text))


def id_in(html: str) -> str:
    found = re.search(r'href="/beheer/accounts/([0-9a-f]{32})"', html)
    assert found is not None
    return found[1]
