"""The page of one dossier: its header, the tabs that may be seen, and who sees none (FAQ 2, 3 and 7)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dossier.identifiers import Dossiernummer
from kindkans.dossiers.aanpakken import AanpakInvoer, add_aanpak
from kindkans.dossiers.overlegronden import add_overlegronde
from kindkans.dossiers.vergaderingen import add_vergadering, put_on_agenda
from kindkans.rights.words import Lid, Tab
from unit.kindkans.pages.conftest import Visitor
from unit.kindkans.pages.shop import TODAY, Shop, a_dossier, links, main_of, plain


def tabs_of(page: str, number: int = 1) -> list[str]:
    nav = main_of(page).split('<nav aria-label="Tabbladen van dit dossier">')[1].split("</nav>")[0]
    return [link.removeprefix(f"/dossiers/{number}/") for link in links(nav)]


def invite(shop: Shop, maker: Lid, gast: Lid, number: Dossiernummer, until: date = TODAY) -> None:
    new = {"onderwerp": "o", "verslag": "", "einddatum": until, "deelnemers": [gast.account_id]}
    shop.write(add_overlegronde, maker, number, **new)


async def test_it_opens_at_the_hulpvraag_and_each_look_is_audited_with_its_reason(
    shop: Shop, visitor: Visitor
) -> None:
    number = shop.put(1)
    ib = shop.lid("ib", "intern_begeleider", organisatie="es")
    browser = visitor(ib)
    assert (await browser.get("/dossiers/1")).headers["location"] == "/dossiers/1/hulpvraag"
    page = await browser.page("/dossiers/1/hulpvraag")
    assert tabs_of(page) == [tab.value for tab in Tab]
    assert "<title>Dossier 1 - Kindkans</title>" in page
    assert shop.audited("dossier_seen") == [(ib.actor, str(number), "tab=hulpvraag grond=eigen")]


async def test_the_content_tabs_show_what_the_school_sent(shop: Shop, visitor: Visitor) -> None:
    shop.put(1)
    ib = visitor(shop.lid("ib", "intern_begeleider", organisatie="es"))
    persoon = plain(await ib.page("/dossiers/1/persoonsgegevens"))
    assert "Achternaam Zonnebloem" in persoon
    assert "Geboortedatum ma 9 mrt 2015" in persoon
    school = plain(await ib.page("/dossiers/1/schoolgegevens"))
    assert "Organisatie in Kindkans De Es BRIN 32DD" in school
    assert "niet verplaatst" in school
    hulpvraag = plain(await ib.page("/dossiers/1/hulpvraag"))
    assert "Rekenen lukt niet." in hulpvraag
    assert "Toestemming van de ouders ja" in hulpvraag
    assert "Zonnebloem" not in hulpvraag  # which is on a tab of its own, with an audit row of its own


async def test_versions_and_moves_are_told_each_on_its_own_tab(shop: Shop, visitor: Visitor) -> None:
    shop.put(1)
    shop.put(2, a_dossier(naam="Het Duin"), organisatie="duin")
    shop.move(1, 2, "es", "duin")
    shop.put(1, a_dossier(omschrijving="Lezen ook niet.", groep="7"), versie=3, organisatie="duin")
    loket = visitor(shop.lid("loket", "loket"))
    hulpvraag = plain(main_of(await loket.page("/dossiers/1/hulpvraag")))
    assert "Omschrijving Rekenen lukt niet. Lezen ook niet." in hulpvraag
    assert "Groep" not in hulpvraag
    assert "Verplaatst van De Es naar Het Duin" in hulpvraag
    assert "Dit is versie 3" in hulpvraag
    assert "Groep 6 7" in plain(await loket.page("/dossiers/1/persoonsgegevens"))
    school = plain(main_of(await loket.page("/dossiers/1/schoolgegevens")))
    assert "Verplaatst van De Es naar Het Duin" in school
    assert "Versie 1 ontvangen" not in school


async def test_others_of_the_same_leerling_are_named_to_who_may_know_whose_they_are(
    shop: Shop, visitor: Visitor
) -> None:
    for number in (1, 2):
        shop.put(number)
    shop.put(3, a_dossier(voornamen="Roos"))
    loket, gast = shop.lid("loket", "loket"), shop.lid("gast", "behandelaar")
    invite(shop, loket, gast, Dossiernummer(1))
    seen = links(await visitor(loket).page("/dossiers/1/hulpvraag"))
    assert "/dossiers/2" in seen
    assert "/dossiers/1/dubbel" in seen
    assert "/dossiers/3" not in seen
    seen = links(await visitor(gast).page("/dossiers/1/hulpvraag"))
    assert "/dossiers/2" not in seen
    assert "/dossiers/1/dubbel" not in seen


async def test_who_is_invited_without_external_rights_sees_only_hulpvraag_and_reads_why(
    shop: Shop, visitor: Visitor
) -> None:
    number, loket = shop.put(1), shop.lid("loket", "loket")
    gast = shop.lid("gast", "behandelaar")
    invite(shop, loket, gast, number)
    page = await visitor(gast).page("/dossiers/1/hulpvraag")
    assert tabs_of(page) == ["hulpvraag"]
    read = plain(page)
    assert "U bent uitgenodigd voor een overlegronde bij dit dossier, tot en met 27 november 2026." in read
    assert "geen rol met externe rechten" in read
    assert "applicatiebeheerder van uw samenwerkingsverband" in read
    assert "Breid het account uit met een externe rol." in read
    for tab in Tab:
        expected = 200 if tab is Tab.HULPVRAAG else 403
        assert (await visitor(gast).get(f"/dossiers/1/{tab}")).status_code == expected


async def test_an_externe_rol_opens_the_tabs_of_that_dossier_only(shop: Shop, visitor: Visitor) -> None:
    number, loket = shop.put(1), shop.lid("loket", "loket")
    shop.put(2)
    gast = shop.lid("gast", "behandelaar", externe_rol="extern_meelezen")
    invite(shop, loket, gast, number)
    page = await visitor(gast).page("/dossiers/1/aanpak")
    assert tabs_of(page) == [tab.value for tab in Tab]
    assert "geen rol met externe rechten" not in plain(page)
    assert (await visitor(gast).get("/dossiers/2/hulpvraag")).status_code == 404


async def test_after_its_last_day_the_page_says_what_ended_when_and_whom_to_ask(
    shop: Shop, visitor: Visitor
) -> None:
    number, loket = shop.put(1), shop.lid("loket", "loket")
    gast, ander = shop.lid("gast", "behandelaar"), shop.lid("ander", "behandelaar")
    invite(shop, loket, gast, number)
    shop.on(TODAY + timedelta(days=1))
    gone = await visitor(gast).get("/dossiers/1/hulpvraag")
    read = plain(gone.text)
    assert gone.status_code == 404
    assert "U was uitgenodigd voor een overlegronde bij dit dossier. Dat is voorbij" in read
    assert "de einddatum van de overlegronde was 27 november 2026" in read
    assert "vraag het aan Loket Achternaam" in read
    never = await visitor(ander).get("/dossiers/1/hulpvraag")
    nowhere = await visitor(ander).get("/dossiers/2/hulpvraag")
    assert (never.status_code, nowhere.status_code) == (404, 404)
    assert plain(main_of(never.text)) == plain(main_of(nowhere.text))
    assert "uitgenodigd" not in never.text


async def test_each_kind_of_invitation_says_what_its_last_day_was(shop: Shop, visitor: Visitor) -> None:
    number, loket = shop.put(1), shop.lid("loket", "loket")
    one, two = shop.lid("een", "behandelaar"), shop.lid("twee", "behandelaar")
    meeting = {"datum": TODAY, "titel": "t", "plaats": "", "genodigden": [one.account_id]}
    vergadering_id = shop.write(add_vergadering, loket, "swv-a", **meeting)
    shop.do(put_on_agenda, loket, number, vergadering_id)
    invoer = AanpakInvoer(
        soort="begeleiding",
        behandelaar_id=two.account_id,
        begindatum=TODAY,
        einddatum=TODAY,
        omschrijving="o",
    )
    shop.write(add_aanpak, loket, number, invoer)
    assert "als behandelaar, tot en met 27 november 2026" in plain(
        await visitor(two).page("/dossiers/1/hulpvraag")
    )
    shop.on(TODAY + timedelta(days=1))
    said = plain((await visitor(one).get("/dossiers/1")).text)
    assert "de vergaderdatum was 27 november 2026" in said
    assert "Loket Achternaam" in said
    said = plain((await visitor(two).get("/dossiers/1")).text)
    assert "de einddatum van de aanpak was 27 november 2026" in said


@pytest.mark.parametrize("number", ["0", "-1", "x", "01x", "9223372036854775808", "1" * 40, "١"])
async def test_what_is_no_dossiernummer_is_no_dossier(shop: Shop, visitor: Visitor, number: str) -> None:
    shop.put(1)
    gone = await visitor(shop.lid("loket", "loket")).get(f"/dossiers/{number}/hulpvraag")
    assert gone.status_code == 404


async def test_a_tab_that_may_not_be_seen_is_refused_and_not_audited(shop: Shop, visitor: Visitor) -> None:
    number, loket = shop.put(1), shop.lid("loket", "loket")
    gast = shop.lid("gast", "behandelaar")
    invite(shop, loket, gast, number)
    assert (await visitor(gast).get("/dossiers/1/persoonsgegevens")).status_code == 403
    assert shop.audited("dossier_seen") == []


async def test_content_that_can_not_be_read_is_said_so(shop: Shop, visitor: Visitor) -> None:
    shop.put(1)
    shop.do(lambda c: c.exec_driver_sql("UPDATE versie SET ciphertext = x'00'"))
    for tab in ("persoonsgegevens", "schoolgegevens", "hulpvraag", "bijlagen"):
        page = plain(await visitor(shop.lid(f"loket{tab[0:3]}", "loket")).page(f"/dossiers/1/{tab}"))
        assert tab == "bijlagen" or "kan niet worden gelezen" in page


XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


async def test_what_a_school_sent_is_words_on_every_page(shop: Shop, visitor: Visitor) -> None:
    fields = ("voornamen", "achternaam", "groep", "titel", "omschrijving", "naam", "plaats", "geboortedatum")
    shop.put(1, files=[(XSS, b"a")])
    shop.put(1, a_dossier(**dict.fromkeys(fields, XSS)), versie=2, files=[(XSS, b"b")])
    shop.put(2, a_dossier(**dict.fromkeys(fields, XSS)))
    loket = visitor(shop.lid("loket", "loket"))
    paths = ["/dossiers", "/dossiers/1/dubbel", "/dossiers/1/bijlagen/1/verwijderen"]
    paths += [f"/dossiers/1/{tab}" for tab in ("persoonsgegevens", "schoolgegevens", "hulpvraag", "bijlagen")]
    for path in paths:
        page = await loket.page(path)
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "&lt;script&gt;alert(1)" in page
    assert (await loket.post("/dossiers", zoek=XSS)).text.count("<script>alert") == 0
