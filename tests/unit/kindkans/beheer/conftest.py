"""A browser before the store's pages of Beheer: the real app on a real database, without a socket between."""

from __future__ import annotations

import html
import re
from base64 import b32decode
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import httpx
import pytest
from sqlalchemy import Engine

from database.audit import list_audit
from database.engine import open_engine, reading, writing
from database.login_failures import read_clock
from database.migrate import History
from kindkans.app import kindkans_app
from kindkans.pages.sites import DossierSite
from kindkans.rights import account_changes as changes
from kindkans.rights.accounts import Account, operator
from kindkans.rights.statements import read_lid
from kindkans.rights.words import Lid
from storage.seal import Seal
from unit.kindkans.conftest import Memory
from unit.kindkans.rights.conftest import put_dossier, put_organisaties
from web import totp
from web.account_checks import NewAccount
from web.login import Login
from web.person import Who

ADDRESS = "http://dossiers.test"
ACCOUNTS, NEW, ROLLEN = "/beheer/accounts", "/beheer/accounts/nieuw", "/beheer/accounts/rollen"
PASSWORD = "een paard in de gang"
TODAY = date(2026, 11, 27)
T = TypeVar("T")


class Desk:
    """A store with SWVs s1 (organisaties o1, o2) and s2 (o3), a dossier in each; one transaction per call."""

    def __init__(self, url: str, seal: Seal) -> None:
        self.engine: Engine = open_engine(url)
        self.seal = seal
        self.site = DossierSite(
            engine=self.engine,
            seal=seal,
            address=ADDRESS,
            login=Login(self.engine, seal),
            objects=Memory(),  # type: ignore[arg-type]
            now=lambda: datetime(TODAY.year, TODAY.month, TODAY.day, 11, tzinfo=UTC),
        )
        self.do(put_organisaties, o1="s1", o2="s1", o3="s2")
        for number, (organisatie, swv) in enumerate((("o1", "s1"), ("o2", "s1"), ("o3", "s2")), start=1):
            self.do(put_dossier, number, organisatie, swv)

    def do(self, work: Callable[..., T], *args: Any, **named: Any) -> T:
        with writing(self.engine) as connection:
            return work(connection, *args, **named)

    def make(
        self, name: str, rol: str = "intern_begeleider", swv: str | None = "s1", **fields: str
    ) -> Account:
        new = NewAccount(gebruikersnaam=name, naam=f"{name.title()} Achternaam", password=PASSWORD)
        by = operator("cli:test")
        account, _ = self.do(changes.add_account, self.seal, by, new, rol, swv)
        if "organisatie" in fields:
            self.do(changes.change_organisatie, by, account.account_id, fields["organisatie"])
        if "externe_rol" in fields:
            self.do(changes.change_externe_rol, by, account.account_id, fields["externe_rol"])
        return account

    def lid(self, account: Account) -> Lid:
        found = self.do(read_lid, account.account_id)
        assert found is not None
        return found

    def audited(self, action: str) -> list[tuple[str, str, str]]:
        """Of people, the oldest first."""
        rows = self.do(list_audit, 1000)[::-1]
        return [(r.actor, r.subject, r.detail) for r in rows if r.action == action and r.actor != "cli:test"]

    def everything_written(self) -> str:
        with reading(self.engine) as connection:
            tables = ("audit", "account", "sessie", "api_sleutel")
            return str([connection.exec_driver_sql(f"SELECT * FROM {t}").all() for t in tables])

    def code_of(self, sleutel: str, later: int = 0) -> str:
        with reading(self.engine) as connection:
            return totp.code_at(b32decode(sleutel), read_clock(connection) // 30_000 + later)


class Browser:
    """One person's. Follows no redirect by itself; sends what a browser sends with a form."""

    def __init__(self, desk: Desk, client: httpx.AsyncClient, token: str = "") -> None:
        self.desk = desk
        self.client = client
        self.token = token

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def page(self, path: str) -> str:
        response = await self.get(path)
        assert response.status_code == 200, (path, response.status_code, response.text[-800:])
        return response.text

    async def post(self, path: str, /, **fields: Any) -> httpx.Response:
        with reading(self.desk.engine) as connection:
            session = self.desk.site.sessions.find(connection, self.token)
        csrf = session.csrf if session is not None else ""
        return await self.client.post(path, data={"csrf": csrf, **fields}, headers={"Origin": ADDRESS})

    async def submit(self, path: str, action: str, /, **fields: Any) -> httpx.Response:
        """The form on the page `path` that posts to `action`, with its hidden fields and these."""
        return await self.post(action, **{**hidden_of(await self.page(path), action), **fields})


Visitor = Callable[..., Browser]


class Recorder:
    def __init__(self) -> None:
        self.failures: list[tuple[str, BaseException]] = []

    def failed(self, reference: str, path: str, error: BaseException) -> None:
        self.failures.append((path, error))


@pytest.fixture
def desk(new_sqlite: Callable[[History], str], seal: Seal) -> Iterator[Desk]:
    """On one dialect: the statements are tested on both."""
    made = Desk(new_sqlite(History.KINDKANS), seal)
    yield made
    made.engine.dispose()


@pytest.fixture
async def visitor(desk: Desk) -> AsyncIterator[Visitor]:
    """visitor(account) has logged in, visitor() has not. A page that failed by our fault fails the test."""
    recorder = Recorder()
    clients: list[httpx.AsyncClient] = []
    app = kindkans_app(desk.site, recorder)

    def make(account: Account | None = None) -> Browser:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS)
        clients.append(client)
        if account is None:
            return Browser(desk, client)
        who = Who(actor=account.actor, naam=account.naam, rol=account.rol.rol_id, swv_id=account.swv_id)
        with writing(desk.engine) as connection:
            token = desk.site.sessions.start(connection, who, account.account_id)
        client.cookies.set(desk.site.cookie, token)
        return Browser(desk, client, token)

    yield make
    for client in clients:
        await client.aclose()
    assert not recorder.failures, recorder.failures


def hidden_of(page: str, action: str) -> dict[str, str]:
    forms = re.findall(r"<form.*?</form>", page, re.S)
    form = next((form for form in forms if f'action="{action}"' in form), None)
    assert form is not None, (action, plain(page)[-500:])
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in found if name != "csrf"}


def plain(page: str) -> str:
    """As it reads."""
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def fout_at(page: str, field: str) -> str:
    """What is told beside this field; "" if nothing."""
    found = re.search(rf'class="error" id="f-{field}">([^<]*)<', page)
    return html.unescape(found[1]) if found is not None else ""


def shown(page: str, name: str) -> str:
    found = re.search(rf'<textarea id="{name}"[^>]*>([^<]+)</textarea>', page)
    assert found is not None, name
    return found[1].strip()


def path_of(account: Account) -> str:
    return f"{ACCOUNTS}/{account.account_id}"
