"""Notities: of their author only (FAQ 4), on the tab and all together."""

from __future__ import annotations

import pytest

from dossier.identifiers import Dossiernummer
from kindkans.dossiers.deleting import delete_hulpvraag
from kindkans.dossiers.notities import all_notities
from kindkans.dossiers.organisaties import ensure_organisatie
from kindkans.rights.words import Lid
from unit.kindkans.pages.conftest import Visitor
from unit.kindkans.pages.filled import a_notitie
from unit.kindkans.pages.shop import Shop, forms, links, plain

TAB = "/dossiers/1/notities"
SECRET = "Alleen voor mijn eigen ogen"


@pytest.fixture
def number(shop: Shop) -> Dossiernummer:
    return shop.put(1)


@pytest.fixture
def ib(shop: Shop, number: Dossiernummer) -> Lid:
    return shop.lid("ib", "intern_begeleider", organisatie="es")


async def test_a_notitie_is_written_changed_and_removed_without_a_word_in_the_audit(
    shop: Shop, visitor: Visitor, ib: Lid
) -> None:
    browser = visitor(ib)
    form = forms(await browser.page(TAB))[TAB]
    assert (await browser.post(TAB, **form, notitie=SECRET)).status_code == 303
    assert (await browser.post(TAB, **form, notitie=SECRET)).status_code == 409  # twice is once
    (mine,) = shop.do(all_notities, shop.seal, ib.account_id)
    one = f"/notities/{mine.notitie_id}"
    for path in (TAB, "/notities"):
        page = await browser.page(path)
        assert SECRET in page
        assert f'id="notitie-{mine.notitie_id}"' in page
        assert one in links(page)
    refused = await browser.submit(one, one, notitie="  ")
    assert refused.status_code == 422
    assert "Notitie: dit is leeg" in plain(refused.text)
    assert (await browser.submit(one, one, notitie="Anders")).headers["location"] == (
        "/notities?gedaan=opgeslagen"
    )
    assert (await browser.submit(f"{one}/verwijderen", f"{one}/verwijderen")).status_code == 303
    assert "U heeft geen notities" in plain(await browser.page("/notities"))
    assert {row.action for row in shop.audit()} == {"dossier_seen"}


async def test_anothers_notitie_is_on_no_page_and_its_id_is_nothing(
    shop: Shop, visitor: Visitor, ib: Lid, number: Dossiernummer
) -> None:
    row_id = a_notitie(shop, ib, number, SECRET)
    for naam, rol, swv in (("root", "root", None), ("ab", "applicatiebeheerder", "swv-a")):
        lid = shop.lid(naam, rol, swv=swv)
        browser = visitor(lid)
        paths = ["/dossiers", "/notities", "/vergaderingen", "/kengetallen", "/dossiers/1/verwijderen"]
        tabs = [link for link in links(await browser.page("/dossiers/1/hulpvraag")) if "/1/" in link]
        for path in paths + tabs:
            page = await browser.page(path)
            assert SECRET not in page
            assert row_id not in page
        assert "U heeft bij dit dossier geen notities" in plain(await browser.page(TAB))
        for path in (f"/notities/{row_id}", f"/notities/{row_id}/verwijderen"):
            theirs, nobodys = await browser.get(path), await browser.get(path.replace(row_id, "0" * 32))
            assert (theirs.status_code, nobodys.status_code) == (404, 404)
            assert plain(theirs.text) == plain(nobodys.text)
            assert (await browser.post(path, notitie="x")).status_code == 404
        assert "Er staat niets in de weg" in plain(await browser.page("/dossiers/1/verwijderen"))
    assert len(shop.do(all_notities, shop.seal, ib.account_id)) == 1


async def test_a_notitie_stays_its_authors_when_the_hulpvraag_is_deleted_or_moved_away(
    shop: Shop, visitor: Visitor, ib: Lid, number: Dossiernummer
) -> None:
    moved = shop.put(2)
    a_notitie(shop, ib, number, "Bij de eerste")
    a_notitie(shop, ib, moved, "Bij de tweede")
    shop.do(delete_hulpvraag, shop.lid("loket", "loket"), number)
    shop.do(ensure_organisatie, "duin", "swv-a", "Het Duin")
    shop.move(2, 2, "es", "duin")
    browser = visitor(ib)
    page = await browser.page("/notities")
    assert "Bij de eerste" in page
    assert "Bij de tweede" in page
    assert not [link for link in links(page) if link.startswith("/dossiers/")]
    assert (await browser.get(TAB)).status_code == 404
    (first, _) = shop.do(all_notities, shop.seal, ib.account_id)
    one = f"/notities/{first.notitie_id}"
    assert (await browser.submit(one, one, notitie="Bij de eerste, later")).status_code == 303


async def test_a_change_that_is_old_by_now_is_not_made(
    shop: Shop, visitor: Visitor, ib: Lid, number: Dossiernummer
) -> None:
    one = f"/notities/{a_notitie(shop, ib, number)}"
    browser = visitor(ib)
    form = forms(await browser.page(one))[one]
    assert (await browser.post(one, **form, notitie="Eerst")).status_code == 303
    late = await browser.post(one, **form, notitie="Te laat")
    assert late.status_code == 409
    assert "Te laat" in late.text
    assert shop.do(all_notities, shop.seal, ib.account_id)[0].tekst == "Eerst"


async def test_the_words_of_a_notitie_are_words(
    shop: Shop, visitor: Visitor, ib: Lid, number: Dossiernummer
) -> None:
    row_id = a_notitie(shop, ib, number, "</textarea><script>alert(1)</script>")
    for path in (TAB, "/notities", f"/notities/{row_id}", f"/notities/{row_id}/verwijderen"):
        assert "<script>alert" not in await visitor(ib).page(path)
