"""The frame around every page: who may see what, forms of others, and what every answer carries."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database.migrate import History
from helpdesk.roles import Role
from helpdesk.routes import PAGES
from unit.helpdesk.pages.conftest import ADDRESS, Visitor
from web.headers import CSP

ALL = tuple(Role)
HELPDESK = (Role.HELPDESK, Role.BEHEERDER)
DESK = (Role.HELPDESK, Role.BEHEERDER, Role.APPLICATIEBEHEERDER)
ACCOUNTS = (Role.APPLICATIEBEHEERDER, Role.BEHEERDER)
AUDIT = (Role.HELPDESK, Role.AUDITOR, Role.BEHEERDER)

# Every page there is, and who may ask for it. What is not in here fails the test below.
MATRIX: dict[str, tuple[Role, ...] | None] = {  # None: without a session
    "GET /inloggen": None,
    "POST /inloggen": None,
    "GET /inloggen/oidc": None,
    "GET /inloggen/oidc/terug": None,
    "POST /uitloggen": ALL,
    "GET /mijn-account": ALL,
    "POST /mijn-account/wachtwoord": ALL,
    "POST /mijn-account/sessie": ALL,
    "GET /": ALL,
    "GET /beheer": DESK,
    "GET /beheer/organisaties": DESK,
    "GET /beheer/organisaties/nieuw": DESK,
    "GET /beheer/organisaties/nieuw/controleren": DESK,
    "POST /beheer/organisaties/nieuw": DESK,
    "GET /beheer/organisaties/{id}": DESK,
    "GET /beheer/organisaties/{id}/bewerken": DESK,
    "GET /beheer/organisaties/{id}/controleren": DESK,
    "POST /beheer/organisaties/{id}/bewerken": DESK,
    "GET /beheer/koppelingen": HELPDESK,
    "GET /beheer/koppelingen/nieuw": HELPDESK,
    "GET /beheer/koppelingen/nieuw/controleren": HELPDESK,
    "POST /beheer/koppelingen/nieuw": HELPDESK,
    "GET /beheer/koppelingen/{id}": HELPDESK,
    "GET /beheer/koppelingen/{id}/geheim": HELPDESK,
    "POST /beheer/koppelingen/{id}/geheim": HELPDESK,
    "GET /beheer/koppelingen/{id}/verwijderen": HELPDESK,
    "POST /beheer/koppelingen/{id}/verwijderen": HELPDESK,
    "GET /beheer/koppelingen/{id}/{actie}": HELPDESK,
    "POST /beheer/koppelingen/{id}/{actie}": HELPDESK,
    "GET /beheer/brin": HELPDESK,
    "GET /beheer/brin/nieuw": HELPDESK,
    "GET /beheer/brin/nieuw/controleren": HELPDESK,
    "POST /beheer/brin/nieuw": HELPDESK,
    "GET /beheer/brin/inlezen": HELPDESK,
    "POST /beheer/brin/inlezen": HELPDESK,
    "POST /beheer/brin/toepassen": HELPDESK,
    "GET /beheer/brin/{vestiging}": HELPDESK,
    "GET /beheer/brin/{vestiging}/bewerken": HELPDESK,
    "GET /beheer/brin/{vestiging}/controleren": HELPDESK,
    "POST /beheer/brin/{vestiging}/bewerken": HELPDESK,
    "GET /beheer/brin/{vestiging}/verwijderen": HELPDESK,
    "POST /beheer/brin/{vestiging}/verwijderen": HELPDESK,
    "GET /beheer/swvs": DESK,
    "GET /beheer/swvs/nieuw": (Role.BEHEERDER,),
    "GET /beheer/swvs/nieuw/controleren": (Role.BEHEERDER,),
    "POST /beheer/swvs/nieuw": (Role.BEHEERDER,),
    "GET /beheer/swvs/{id}": (Role.BEHEERDER,),
    "GET /beheer/swvs/{id}/controleren": (Role.BEHEERDER,),
    "POST /beheer/swvs/{id}": (Role.BEHEERDER,),
    "GET /beheer/herstellijst": DESK,
    "GET /beheer/accounts": ACCOUNTS,
    "GET /beheer/accounts/rollen": ACCOUNTS,
    "GET /beheer/accounts/nieuw": ACCOUNTS,
    "POST /beheer/accounts/nieuw/controleren": ACCOUNTS,
    "POST /beheer/accounts/nieuw": ACCOUNTS,
    "GET /beheer/accounts/{account_id}": ACCOUNTS,
    "POST /beheer/accounts/{account_id}/naam/controleren": ACCOUNTS,
    "POST /beheer/accounts/{account_id}/naam": ACCOUNTS,
    "GET /beheer/accounts/{account_id}/rol": ACCOUNTS,
    "POST /beheer/accounts/{account_id}/rol": ACCOUNTS,
    "GET /beheer/accounts/{account_id}/{actie}": ACCOUNTS,
    "POST /beheer/accounts/{account_id}/{actie}": ACCOUNTS,
    "GET /inzendingen/{inzending_id}": DESK,
    "GET /inzendingen/{inzending_id}/controle": DESK,
    "POST /inzendingen/{inzending_id}/leerling": DESK,
    "POST /inzendingen/{inzending_id}/zichtbaarheid": HELPDESK,
    "GET /inzendingen/{inzending_id}/verplaats": DESK,
    "POST /inzendingen/{inzending_id}/verplaats/bevestig": DESK,
    "POST /inzendingen/{inzending_id}/verplaats": DESK,
    "GET /herstel": DESK,
    "GET /herstel/bevestig": DESK,
    "POST /herstel": DESK,
    "GET /waar": DESK,
    "POST /waar": DESK,
    "GET /status": DESK,
    "GET /status/{dashboard}": HELPDESK,
    "GET /audit": AUDIT,
    "GET /audit.csv": AUDIT,
    "GET /inzendingen": DESK,
    "POST /inzendingen": DESK,
    "GET /inzendingen.csv": DESK,
}


@pytest.fixture
def new_database(new_sqlite: Callable[[History], str]) -> Callable[[History], str]:
    """On one dialect: the frame decides before a page asks the database anything of its own."""
    return new_sqlite


def test_every_page_is_in_the_matrix() -> None:
    assert {f"{page.method} {page.path}" for page in PAGES} == set(MATRIX)


def swv_of(role: Role) -> str | None:
    return "swv-a" if role is Role.APPLICATIEBEHEERDER else None


@pytest.mark.parametrize("name", [name for name, roles in MATRIX.items() if roles is not None])
async def test_a_page_is_for_who_the_matrix_says(visitor: Visitor, name: str) -> None:
    method, path = name.split(" ")
    filled = path.replace("{", "").replace("}", "")  # ids that there are not
    let_in = []
    for role in ALL:
        browser = visitor(role, swv_of(role))
        response = await (browser.get(filled) if method == "GET" else browser.post(filled))
        if response.status_code != 403:
            let_in.append(role)
    assert set(let_in) == set(MATRIX[name] or ())


@pytest.mark.parametrize("name", [name for name, roles in MATRIX.items() if roles is not None])
async def test_without_a_session_there_is_only_the_login(visitor: Visitor, name: str) -> None:
    method, path = name.split(" ")
    filled = path.replace("{", "").replace("}", "")
    response = await (visitor().get(filled) if method == "GET" else visitor().post(filled))
    assert response.status_code == 303
    assert response.headers["location"].startswith("/inloggen")


@pytest.mark.parametrize("name", [name for name in MATRIX if name.startswith("POST")])
async def test_a_form_of_another_site_does_nothing(visitor: Visitor, name: str) -> None:
    browser = visitor(Role.BEHEERDER)
    path = name.removeprefix("POST ").replace("{", "").replace("}", "")
    stolen = await browser.post(path, csrf="guessed")
    foreign = await browser.client.post(path, data={"csrf": "x"}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    if MATRIX[name] is not None:  # a public form has no session, and so no token
        assert stolen.status_code == 403


@pytest.mark.parametrize("path", ["/", "/nergens", "/static/style.css", "/static/nergens", "/inloggen"])
async def test_every_answer_has_the_headers(visitor: Visitor, path: str) -> None:
    for browser in (visitor(), visitor(Role.BEHEERDER)):
        headers = (await browser.get(path)).headers
        assert headers["content-security-policy"] == CSP
        assert "unsafe" not in CSP
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] in ("no-store", "no-cache")
        assert (headers["cache-control"] == "no-cache") == path.startswith("/static/")


async def test_an_unknown_page_is_a_404_in_dutch(visitor: Visitor) -> None:
    response = await visitor(Role.HELPDESK).get("/nergens")
    assert response.status_code == 404
    assert "Niet gevonden" in response.text


async def test_a_page_that_renews_itself_goes_to_the_login_when_the_session_is_over(visitor: Visitor) -> None:
    response = await visitor().client.get("/", headers={"HX-Request": "true"})
    assert (response.status_code, response.headers["hx-redirect"]) == (204, "/inloggen")


async def test_a_form_that_is_too_large_is_refused_unread(visitor: Visitor) -> None:
    post = [name for name in MATRIX if name.startswith("POST")]
    browser = visitor(Role.BEHEERDER)
    path = post[0].removeprefix("POST ").replace("{", "").replace("}", "")
    response = await browser.client.post(
        path, content=b"x" * 20_000_000, headers={"Origin": ADDRESS, "Content-Type": "text/plain"}
    )
    assert response.status_code == 422
