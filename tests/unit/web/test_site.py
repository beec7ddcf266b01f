"""A site that is not the helpdesk: its own tables about people, roles, name, cookie and idea of a person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from sqlalchemy import Connection, MetaData

from database.accounts import ACTIEF, AccountRow, Credentials, add_account
from database.audit import list_audit
from database.engine import open_engine, reading, writing
from database.login_failures import read_clock
from database.people_schema import people_tables
from database.secret_hashes import hash_password
from storage.seal import Seal
from web import login_page, totp
from web.app import SilentObserver, site_app
from web.login import Login
from web.oidc import Identity
from web.oidc_refusals import OidcFout, OidcRefused
from web.page import Page
from web.person import Person, Who
from web.render import Look, MenuItem
from web.sessions import Session, Sessions
from web.sites import Site
from web.visit import Visit

ADDRESS = "http://winkel.test"
PASSWORD = "een paard in de gang"


class Mag(StrEnum):
    LEZEN = "lezen"
    SCHRIJVEN = "schrijven"


@dataclass(frozen=True)
class Lezer:
    actor: str
    naam: str

    def may(self, right: Mag) -> bool:
        return right is Mag.LEZEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Winkel(Site):
    look: ClassVar[Look] = Look(
        templates="unit.web",
        naam="winkel",
        voet="De voet van de winkel.",
        menu=(
            MenuItem(right=Mag.LEZEN, path="/", tekst="Lezen"),
            MenuItem(right=Mag.SCHRIJVEN, path="/schrijven", tekst="Schrijven"),
        ),
        gedaan={"gekocht": "Gekocht."},
        words={"GROET": "Dag!"},
    )
    cookie_name: ClassVar[str] = "winkel"
    gone: set[str] = field(default_factory=set)  # actors

    def person(self, connection: Connection, session: Session) -> Person | None:
        assert connection.in_transaction()
        who = session.who
        return Lezer(who.actor, who.naam) if who.rol == "lezer" and who.actor not in self.gone else None

    def admit(self, connection: Connection, identity: Identity) -> Who | OidcRefused:
        return OidcRefused(OidcFout.ROL_ONBEKEND)

    def change_own_password(
        self, connection: Connection, person: Person, password: str, session: Session
    ) -> None:
        raise NotImplementedError


def begin(visit: Visit[Winkel, Lezer]) -> Any:
    return visit.page("begin.html")


PAGES: tuple[Page[Visit[Winkel, Lezer]], ...] = (
    Page(path="/", handler=begin, right=Mag.LEZEN),
    Page(path="/schrijven", handler=begin, right=Mag.SCHRIJVEN),
    *login_page.PAGES,
)


class Failures(SilentObserver):
    def failed(self, reference: str, path: str, error: BaseException) -> None:
        raise error


@pytest.fixture
def winkel(tmp_path: Path, seal: Seal) -> Winkel:
    metadata = MetaData()
    people_tables(metadata, rollen=None, swv_foreign_key=False)
    engine = open_engine(f"sqlite:///{tmp_path}/winkel.db")
    metadata.create_all(engine)
    return Winkel(engine=engine, seal=seal, login=Login(engine, seal), address=ADDRESS)


@pytest.fixture
async def browser(winkel: Winkel) -> AsyncIterator[httpx.AsyncClient]:
    app = site_app(winkel, PAGES, Visit, Failures())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS) as client:
        yield client
    winkel.engine.dispose()


async def log_in(winkel: Winkel, browser: httpx.AsyncClient) -> httpx.Response:
    """With a new account of a role that the gateway has not."""
    key = totp.new_key()
    row = AccountRow(
        account_id="a" * 32, gebruikersnaam="lia", naam="Lia", rol="lezer", swv_id=None, status=ACTIEF,
        created_ms=0, changed_ms=0,
    )  # fmt: skip
    sealed = totp.seal_key(winkel.seal, key, row.account_id)
    with writing(winkel.engine) as connection:
        add_account(
            connection, row, Credentials(secret_hash=hash_password(PASSWORD), totp=sealed, totp_step=0)
        )
        step = read_clock(connection) // 30_000
    fields = {"gebruikersnaam": "lia", "wachtwoord": PASSWORD, "code": totp.code_at(key, step)}
    return await browser.post("/inloggen", data=fields, headers={"Origin": ADDRESS})


async def test_it_has_its_own_accounts_name_menu_and_cookie(
    winkel: Winkel, browser: httpx.AsyncClient
) -> None:
    response = await log_in(winkel, browser)
    assert (response.status_code, response.headers["location"]) == (303, "/")
    assert response.headers["set-cookie"].startswith("winkel=")

    page = (await browser.get("/?gedaan=gekocht")).text

    for text in ("Dag!", "<span>winkel</span>", "De voet van de winkel.", "kop van Lia", "Gekocht.", "Lezen"):
        assert text in page
    for other in ("Schrijven", "helpdesk", "Overzicht"):
        assert other not in page
    with reading(winkel.engine) as connection:
        assert [(row.actor, row.action) for row in list_audit(connection, 9)] == [("lokaal:lia", "login")]


async def test_its_rights_are_its_own(winkel: Winkel, browser: httpx.AsyncClient) -> None:
    await log_in(winkel, browser)
    assert (await browser.get("/")).status_code == 200
    assert (await browser.get("/schrijven")).status_code == 403


async def test_who_is_nobody_any_more_is_logged_out(winkel: Winkel, browser: httpx.AsyncClient) -> None:
    await log_in(winkel, browser)
    winkel.gone.add("lokaal:lia")
    response = await browser.get("/")
    assert (response.status_code, response.headers["location"]) == (303, "/inloggen?gedaan=verlopen")
    form = await browser.post("/uitloggen", headers={"Origin": ADDRESS})
    assert form.headers["location"] == "/inloggen?gedaan=verlopen"


async def test_the_cookie_of_another_site_on_this_host_opens_nothing(
    winkel: Winkel, browser: httpx.AsyncClient
) -> None:
    with writing(winkel.engine) as connection:
        token = Sessions().start(connection, Who(actor="oidc:1", naam="Lia", rol="lezer"))
    browser.cookies.set("kindkans", token)
    assert (await browser.get("/")).status_code == 303
    browser.cookies.set("winkel", token)
    assert (await browser.get("/")).status_code == 200
    assert (await browser.get("/static/style.css")).status_code == 200
