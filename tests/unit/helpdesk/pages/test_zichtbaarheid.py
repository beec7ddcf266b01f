"""The helpdesk asks the core store who sees a dossier: a real store, over real HTTP."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import ASGIApp

from components.http_server import served
from components.intake_world import World
from components.kindkans_api import StoreWorld
from database.migrate import History
from dossier.errors import ConfigurationError
from dossier.identifiers import Dossiernummer, OrganisatieId, SwvId
from helpdesk.desk import Desk
from helpdesk.roles import Role
from helpdesk.store_api import Misgelukt, StoreApi, Zichtbaarheid
from kindkans.dossiers.organisaties import ensure_organisatie
from kindkans.rights_schema import api_sleutel
from unit.helpdesk.pages.cases import audited
from unit.helpdesk.pages.conftest import Browser, Visitor
from unit.helpdesk.pages.listed import Push

NewDatabase = Callable[[History], str]


@pytest.fixture
def new_database(new_sqlite: NewDatabase) -> NewDatabase:
    return new_sqlite


@pytest.fixture
def store(new_sqlite: NewDatabase, tmp_path: Path) -> Iterator[StoreWorld]:
    made = StoreWorld(new_sqlite(History.KINDKANS), tmp_path)
    for organisatie in ("es", "duin"):
        made.do(ensure_organisatie, OrganisatieId(organisatie), SwvId("swv-a"), f"School {organisatie}")
    made.key("ib", "intern_begeleider", swv="swv-a", organisatie="es")
    made.key("ander", "intern_begeleider", swv="swv-a", organisatie="duin")
    yield made
    made.close()


@pytest.fixture
def desk(desk: Desk, store: StoreWorld) -> Iterator[Desk]:
    key = store.key("helpdesk", "uitleg")
    with served(store.app) as url:
        api = StoreApi(url, key)
        yield replace(desk, store=api)
        api.close()


@pytest.fixture
async def asked(world: World, store: StoreWorld, pushed: Push) -> str:
    """The path of the question, of an inzending whose dossier is in the store, at School es."""
    inzending_id = await pushed()
    ((number,),) = world.rows("SELECT dossiernummer FROM dossier")
    store.put(number, "es", "swv-a", files=0)
    return f"/inzendingen/{inzending_id}/zichtbaarheid"


def _seen(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


async def _ask(browser: Browser, path: str, gebruikersnaam: str) -> tuple[int, str]:
    answer = await browser.submit(path.removesuffix("/zichtbaarheid"), path, gebruikersnaam=gebruikersnaam)
    return answer.status_code, _seen(answer.text)


async def test_the_answer_is_in_the_words_of_kindkans(visitor: Visitor, asked: str) -> None:
    browser = visitor(Role.HELPDESK)
    status, sees = await _ask(browser, asked, "ib")
    assert (status, "Dit account ziet alle tabs van dit dossier." in sees) == (200, True)
    status, blind = await _ask(browser, asked, "Ander")  # capitals do not count
    assert status == 200
    assert "Dit account ziet dit dossier niet." in blind
    assert "Het account is van School duin; het dossier is van School es." in blind
    assert "Wijzig dan de organisatie van het account." in blind
    _, nobody = await _ask(browser, asked, "niemand")
    assert "Dit account is er niet, of het is geblokkeerd." in nobody


async def test_the_question_is_in_the_audit_of_both(
    world: World, store: StoreWorld, visitor: Visitor, asked: str
) -> None:
    await _ask(visitor(Role.HELPDESK), asked, "ib")
    ((number,),) = world.rows("SELECT dossiernummer FROM dossier")
    assert audited(world, "visibility_asked") == [("lokaal:pietje helpdesk", str(number), "account=ib")]
    assert ("lokaal:helpdesk", "uitleg_asked", str(number), "account=lokaal:ib api=1") in store.audit()


@pytest.mark.parametrize("typed", ["", "Jan Jansen", "<script>", "é"])
async def test_what_is_no_gebruikersnaam_is_not_asked(
    world: World, visitor: Visitor, asked: str, typed: str
) -> None:
    status, text = await _ask(visitor(Role.HELPDESK), asked, typed)
    assert (status, "Vul de gebruikersnaam in" in text) == (422, True)
    assert audited(world, "visibility_asked") == []


async def test_a_key_that_is_not_good_any_more_is_said_so(
    store: StoreWorld, visitor: Visitor, asked: str
) -> None:
    store.do(lambda connection: connection.execute(update(api_sleutel).values(ended_ms=1)))
    status, text = await _ask(visitor(Role.HELPDESK), asked, "ib")
    assert (status, Misgelukt.SLEUTEL in text) == (503, True)


async def test_without_the_setting_the_part_is_not_there(
    visitor: Visitor, asked: str, desk: Desk, world: World
) -> None:
    object.__setattr__(desk, "store", None)
    browser = visitor(Role.HELPDESK)
    page = await browser.page(asked.removesuffix("/zichtbaarheid"))
    assert "Kan een account dit dossier zien?" not in page
    assert (await browser.post(asked, gebruikersnaam="ib")).status_code == 404
    assert audited(world, "visibility_asked") == []


async def test_who_is_of_one_swv_asks_in_kindkans_itself(visitor: Visitor, asked: str) -> None:
    browser = visitor(Role.APPLICATIEBEHEERDER, "swv-a")
    page = await browser.page(asked.removesuffix("/zichtbaarheid"))
    assert "Kan een account dit dossier zien?" not in page
    assert (await browser.post(asked, gebruikersnaam="ib")).status_code == 403


async def test_of_a_rejected_hulpvraag_there_is_nothing_to_ask(visitor: Visitor, pushed: Push) -> None:
    inzending_id = await pushed(achternaam="")
    browser = visitor(Role.HELPDESK)
    assert "Kan een account" not in await browser.page(f"/inzendingen/{inzending_id}")
    answer = await browser.post(f"/inzendingen/{inzending_id}/zichtbaarheid", gebruikersnaam="ib")
    assert answer.status_code == 404


# --- what may be at the other end ---


def _ask_of(app: ASGIApp) -> Zichtbaarheid | Misgelukt:
    with served(app) as url:
        api = StoreApi(url, "sleutel")
        try:
            return api.visibility(Dossiernummer(1), "ib")
        finally:
            api.close()


async def _endless() -> AsyncIterator[bytes]:
    for _ in range(1000):
        yield b" " * 10_000


_GOOD = {"ziet": True, "kern": "k", "tabs": [], "redenen": [], "advies": [], "later": "een nieuw veld"}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (JSONResponse(_GOOD), Zichtbaarheid(ziet=True, kern="k")),
        (JSONResponse({**_GOOD, "ziet": "ja"}), Misgelukt.ONVERWACHT),
        (JSONResponse({**_GOOD, "tabs": [1]}), Misgelukt.ONVERWACHT),
        (JSONResponse({**_GOOD, "advies": [None]}), Misgelukt.ONVERWACHT),
        (JSONResponse([]), Misgelukt.ONVERWACHT),
        (Response(b"<html>"), Misgelukt.ONVERWACHT),
        (Response(b"[" * 100_000), Misgelukt.ONVERWACHT),
        (Response(status_code=302, headers={"Location": "/"}), Misgelukt.ONVERWACHT),
        (Response(status_code=404), Misgelukt.ONVERWACHT),
        (Response(status_code=401), Misgelukt.SLEUTEL),
        (Response(status_code=403), Misgelukt.SLEUTEL),
        (Response(status_code=500), Misgelukt.GEEN_ANTWOORD),
        (StreamingResponse(_endless()), Misgelukt.GEEN_ANTWOORD),
    ],
)
def test_whatever_is_answered_is_a_value(answer: Response, expected: Zichtbaarheid | Misgelukt) -> None:
    assert _ask_of(answer) == expected


def test_nobody_there_is_a_value_too() -> None:
    with served(Response()) as url:
        pass
    assert StoreApi(url, "sleutel").visibility(Dossiernummer(1), "ib") is Misgelukt.GEEN_ANTWOORD


@pytest.mark.parametrize(
    ("url", "key"), [("ftp://x", "k"), ("http://", "k"), ("http://x", ""), ("http://x", "met blanco's")]
)
def test_a_wrong_setting_is_told_at_the_start(url: str, key: str) -> None:
    with pytest.raises(ConfigurationError, match="KINDKANS_API_"):
        StoreApi(url, key)
