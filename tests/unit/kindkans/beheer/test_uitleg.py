"""Wie ziet wat: the page tells why, what to do and where, of the own SWV only; and it is audited."""

from __future__ import annotations

from datetime import timedelta

import pytest

from unit.kindkans.beheer.conftest import TODAY, Browser, Desk, Visitor, fout_at, path_of, plain
from unit.kindkans.rights.conftest import put_vergadering


@pytest.fixture
def baas(desk: Desk, visitor: Visitor) -> Browser:
    return visitor(desk.make("baas", "applicatiebeheerder"))


async def ask(browser: Browser, gebruikersnaam: str, number: str | int) -> str:
    answer = await browser.post("/uitleg", gebruikersnaam=gebruikersnaam, dossiernummer=str(number))
    assert answer.status_code == 200, answer.status_code
    return answer.text


async def test_faq_2_another_organisatie_is_told_with_both_links_and_the_advice_helps(
    desk: Desk, baas: Browser
) -> None:
    anna = desk.make("anna", organisatie="o2")
    page = await ask(baas, "Anna", 1)
    told = plain(page)
    assert "Dit account ziet dit dossier niet." in told
    assert "Het account is van School o2; het dossier is van School o1." in told
    assert f'href="{path_of(anna)}"' in page
    assert 'href="/dossiers/1/schoolgegevens"' in page
    await baas.submit(path_of(anna), f"{path_of(anna)}/organisatie", organisatie="o1")
    told = plain(await ask(baas, "anna", 1))
    assert "Dit account ziet alle tabs van dit dossier." in told
    assert "Persoonsgegevens Zien De rol Intern begeleider geeft dit" in told
    assert desk.audited("uitleg_asked") == [("lokaal:baas", "1", "account=lokaal:anna")] * 2


async def test_faq_3_and_7_a_guest_without_external_rights_and_one_whose_invitation_is_over(
    desk: Desk, baas: Browser
) -> None:
    gast, laat = desk.make("gast", "behandelaar"), desk.make("laat", "behandelaar")
    desk.do(put_vergadering, "v1", [1], gast.account_id, TODAY, gast.account_id)
    desk.do(put_vergadering, "v2", [1], gast.account_id, TODAY - timedelta(1), laat.account_id)
    told = plain(await ask(baas, "gast", 1))
    assert "alleen de tab Hulpvraag" in told
    assert "Breid het account uit met een externe rol." in told
    assert "Dat is voorbij: de vergaderdatum was 26 november 2026." in plain(await ask(baas, "laat", 1))


async def test_of_another_swv_there_is_neither_dossier_nor_account(
    desk: Desk, visitor: Visitor, baas: Browser
) -> None:
    desk.make("anna", organisatie="o1")
    carla = desk.make("carla", swv="s2", organisatie="o3")
    no_dossier, no_account = plain(await ask(baas, "anna", 3)), plain(await ask(baas, "carla", 1))
    assert no_dossier == plain(await ask(baas, "anna", 99)).replace('"99"', '"3"')
    assert no_account == plain(await ask(baas, "niemand", 1))
    assert "School o3" not in no_dossier + no_account
    assert [detail for *_, detail in desk.audited("uitleg_asked")] == ["account=-"] * 4
    root = visitor(desk.make("root", "root", None))
    assert f'href="{path_of(carla)}"' in await ask(root, "carla", 3)


async def test_who_may_only_ask_gets_no_links(desk: Desk, visitor: Visitor) -> None:
    desk.make("anna", organisatie="o1")
    page = await ask(visitor(desk.make("hulp", "uitleg")), "anna", 1)
    assert "ziet alle tabs" in page
    assert "Naar het account" not in page
    assert "Naar de schoolgegevens" not in page


async def test_what_is_no_name_or_number_is_told_beside_its_field(desk: Desk, baas: Browser) -> None:
    assert "Wie ziet wat?" in await baas.page("/uitleg")
    for number in ("", "-1", "een", "0", "9" * 19, "1" * 40):
        answer = await baas.post("/uitleg", gebruikersnaam="Jan Jansen", dossiernummer=number)
        assert answer.status_code == 422
        assert "dossiernummer" in fout_at(answer.text, "dossiernummer")
        assert "gebruikersnaam" in fout_at(answer.text, "gebruikersnaam")
    assert desk.audited("uitleg_asked") == []


async def test_it_is_for_who_has_the_right(desk: Desk, visitor: Visitor) -> None:
    anna = visitor(desk.make("anna", organisatie="o1"))
    assert (await anna.get("/uitleg")).status_code == 403
    assert (await anna.post("/uitleg", gebruikersnaam="anna", dossiernummer="1")).status_code == 403
