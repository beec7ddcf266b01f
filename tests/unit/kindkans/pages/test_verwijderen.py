"""Deleting a hulpvraag (FAQ 1): all that stands in the way, the doubles, and what is gone afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from dossier.identifiers import Dossiernummer
from kindkans.dossiers.overlegronden import add_overlegronde
from kindkans.dossiers.tlvs import remove_tlv
from kindkans.rights.words import Lid
from unit.kindkans.pages.conftest import Visitor
from unit.kindkans.pages.filled import a_notitie, a_ronde, a_tlv, fill
from unit.kindkans.pages.shop import TODAY, Shop, a_dossier, forms, links, main_of, plain

PATH = "/dossiers/1/verwijderen"


@pytest.fixture
def loket(shop: Shop) -> Lid:
    return shop.lid("loket", "loket")


async def test_all_that_stands_in_the_way_is_listed_each_with_its_link(
    shop: Shop, visitor: Visitor, loket: Lid
) -> None:
    filled = fill(shop, loket, loket, loket)
    notitie = a_notitie(shop, loket, filled.number)
    page = await visitor(loket).page(PATH)
    for link in (
        "/dossiers/1/bijlagen#bijlage-1",
        f"/dossiers/1/vergadering#vergadering-{filled.vergadering}",
        f"/dossiers/1/overlegronde#overlegronde-{filled.ronde}",
        f"/dossiers/1/aanpak#aanpak-{filled.aanpak}",
        f"/dossiers/1/tlv#tlv-{filled.tlv}",
        f"/dossiers/1/notities#notitie-{notitie}",
    ):
        assert link in links(page)
        path, anchor = link.split("#")
        assert f'id="{anchor}"' in await visitor(loket).page(path)
    assert PATH not in forms(page)


async def test_when_all_of_it_is_gone_the_hulpvraag_can_be_deleted_and_is_gone_for_everybody(
    shop: Shop, visitor: Visitor, loket: Lid, folder: Path
) -> None:
    shop.put(1, files=[("oud.pdf", b"oud")])
    shop.put(1, versie=2)  # of an older version bijlagen do not stand in the way
    browser = visitor(loket)
    assert PATH in links(await browser.page("/dossiers/1/hulpvraag"))
    form = forms(await browser.page(PATH))[PATH]
    gone = await browser.post(PATH, **form)
    assert gone.headers["location"] == "/dossiers?gedaan=verwijderd"
    assert "/dossiers/1" not in links(await browser.page("/dossiers"))
    assert (await browser.get("/dossiers/1")).status_code == 404
    assert (await browser.post(PATH, **form)).status_code == 404  # posted twice
    assert shop.stored(folder) == []
    assert [subject for _, subject, _ in shop.audited("hulpvraag_deleted")] == ["1"]


async def test_what_is_added_after_the_question_stands_in_the_way(
    shop: Shop, visitor: Visitor, loket: Lid
) -> None:
    number = shop.put(1)
    browser = visitor(loket)
    form = forms(await browser.page(PATH))[PATH]
    tlv = a_tlv(shop, loket, number)
    refused = await browser.post(PATH, **form)
    assert refused.status_code == 409
    assert f"/dossiers/1/tlv#tlv-{tlv}" in links(refused.text)
    shop.do(remove_tlv, loket, number, tlv)
    assert (await browser.post(PATH, **form)).status_code == 303


async def test_a_version_that_came_after_the_question_is_not_deleted_with_it(
    shop: Shop, visitor: Visitor, loket: Lid
) -> None:
    shop.put(1)
    browser = visitor(loket)
    form = forms(await browser.page(PATH))[PATH]
    shop.put(1, a_dossier(titel="Nieuw"), versie=2)
    assert (await browser.post(PATH, **form)).status_code == 409
    assert "Nieuw" in await browser.page("/dossiers/1/hulpvraag")


async def test_who_may_not_delete_is_not_offered_it(shop: Shop, visitor: Visitor, loket: Lid) -> None:
    shop.put(1)
    ib = visitor(shop.lid("ib", "intern_begeleider", organisatie="es"))
    assert PATH not in links(await ib.page("/dossiers/1/hulpvraag"))
    assert (await ib.get(PATH)).status_code == 403
    assert (await ib.post(PATH)).status_code == 403


async def test_several_of_a_kind_are_told_apart(shop: Shop, visitor: Visitor, loket: Lid) -> None:
    number = shop.put(1, files=[("a", b"a"), ("b", b"b")])
    a_ronde(shop, loket, number)
    read = plain(await visitor(loket).page(PATH))
    assert "Bijlage 1 : verwijder deze." in read
    assert "Bijlage 2 : verwijder deze." in read
    assert "Overlegronde : verwijder deze." in read


async def test_doubles_stand_side_by_side_with_what_is_equal_in_words(
    shop: Shop, visitor: Visitor, loket: Lid
) -> None:
    shop.put(1)
    shop.put(2, a_dossier(titel="Lezen", groep="7"))
    shop.put(3)
    page = main_of(await visitor(loket).page("/dossiers/1/dubbel"))
    read = plain(page)
    assert "Gegeven Dossier 1 Dossier 3 Dossier 2 Gelijk?" in read
    assert "Titel Rekenen Rekenen Lezen verschilt" in read
    assert "Achternaam Zonnebloem Zonnebloem Zonnebloem gelijk" in read
    assert "Dossier 3 is woord voor woord gelijk aan dossier 1." in read
    assert "Dossier 2 is woord" not in read
    assert {f"/dossiers/{n}/verwijderen" for n in (1, 2, 3)} <= set(links(page))
    seen = {(subject, detail) for _, subject, detail in shop.audited("dossier_seen")}
    assert {("2", "tab=persoonsgegevens grond=swv"), ("3", "tab=hulpvraag grond=swv")} <= seen


async def test_twins_are_no_doubles_and_another_organisaties_is_none_either(
    shop: Shop, visitor: Visitor, loket: Lid
) -> None:
    shop.put(1)
    shop.put(2, a_dossier(voornamen="Roos"))
    shop.put(3, a_dossier(naam="Het Duin"), organisatie="duin")
    page = await visitor(loket).page("/dossiers/1/dubbel")
    assert "geen andere hulpvraag van deze leerling" in plain(page)


async def test_who_may_not_know_whose_it_is_gets_no_comparison(
    shop: Shop, visitor: Visitor, loket: Lid
) -> None:
    shop.put(1)
    shop.put(2)
    gast = shop.lid("gast", "behandelaar")
    for number in (1, 2):
        new = {"onderwerp": "o", "verslag": "", "einddatum": TODAY, "deelnemers": [gast.account_id]}
        shop.write(add_overlegronde, loket, Dossiernummer(number), **new)
    assert (await visitor(gast).get("/dossiers/1/dubbel")).status_code == 403
