"""Every statement behind these pages, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from database.migrate import History
from storage.seal import Seal
from unit.kindkans.beheer.conftest import ACCOUNTS, ROLLEN, Desk, Visitor, hidden_of, path_of, plain


@pytest.fixture
def desk(new_database: Callable[[History], str], seal: Seal) -> Iterator[Desk]:
    made = Desk(new_database(History.KINDKANS), seal)
    yield made
    made.engine.dispose()


@pytest.mark.parametrize("rol", ["root", "applicatiebeheerder"])
async def test_every_page_is_shown(desk: Desk, visitor: Visitor, rol: str) -> None:
    anna = desk.make("anna", organisatie="o1", externe_rol="extern_meelezen")
    browser = visitor(desk.make("baas", rol, None if rol == "root" else "s1"))
    for path in ("/beheer", f"{ACCOUNTS}/nieuw", "/beheer/organisaties/o1", "/mijn-account", path_of(anna)):
        assert await browser.page(path)
    assert "Anna Achternaam" in await browser.page(ACCOUNTS)
    assert "School o1 o1" in plain(await browser.page("/beheer/organisaties"))
    assert "Extern: meelezen" in await browser.page(ROLLEN)
    assert "Account toegevoegd" in plain(await browser.page("/audit?waarvan=lokaal:anna&van=2020-01-01"))
    answer = await browser.post("/uitleg", gebruikersnaam="anna", dossiernummer="1")
    assert "ziet alle tabs" in answer.text


async def test_two_who_change_one_account_at_once_do_not_both(desk: Desk, visitor: Visitor) -> None:
    anna = desk.make("anna", organisatie="o1")
    both = [visitor(desk.make(name, "applicatiebeheerder")) for name in ("een", "twee")]
    action = f"{path_of(anna)}/rol"
    asked = [hidden_of(await browser.page(path_of(anna)), action) for browser in both]
    answers = await asyncio.gather(
        *(
            browser.post(action, **fields, rol=rol)
            for browser, fields, rol in zip(both, asked, ("loket", "schoolleider"), strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert len(desk.audited("account_role_changed")) == 1


async def test_an_account_that_is_made_twice_at_once_is_made_once(desk: Desk, visitor: Visitor) -> None:
    browser = visitor(desk.make("baas", "applicatiebeheerder"))
    new = {"naam": "Anna", "gebruikersnaam": "anna", "rol": "loket"}
    new |= dict.fromkeys(("wachtwoord", "nogmaals"), "een paard in de gang")
    answers = await asyncio.gather(*(browser.post(f"{ACCOUNTS}/nieuw", **new) for _ in range(2)))
    won, lost = sorted(answer.status_code for answer in answers)
    assert won == 200
    assert lost in (409, 422)
    assert len(desk.audited("account_added")) == 1
