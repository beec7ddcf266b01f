"""Vergaderingen: who sees which, and who changes what of them (FAQ 7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kindkans.dossiers.organisaties import ensure_organisatie
from kindkans.dossiers.vergaderingen import coming_vergaderingen, put_on_agenda
from kindkans.rights.words import Lid
from unit.kindkans.pages.conftest import Visitor
from unit.kindkans.pages.filled import a_vergadering
from unit.kindkans.pages.shop import TODAY, Shop, forms, links, main_of, plain

NEW = "/vergaderingen/nieuw"
TYPED = {"titel": "Zorgberaad", "datum": "2026-12-01", "plaats": "Zaal 3"}


@pytest.fixture
def loket(shop: Shop) -> Lid:
    return shop.lid("loket", "loket")


async def test_one_is_made_with_its_genodigden_and_agenda(shop: Shop, visitor: Visitor, loket: Lid) -> None:
    shop.put(12)
    gast, browser = shop.lid("gast", "behandelaar"), visitor(loket)
    form = forms(await browser.page(NEW))[NEW] | TYPED | {"genodigden": gast.account_id}
    made = await browser.post(NEW, **form)
    one = made.headers["location"].removesuffix("?gedaan=toegevoegd")
    again = await browser.post(NEW, **form)
    assert again.status_code == 409
    assert "Gast Achternaam" in await browser.page(one)
    assert (await browser.submit(one, f"{one}/agenda", dossiernummer=" 12 ")).status_code == 303
    assert "/dossiers/12" in links(await browser.page(one))
    assert (await visitor(gast).get("/dossiers/12/hulpvraag")).status_code == 200
    assert (await browser.submit(one, f"{one}/agenda/weg")).status_code == 303
    assert (await visitor(gast).get("/dossiers/12/hulpvraag")).status_code == 404
    assert (await browser.submit(one, f"{one}/genodigden/weg")).status_code == 303
    assert (await visitor(gast).get(one)).status_code == 404
    added = await browser.submit(one, f"{one}/genodigden", genodigden=gast.account_id)
    assert added.status_code == 303
    changed = await browser.submit(one, one, **(TYPED | {"titel": "Anders"}))
    assert changed.status_code == 303
    assert "Anders" in await browser.page("/vergaderingen")
    gone = await browser.submit(f"{one}/verwijderen", f"{one}/verwijderen")
    assert gone.headers["location"] == "/vergaderingen?gedaan=verwijderd"
    assert (await browser.get(one)).status_code == 404


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("titel", " ", "Titel: dit is leeg"),
        ("titel", "x" * 201, "Titel: dit is te lang"),
        ("datum", "", "Vul een datum in."),
        ("datum", "12-2026", "Dit is geen datum."),
        ("datum", "1999-01-01", "Datum: deze datum kan niet"),
        ("genodigden", "0" * 32, "Genodigden: dit account is er niet"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field(
    shop: Shop, visitor: Visitor, loket: Lid, field: str, typed: str, told: str
) -> None:
    refused = await visitor(loket).submit(NEW, NEW, **(TYPED | {field: typed}))
    assert refused.status_code == 422
    assert told in plain(refused.text.split(f'id="f-v-{field}">')[1].split("</p>")[0])
    assert shop.do(coming_vergaderingen, shop.seal, "swv-a", TODAY) == []


async def test_an_agenda_takes_only_dossiers_that_one_may_put_there(
    shop: Shop, visitor: Visitor, loket: Lid
) -> None:
    shop.put(1)
    shop.put(2, organisatie="veen", swv="swv-b")
    root = shop.lid("root", "root", swv=None)
    one = f"/vergaderingen/{a_vergadering(shop, loket)}"
    for lid, number, told in (
        (loket, "2", "Er is geen dossier met dit nummer"),
        (loket, "77", "Er is geen dossier met dit nummer"),
        (loket, "een", "Er is geen dossier met dit nummer"),
        (root, "2", "van een ander samenwerkingsverband"),
    ):
        refused = await visitor(lid).submit(one, f"{one}/agenda", dossiernummer=number)
        assert refused.status_code == 422
        assert told in plain(refused.text.split('id="f-v-dossiernummer">')[1].split("</p>")[0])


async def test_who_is_invited_sees_it_until_its_day_and_then_only_that_it_was(
    shop: Shop, visitor: Visitor, loket: Lid
) -> None:
    number, gast = shop.put(1), shop.lid("gast", "behandelaar")
    vergadering_id = a_vergadering(shop, loket, gast)
    a_vergadering(shop, loket)
    shop.do(put_on_agenda, loket, number, vergadering_id)
    one, browser = f"/vergaderingen/{vergadering_id}", visitor(gast)
    found = [
        link for link in links(main_of(await browser.page("/vergaderingen"))) if "/vergaderingen/" in link
    ]
    assert found == [one]
    page = await browser.page(one)
    assert "/dossiers/1" in links(page)
    assert forms(page) == {}
    assert (await browser.post(one, **TYPED)).status_code == 403
    shop.on(TODAY + timedelta(days=1))
    page = main_of(await browser.page("/vergaderingen"))
    assert one not in links(page)
    assert "Het beraad" not in page
    assert "vr 27 nov 2026" in page
    assert (await browser.get(one)).status_code == 404


async def test_coming_and_past_of_the_own_swv_and_of_no_other(
    shop: Shop, visitor: Visitor, loket: Lid
) -> None:
    coming = a_vergadering(shop, loket)
    past = a_vergadering(shop, loket, datum=TODAY - timedelta(days=1))
    page = await visitor(loket).page("/vergaderingen")
    komend, geweest = page.split("<h2>Geweest</h2>")
    assert (coming in komend, past in geweest) == (True, True)
    ander = visitor(shop.lid("ander", "loket", swv="swv-b"))
    assert coming not in await ander.page("/vergaderingen")
    for path in (f"/vergaderingen/{coming}", f"/vergaderingen/{coming}/verwijderen"):
        assert (await ander.get(path)).status_code == 404


async def test_root_chooses_the_samenwerkingsverband(shop: Shop, visitor: Visitor, loket: Lid) -> None:
    root = visitor(shop.lid("root", "root", swv=None))
    assert "Er komt geen" not in plain(await root.page("/vergaderingen"))  # none is known yet
    assert (await root.get(NEW)).status_code == 403
    for organisatie, swv in (("es", "swv-a"), ("veen", "swv-b")):
        shop.do(ensure_organisatie, organisatie, swv)
    coming = a_vergadering(shop, loket)
    assert coming in await root.page("/vergaderingen")
    assert coming not in await root.page("/vergaderingen?swv=swv-b")
    made = await root.submit(f"{NEW}?swv=swv-b", NEW, **TYPED)
    assert made.status_code == 303
    assert len(shop.do(coming_vergaderingen, shop.seal, "swv-b", TODAY)) == 1


async def test_words_are_words(shop: Shop, visitor: Visitor, loket: Lid) -> None:
    evil = "<script>alert(1)</script>"
    made = await visitor(loket).submit(NEW, NEW, **(TYPED | {"titel": evil, "plaats": evil}))
    one = made.headers["location"].split("?")[0]
    for path in ("/vergaderingen", one, f"{one}/verwijderen"):
        page = await visitor(loket).page(path)
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page
