"""The frame around every page of the store: which role may ask for what, and forms of others."""

from __future__ import annotations

import pytest

from kindkans.pages.routes import PAGES
from unit.kindkans.pages.conftest import Browser, Visitor
from unit.kindkans.pages.filled import a_notitie, fill, people
from unit.kindkans.pages.matrix_beheer import MATRIX_BEHEER, with_ids
from unit.kindkans.pages.shop import Shop
from web.headers import CSP

SWV = frozenset({"root", "applicatiebeheerder", "loket"})
SCHOOL = frozenset({"intern_begeleider", "schoolleider"})
LEEST = SWV | SCHOOL | {"extern"}
NIETS = frozenset({"elders", "ander_swv", "uitleg", "zonder"})  # of this dossier
ALL = LEEST | NIETS | {"gast"}
RONDE = SWV | {"intern_begeleider", "extern"}
BIJLAGEN = SWV | {"intern_begeleider"}
AANPAK = SWV | {"extern"}
D = "/dossiers/{dossiernummer}"

# Every page there is, and who may ask for it: of a dossier of organisatie es in swv-a, with something on each
# tab, to which `gast` and `extern` are invited. What is not in here fails the test below.
MATRIX: dict[str, frozenset[str] | None] = {  # None: without a session
    "GET /inloggen": None,
    "POST /inloggen": None,
    "GET /inloggen/oidc": None,
    "GET /inloggen/oidc/terug": None,
    "POST /uitloggen": ALL,
    "GET /": ALL,
    "GET /dossiers": ALL,
    "POST /dossiers": ALL,
    f"GET {D}": LEEST | {"gast"},
    f"GET {D}/persoonsgegevens": LEEST,
    f"GET {D}/schoolgegevens": LEEST,
    f"GET {D}/hulpvraag": LEEST | {"gast"},
    f"GET {D}/bijlagen": LEEST,
    f"GET {D}/bijlagen/{{positie}}": LEEST,
    f"GET {D}/bijlagen/{{positie}}/verwijderen": BIJLAGEN,
    f"POST {D}/bijlagen/{{positie}}/verwijderen": BIJLAGEN,
    f"GET {D}/overlegronde": LEEST,
    f"POST {D}/overlegronde": RONDE,
    f"GET {D}/overlegronde/{{id}}": RONDE,
    f"POST {D}/overlegronde/{{id}}": RONDE,
    f"POST {D}/overlegronde/{{id}}/einddatum": RONDE,
    f"POST {D}/overlegronde/{{id}}/deelnemers": RONDE,
    f"POST {D}/overlegronde/{{id}}/deelnemers/weg": RONDE,
    f"GET {D}/overlegronde/{{id}}/verwijderen": RONDE,
    f"POST {D}/overlegronde/{{id}}/verwijderen": RONDE,
    f"GET {D}/vergadering": LEEST,
    f"POST {D}/vergadering": SWV,
    f"POST {D}/vergadering/weg": SWV,
    f"GET {D}/aanpak": LEEST,
    f"POST {D}/aanpak": AANPAK,
    f"GET {D}/aanpak/{{id}}": AANPAK,
    f"POST {D}/aanpak/{{id}}": AANPAK,
    f"GET {D}/aanpak/{{id}}/verwijderen": AANPAK,
    f"POST {D}/aanpak/{{id}}/verwijderen": AANPAK,
    f"GET {D}/tlv": LEEST,
    f"POST {D}/tlv": SWV,
    f"GET {D}/tlv/{{id}}": SWV,
    f"POST {D}/tlv/{{id}}": SWV,
    f"GET {D}/tlv/{{id}}/verwijderen": SWV,
    f"POST {D}/tlv/{{id}}/verwijderen": SWV,
    f"GET {D}/notities": LEEST,
    f"POST {D}/notities": LEEST,
    f"GET {D}/verwijderen": SWV,
    f"POST {D}/verwijderen": SWV,
    f"GET {D}/dubbel": LEEST,
    "GET /vergaderingen": ALL,
    "GET /vergaderingen/nieuw": SWV | {"ander_swv"},
    "POST /vergaderingen/nieuw": SWV | {"ander_swv"},
    "GET /vergaderingen/{id}": SWV | {"gast", "extern"},
    "POST /vergaderingen/{id}": SWV,
    "POST /vergaderingen/{id}/genodigden": SWV,
    "POST /vergaderingen/{id}/genodigden/weg": SWV,
    "POST /vergaderingen/{id}/agenda": SWV,
    "POST /vergaderingen/{id}/agenda/weg": SWV,
    "GET /vergaderingen/{id}/verwijderen": SWV,
    "POST /vergaderingen/{id}/verwijderen": SWV,
    "GET /kengetallen": SWV | {"schoolleider", "ander_swv"},
    "GET /kengetallen.csv": SWV | {"schoolleider", "ander_swv"},
    "GET /notities": ALL,  # one's own
    "GET /notities/{id}": ALL,
    "POST /notities/{id}": ALL,
    "GET /notities/{id}/verwijderen": ALL,
    "POST /notities/{id}/verwijderen": ALL,
    **MATRIX_BEHEER,
}
PRIVATE = [name for name, roles in MATRIX.items() if roles is not None]


def test_every_page_is_in_the_matrix() -> None:
    assert {f"{page.method} {page.path}" for page in PAGES} == set(MATRIX)


async def ask(browser: Browser, name: str, path: str) -> int:
    """A form is posted empty: it changes nothing, and is refused after the right was looked at."""
    response = await (browser.get(path) if name.startswith("GET") else browser.post(path))
    return response.status_code


@pytest.mark.parametrize("name", PRIVATE)
async def test_a_page_is_for_who_the_matrix_says(shop: Shop, visitor: Visitor, name: str) -> None:
    lids = people(shop)
    filled = fill(shop, lids["loket"], lids["gast"], lids["extern"])
    ids = {"overlegronde": filled.ronde, "aanpak": filled.aanpak, "tlv": filled.tlv}
    ids["vergaderingen"] = filled.vergadering
    seen = set()
    for role, lid in lids.items():
        path = name.split(" ")[1].replace("{dossiernummer}", "1").replace("{positie}", "1")
        path = with_ids(path, lids["gast"].account_id)
        own = {"notities": a_notitie(shop, lid, filled.number)} if "/notities/{id}" in path else {}
        for kind, row_id in {**ids, **own}.items():
            path = path.replace(f"/{kind}/{{id}}", f"/{kind}/{row_id}")
        if await ask(visitor(lid), name, path) not in (403, 404):
            seen.add(role)
    assert seen == MATRIX[name]


@pytest.mark.parametrize("name", PRIVATE)
async def test_without_a_session_there_is_only_the_login(visitor: Visitor, name: str) -> None:
    path = name.split(" ")[1].replace("{", "").replace("}", "")
    browser = visitor()
    response = await (browser.get(path) if name.startswith("GET") else browser.post(path))
    assert response.status_code == 303
    assert response.headers["location"].startswith("/inloggen")


@pytest.mark.parametrize("name", [name for name in MATRIX if name.startswith("POST")])
async def test_a_form_of_another_site_does_nothing(shop: Shop, visitor: Visitor, name: str) -> None:
    browser = visitor(shop.lid("root", "root", swv=None))
    path = name.removeprefix("POST ").replace("{", "").replace("}", "")
    stolen = await browser.post(path, csrf="guessed")
    foreign = await browser.client.post(path, data={"csrf": "x"}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert stolen.status_code == 403 or MATRIX[name] is None  # a public form has no session, and so no token


@pytest.mark.parametrize("path", ["/", "/dossiers", "/nergens", "/static/style.css", "/inloggen"])
async def test_every_answer_has_the_headers(shop: Shop, visitor: Visitor, path: str) -> None:
    for browser in (visitor(), visitor(shop.lid("loket", "loket"))):
        headers = (await browser.get(path)).headers
        assert headers["content-security-policy"] == CSP
        assert headers["x-content-type-options"] == "nosniff"
