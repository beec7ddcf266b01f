"""Kengetallen (FAQ 5): exactly the hulpvragen with an aanpak or a TLV, and how many others there are."""

from __future__ import annotations

from unit.kindkans.pages.conftest import Visitor
from unit.kindkans.pages.filled import a_notitie, a_tlv, an_aanpak
from unit.kindkans.pages.shop import Shop, a_dossier, links, plain


async def test_it_counts_those_with_an_aanpak_or_a_tlv_and_says_how_many_are_absent(
    shop: Shop, visitor: Visitor
) -> None:
    loket = shop.lid("loket", "loket")
    a_tlv(shop, loket, shop.put(1))
    an_aanpak(shop, loket, shop.put(2, a_dossier(soort="tlv", naam="Het Duin"), organisatie="duin"), loket)
    a_notitie(shop, loket, shop.put(3))
    shop.put(4)
    elders = shop.put(5, a_dossier(naam="Het Veen"), organisatie="veen", swv="swv-b")
    a_tlv(shop, shop.lid("ander", "loket", swv="swv-b"), elders)
    page = await visitor(loket).page("/kengetallen")
    read = plain(page)
    assert "2 hulpvragen met een aanpak of een TLV" in read
    assert "2 hulpvragen zonder aanpak en zonder TLV" in read
    assert "Is er bij een hulpvraag (nog) geen aanpak of TLV, dan staat deze alleen op de pagina" in read
    assert "De Es 1" in read
    assert "Het Duin 1" in read
    assert "Het Veen" not in read
    assert "Adviesvraag 1" in read
    assert "Maand Hulpvragen" in read
    assert "/kengetallen.csv" in links(page)
    csv = (await visitor(loket).get("/kengetallen.csv")).content.decode("utf-8-sig").splitlines()
    assert csv[0] == "dossiernummer;organisatie;soort;ontvangen"
    assert [line.split(";")[:3] for line in csv[1:]] == [
        ["2", "Het Duin", "Toelaatbaarheidsverklaring"],
        ["1", "De Es", "Adviesvraag"],
    ]
    assert "Zonnebloem" not in page
    assert len(shop.audited("kengetallen_exported")) == 1


async def test_with_nothing_to_count_it_says_why(shop: Shop, visitor: Visitor) -> None:
    shop.put(1)
    leider = visitor(shop.lid("leider", "schoolleider", organisatie="es"))
    page = plain(await leider.page("/kengetallen"))
    assert "0 hulpvragen met een aanpak" in page
    assert "1 hulpvraag zonder aanpak" in page
    assert len((await leider.get("/kengetallen.csv")).text.splitlines()) == 1


async def test_a_long_list_is_exported_to_its_end(shop: Shop, visitor: Visitor) -> None:
    loket = shop.lid("loket", "loket")
    for number in range(1, 103):
        a_tlv(shop, loket, shop.put(number))
    csv = (await visitor(loket).get("/kengetallen.csv")).text.splitlines()
    assert [line.split(";")[0] for line in csv[1:]] == [str(number) for number in range(102, 0, -1)]


async def test_a_school_that_is_named_as_a_formula_is_text_in_a_spreadsheet(
    shop: Shop, visitor: Visitor
) -> None:
    loket = shop.lid("loket", "loket")
    a_tlv(shop, loket, shop.put(1, a_dossier(naam="=cmd()<script>")))
    assert "1;'=cmd()<script>;" in (await visitor(loket).get("/kengetallen.csv")).text
    assert "<script>" not in (await visitor(loket).page("/kengetallen")).split("<main")[1]
