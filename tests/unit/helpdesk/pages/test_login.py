"""The login as a browser meets it: cookies, ways back, and out again."""

from __future__ import annotations

import re
from base64 import b32decode
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import update

from components.identity_provider import Dishonest
from database.audit import list_audit
from database.engine import reading, writing
from database.login_failures import read_clock
from database.schema import login_mislukking
from helpdesk import accounts
from helpdesk.accounts import Account
from helpdesk.app import helpdesk_app
from helpdesk.desk import Desk
from helpdesk.roles import Person, Role
from unit.helpdesk.pages.conftest import ADDRESS, Browser, Recorder, Visitor
from web import throttle, totp
from web.login import REFUSED
from web.login_page import local_path
from web.oidc import Oidc
from web.oidc_provider import OidcSettings
from web.oidc_refusals import MELDINGEN, OidcFout

PASSWORD = " een paard in de gang "  # blanks and all
CLI = Person(actor="cli:test", naam="", role=Role.BEHEERDER)


@dataclass(frozen=True)
class Anna:
    desk: Desk
    account: Account
    key: bytes

    def fields(self, **changed: str) -> dict[str, str]:
        with reading(self.desk.engine) as connection:
            step = read_clock(connection) // 30_000
        code = totp.code_at(self.key, step)
        return {"gebruikersnaam": "anna", "wachtwoord": PASSWORD, "code": code, "naar": ""} | changed


@pytest.fixture
def anna(desk: Desk) -> Anna:
    with writing(desk.engine) as connection:
        account, enrolment = accounts.add_account(
            connection, desk.seal, CLI, gebruikersnaam="anna", naam="Anna de Vries", role=Role.HELPDESK,
            swv_id=None, password=PASSWORD,
        )  # fmt: skip
    return Anna(desk=desk, account=account, key=b32decode(enrolment.secret))


def actions(desk: Desk) -> list[tuple[str, str]]:
    with reading(desk.engine) as connection:
        return [(row.actor, row.action) for row in list_audit(connection, 99)]


async def logged_in(visitor: Visitor, anna: Anna) -> Browser:
    browser = visitor()
    response = await browser.post("/inloggen", **anna.fields())
    assert response.status_code == 303, response.text
    return Browser(browser.desk, browser.client, browser.client.cookies["kindkans"])


async def test_who_logs_in_comes_where_they_were_going_with_a_cookie_that_no_script_reads(
    visitor: Visitor, anna: Anna
) -> None:
    browser = visitor()
    asked = await browser.get("/mijn-account")
    form = await browser.get(asked.headers["location"])
    assert 'name="naar" value="/mijn-account"' in form.text

    response = await browser.post("/inloggen", **anna.fields(naar="/mijn-account"))

    assert (response.status_code, response.headers["location"]) == (303, "/mijn-account")
    cookie = response.headers["set-cookie"]
    assert re.fullmatch(r"kindkans=[\w-]{43}; HttpOnly; Path=/; SameSite=lax", cookie)
    assert "Anna de Vries" in await browser.page("/mijn-account")


async def test_by_https_the_cookie_is_bound_to_this_host(desk: Desk, anna: Anna) -> None:
    address = "https://helpdesk.example"
    app = helpdesk_app(replace(desk, address=address))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=address) as client:
        response = await client.post("/inloggen", data=anna.fields(), headers={"Origin": address})
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-kindkans=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "domain" not in cookie.lower()


@pytest.mark.parametrize("wrong", [{"wachtwoord": "x"}, {"code": "000000"}, {"gebruikersnaam": "bert"}])
async def test_a_login_that_fails_says_one_thing_and_repeats_no_secret(
    visitor: Visitor, anna: Anna, wrong: dict[str, str]
) -> None:
    response = await visitor().post("/inloggen", **anna.fields(**wrong))
    assert response.status_code == 422
    assert REFUSED in response.text
    assert "set-cookie" not in response.headers
    assert PASSWORD.strip() not in response.text
    assert anna.fields()["code"] not in response.text


async def test_what_is_typed_as_a_name_is_shown_as_text(visitor: Visitor, anna: Anna) -> None:
    evil = '"><script>alert(1)</script>'
    response = await visitor().post("/inloggen", **anna.fields(gebruikersnaam=evil))
    assert "<script>alert" not in response.text


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/inzendingen", "/inzendingen"),
        ("", "/"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a\nb", "/"),
        ("/inloggen", "/"),
    ],
)
async def test_the_way_back_is_a_page_of_ours(path: str, expected: str) -> None:
    assert local_path(path) == expected


async def test_a_login_begins_a_new_session_and_ends_the_one_before(visitor: Visitor, anna: Anna) -> None:
    before = visitor(Role.AUDITOR)
    response = await before.post("/inloggen", **anna.fields())
    assert response.status_code == 303
    after = response.cookies["kindkans"]
    assert after != before.token
    with reading(anna.desk.engine) as connection:
        assert anna.desk.sessions.find(connection, before.token) is None


async def test_who_logs_out_is_out_also_with_the_old_cookie(visitor: Visitor, anna: Anna) -> None:
    browser = await logged_in(visitor, anna)
    response = await browser.submit("/", "/uitloggen")
    assert response.headers["location"] == "/inloggen?gedaan=uitgelogd"
    assert 'kindkans=""; ' in response.headers["set-cookie"]
    assert "U bent uitgelogd." in await browser.page(response.headers["location"])

    browser.client.cookies.set("kindkans", browser.token)
    assert (await browser.get("/")).status_code == 303
    assert actions(anna.desk)[:2] == [("lokaal:anna", "logout"), ("lokaal:anna", "login")]


async def test_a_blocked_account_is_out_at_its_next_click(visitor: Visitor, anna: Anna) -> None:
    browser = await logged_in(visitor, anna)
    assert (await browser.get("/")).status_code == 200
    with writing(anna.desk.engine) as connection:
        boss = {"gebruikersnaam": "boss", "naam": "B", "role": Role.BEHEERDER, "swv_id": None}
        accounts.add_account(connection, anna.desk.seal, CLI, **boss, password=PASSWORD)  # type: ignore[arg-type]
        accounts.block(connection, CLI, anna.account.account_id)
    assert (await browser.get("/")).headers["location"].startswith("/inloggen")


async def test_who_changes_their_password_must_know_the_old_one(visitor: Visitor, anna: Anna) -> None:
    browser = await logged_in(visitor, anna)
    page, action, new = "/mijn-account", "/mijn-account/wachtwoord", "drie koeien op een rij"
    wrong = {
        "klopt niet": {"huidig": "x", "nieuw": new, "nogmaals": new},
        "niet gelijk": {"huidig": PASSWORD, "nieuw": new, "nogmaals": "x"},
        "makkelijk te raden": {"huidig": PASSWORD, "nieuw": "wachtwoord123", "nogmaals": "wachtwoord123"},
    }
    for text, fields in wrong.items():
        response = await browser.submit(page, action, **fields)
        assert (response.status_code, text in response.text) == (422, True), text
    response = await browser.submit(page, action, huidig=PASSWORD, nieuw=new, nogmaals=new)
    assert response.headers["location"] == "/mijn-account?gedaan=wachtwoord"
    assert "account_password_changed" in dict(map(reversed, actions(anna.desk)))
    await browser.page(page)


async def test_another_session_of_mine_can_be_ended_and_nobody_else_s(visitor: Visitor) -> None:
    here, there = visitor(Role.HELPDESK, naam="Piet"), visitor(Role.HELPDESK, naam="Piet")
    stranger = visitor(Role.HELPDESK, naam="Klaas")
    text = await here.page("/mijn-account")
    [session_id] = re.findall(r'name="sessie" value="([0-9a-f]{64})"', text)
    assert (await stranger.post("/mijn-account/sessie", sessie=session_id)).status_code == 404
    assert "wijzigt u bij de inlogdienst" in text

    response = await here.submit("/mijn-account", "/mijn-account/sessie")
    assert response.headers["location"] == "/mijn-account?gedaan=sessie"
    assert (await there.get("/")).status_code == 303
    assert (await here.get("/")).status_code == 200


def slow_down(desk: Desk, address: str) -> None:
    """Twenty failures from there, the last of which seems to be of a minute from now."""
    with writing(desk.engine) as connection:
        for n in range(20):
            assert throttle.admit(connection, throttle.who(desk.seal, f"n{n}", address))
        later = {"last_ms": login_mislukking.c.last_ms + 60_000}
        connection.execute(update(login_mislukking).values(later))


@pytest.mark.parametrize(
    ("behind_proxy", "slow", "told", "status"),
    [
        (True, "192.0.2.1", "192.0.2.1", 422),
        (True, "192.0.2.1", "192.0.2.2", 303),
        (False, "127.0.0.1", "192.0.2.2", 422),  # nobody chooses their own address
        (False, "192.0.2.1", "192.0.2.1", 303),
    ],
)
async def test_the_address_of_a_try_is_what_our_proxy_saw_or_else_we(
    desk: Desk, anna: Anna, behind_proxy: bool, slow: str, told: str, status: int
) -> None:
    slow_down(desk, slow)
    app = helpdesk_app(replace(desk, behind_proxy=behind_proxy))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS) as client:
        headers = {"Origin": ADDRESS, "X-Real-IP": told, "X-Forwarded-For": "192.0.2.9"}
        response = await client.post("/inloggen", data=anna.fields(), headers=headers)
    assert response.status_code == status


# By the organisation's own provider ------------------------------------------------------------


@pytest.fixture
def provider() -> Iterator[Dishonest]:
    provider = Dishonest()
    provider.claims = {"kindkans_rol": "applicatiebeheerder", "kindkans_swv": "swv-a"}
    yield provider
    provider.stop()


@pytest.fixture
async def browser(desk: Desk, provider: Dishonest, recorder: Recorder) -> AsyncIterator[httpx.AsyncClient]:
    settings = OidcSettings(issuer=provider.issuer, client_id="gateway", client_secret="se:cret/1")
    app = helpdesk_app(replace(desk, oidc=Oidc(settings, desk.seal)), recorder)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS) as client:
        yield client
    assert not recorder.failures


async def test_the_organisation_s_provider_lets_in(
    browser: httpx.AsyncClient, provider: Dishonest, desk: Desk
) -> None:
    form = await browser.get("/inloggen?naar=/mijn-account")
    [link] = re.findall(r'href="(/inloggen/oidc[^"]*)"', form.text)
    away = await browser.get(link)
    assert away.headers["location"].startswith(f"{provider.issuer}/authorize?")
    asked = parse_qs(urlsplit(away.headers["location"]).query)
    assert asked["redirect_uri"] == [f"{ADDRESS}/inloggen/oidc/terug"]
    assert "HttpOnly; Max-Age=600; Path=/; SameSite=lax" in away.headers["set-cookie"]

    back = await browser.get("/inloggen/oidc/terug", params=provider.let_in(away.headers["location"]))

    assert (back.status_code, back.headers["location"]) == (303, "/mijn-account")
    assert "kindkans-oidc" not in browser.cookies
    page = (await browser.get("/mijn-account")).text
    assert "applicatiebeheerder" in page
    assert "swv-a" in page
    assert actions(desk)[0] == ("oidc:42", "login")


async def test_who_has_no_role_reads_why_and_has_no_session(
    browser: httpx.AsyncClient, provider: Dishonest
) -> None:
    provider.claims = {}
    away = await browser.get("/inloggen/oidc")
    back = await browser.get("/inloggen/oidc/terug", params=provider.let_in(away.headers["location"]))
    assert back.status_code == 422
    assert MELDINGEN[OidcFout.ROL_ONBEKEND] in back.text
    assert "kindkans" not in browser.cookies


async def test_a_way_back_that_was_not_begun_here_is_refused(
    browser: httpx.AsyncClient, provider: Dishonest
) -> None:
    away = await browser.get("/inloggen/oidc")
    brought = provider.let_in(away.headers["location"])
    browser.cookies.clear()
    back = await browser.get("/inloggen/oidc/terug", params=brought)
    assert MELDINGEN[OidcFout.VERLOPEN] in back.text


async def test_without_a_provider_there_is_no_button_and_no_way_to_it(visitor: Visitor) -> None:
    assert "/inloggen/oidc" not in await visitor().page("/inloggen")
    for path in ("/inloggen/oidc", "/inloggen/oidc/terug"):
        assert (await visitor().get(path)).status_code == 404
