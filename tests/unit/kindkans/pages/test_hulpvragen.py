"""Hulpvragen: who sees which, how one is found, and what is said when there is none (FAQ 2)."""

from __future__ import annotations

from datetime import timedelta

from kindkans.dossiers.overlegronden import add_overlegronde
from unit.kindkans.pages.conftest import Visitor
from unit.kindkans.pages.shop import TODAY, Shop, a_dossier, forms, links, main_of, plain


async def test_an_account_sees_the_hulpvragen_of_its_own_organisatie_the_newest_first(
    shop: Shop, visitor: Visitor
) -> None:
    shop.put(1)
    shop.put(2, a_dossier(achternaam="Madelief"))
    shop.put(3, a_dossier(achternaam="Klaproos", naam="Het Duin"), organisatie="duin")
    page = await visitor(shop.lid("ib", "intern_begeleider", organisatie="es")).page("/dossiers")
    assert [link for link in links(main_of(page)) if link.startswith("/dossiers/")] == [
        "/dossiers/2",
        "/dossiers/1",
    ]
    assert "Quirijn van der Zonnebloem" in page
    assert "Klaproos" not in page


async def test_a_name_is_shown_only_to_who_may_see_persoonsgegevens(shop: Shop, visitor: Visitor) -> None:
    number, maker = shop.put(1), shop.lid("maker", "loket")
    gast = shop.lid("gast", "behandelaar")
    new = {"onderwerp": "o", "verslag": "", "einddatum": TODAY, "deelnemers": [gast.account_id]}
    shop.write(add_overlegronde, maker, number, **new)
    page = await visitor(gast).page("/dossiers")
    assert "/dossiers/1" in links(page)
    assert "niet zichtbaar" in page
    assert "Zonnebloem" not in page


async def test_a_list_is_filtered_by_organisatie_and_soort(shop: Shop, visitor: Visitor) -> None:
    shop.put(1)
    shop.put(2, a_dossier(soort="tlv"))
    shop.put(3, a_dossier(naam="Het Duin"), organisatie="duin")
    loket = visitor(shop.lid("loket", "loket"))
    of_duin = main_of(await loket.page("/dossiers?organisatie=duin"))
    assert ("/dossiers/3" in links(of_duin), "/dossiers/1" in links(of_duin)) == (True, False)
    of_tlv = main_of(await loket.page("/dossiers?soort=tlv"))
    assert ("/dossiers/2" in links(of_tlv), "/dossiers/1" in links(of_tlv)) == (True, False)
    nothing = plain(await loket.page("/dossiers?organisatie=duin&soort=tlv"))
    assert "Er zijn geen hulpvragen met deze keuze" in nothing


async def test_pages_go_on_and_back(shop: Shop, visitor: Visitor) -> None:
    for number in range(1, 53):
        shop.put(number)
    loket = visitor(shop.lid("loket", "loket"))
    first = await loket.page("/dossiers?soort=adviesvraag")
    following = next(link for link in links(first) if "vanaf=a3" in link)
    assert "soort=adviesvraag" in following
    second = await loket.page(following)
    assert "/dossiers/2" in links(second)
    assert "/dossiers/3" not in links(second)
    back = await loket.page(next(link for link in links(second) if "vanaf=v2" in link))
    assert "/dossiers/52" in links(back)
    assert "/dossiers/2" not in links(back)


async def test_a_dossiernummer_that_is_searched_leads_to_the_dossier(shop: Shop, visitor: Visitor) -> None:
    shop.put(12)
    found = await visitor(shop.lid("loket", "loket")).post("/dossiers", zoek=" 12 ")
    assert (found.status_code, found.headers["location"]) == (303, "/dossiers/12")


async def test_a_surname_finds_them_without_standing_in_a_url_or_the_audit(
    shop: Shop, visitor: Visitor
) -> None:
    for number in range(1, 53):
        shop.put(number)
    shop.put(99, a_dossier(achternaam="Madelief"))
    loket = shop.lid("loket", "loket")
    browser = visitor(loket)
    first = await browser.post("/dossiers", zoek="van der zonnebloem")
    assert first.status_code == 200
    assert "/dossiers/52" in links(first.text)
    assert "/dossiers/99" not in links(first.text)
    hidden = forms(first.text)["/dossiers"]
    second = await browser.post("/dossiers", zoek=hidden["zoek"], vanaf=hidden["vanaf"])
    assert "/dossiers/2" in links(second.text)
    assert "/dossiers/52" not in links(second.text)
    assert not any("onnebloem" in link for link in links(first.text))
    assert shop.audited("surname_searched") == [(loket.actor, "dossiers", "")] * 2


async def test_what_is_anothers_and_what_is_not_there_are_answered_alike(
    shop: Shop, visitor: Visitor
) -> None:
    shop.put(1, organisatie="duin")
    ib = visitor(shop.lid("ib", "intern_begeleider"))
    theirs, nobodys = [(await ib.post("/dossiers", zoek=number)).text for number in ("1", "2")]
    assert plain(theirs).replace(" 1 ", " 2 ") == plain(nobodys)
    for told in ("de brincode van uw school", "de naam van de school", "het dossiernummer"):
        assert told in theirs
    assert "Geef dit aan bij uw samenwerkingsverband" in theirs
    assert "/dossiers/1" not in links((await ib.post("/dossiers", zoek="Zonnebloem")).text)


async def test_an_empty_list_says_of_which_organisatie_the_account_is(shop: Shop, visitor: Visitor) -> None:
    shop.put(1, organisatie="duin")
    shop.put(2, a_dossier(naam="Het Veen"), organisatie="veen", swv="swv-b")
    page = await visitor(shop.lid("ib", "intern_begeleider", organisatie="veen", swv="swv-b")).page(
        "/dossiers?soort=tlv"
    )
    assert "gekoppeld aan de organisatie Het Veen" in plain(page)
    page = await visitor(shop.lid("los", "intern_begeleider")).page("/dossiers")
    assert "niet aan een organisatie gekoppeld" in plain(page)
    assert "Er zijn geen hulpvragen die u mag zien" in plain(page)


async def test_who_was_invited_finds_the_page_that_says_it_is_over(shop: Shop, visitor: Visitor) -> None:
    number, maker = shop.put(1), shop.lid("maker", "loket")
    gast = shop.lid("gast", "behandelaar")
    new = {"onderwerp": "o", "verslag": "", "einddatum": TODAY, "deelnemers": [gast.account_id]}
    shop.write(add_overlegronde, maker, number, **new)
    shop.on(TODAY + timedelta(days=1))
    assert "/dossiers/1" not in links(await visitor(gast).page("/dossiers"))
    assert (await visitor(gast).post("/dossiers", zoek="1")).headers["location"] == "/dossiers/1"


async def test_odd_queries_are_no_failure(shop: Shop, visitor: Visitor) -> None:
    shop.put(1)
    loket = visitor(shop.lid("loket", "loket"))
    for query in ("vanaf=zz", "soort=%00", "organisatie=%00'", "vanaf=a99999999999999999999"):
        assert "/dossiers/1" in links(await loket.page(f"/dossiers?{query}"))
    for zoek in ("%00", "-1", "0", "9" * 30, "½"):
        assert (await loket.post("/dossiers", zoek=zoek)).status_code == 200
    for zoek in ("  ", "\x00"):
        assert (await loket.post("/dossiers", zoek=zoek)).headers["location"] == "/dossiers"
