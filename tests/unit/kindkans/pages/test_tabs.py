"""The tabs with forms: each adds, changes and removes, and tells at its field why it does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from database.accounts import GEBLOKKEERD, save_status
from dossier.identifiers import Dossiernummer
from kindkans.dossiers.aanpakken import aanpakken_of
from kindkans.dossiers.deleting import delete_hulpvraag
from kindkans.dossiers.overlegronden import overlegronden_of
from kindkans.dossiers.tlvs import tlvs_of
from kindkans.dossiers.vergaderingen import put_on_agenda, vergaderingen_of
from kindkans.rights.words import Lid
from unit.kindkans.pages.conftest import Visitor
from unit.kindkans.pages.filled import AANPAK, NEW, a_ronde, a_tlv, a_vergadering, an_aanpak, filled_in
from unit.kindkans.pages.shop import TODAY, Shop, forms, links, plain

ROWS: dict[str, Callable[..., list[Any]]] = {
    "overlegronde": overlegronden_of,
    "aanpak": aanpakken_of,
    "tlv": tlvs_of,
}


@pytest.fixture
def loket(shop: Shop) -> Lid:
    shop.put(1)
    return shop.lid("loket", "loket")


def rows(shop: Shop, kind: str, number: int = 1) -> list[Any]:
    return shop.do(ROWS[kind], shop.seal, number)


@pytest.mark.parametrize("kind", NEW)
async def test_what_is_added_is_read_changed_and_removed(
    shop: Shop, visitor: Visitor, loket: Lid, kind: str
) -> None:
    browser, path = visitor(loket), f"/dossiers/1/{kind}"
    added = await browser.submit(path, path, **filled_in(kind, loket))
    assert added.headers["location"] == f"{path}?gedaan=toegevoegd", plain(added.text)
    row_id = getattr(rows(shop, kind)[0], f"{kind}_id")
    page = await browser.page(path)
    assert f'id="{kind}-{row_id}"' in page
    for text in (text for name, text in NEW[kind].items() if name in ("onderwerp", "omschrijving", "budget")):
        assert text in page
    one = f"{path}/{row_id}"
    text_field = {"overlegronde": "onderwerp", "aanpak": "omschrijving", "tlv": "toelichting"}[kind]
    changed = await browser.submit(one, one, **filled_in(kind, loket, **{text_field: "Anders gezegd"}))
    assert changed.status_code == 303, plain(changed.text)
    assert "Anders gezegd" in await browser.page(path)
    gone = await browser.submit(f"{one}/verwijderen", f"{one}/verwijderen")
    assert gone.headers["location"] == f"{path}?gedaan=verwijderd"
    assert rows(shop, kind) == []
    for action in ("added", "changed", "removed"):
        assert [subject for _, subject, _ in shop.audited(f"{kind}_{action}")] == ["1"]


@pytest.mark.parametrize("kind", NEW)
async def test_a_form_that_is_posted_twice_adds_one(
    shop: Shop, visitor: Visitor, loket: Lid, kind: str
) -> None:
    browser, path = visitor(loket), f"/dossiers/1/{kind}"
    form = forms(await browser.page(path))[path] | filled_in(kind, loket)
    assert (await browser.post(path, **form)).status_code == 303
    again = await browser.post(path, **form)
    assert again.status_code == 409
    assert "twee keer verstuurd" in plain(again.text)
    assert len(rows(shop, kind)) == 1


@pytest.mark.parametrize("kind", NEW)
async def test_a_change_of_what_another_changed_meanwhile_is_not_made_and_not_lost(
    shop: Shop, visitor: Visitor, loket: Lid, kind: str
) -> None:
    browser, path = visitor(loket), f"/dossiers/1/{kind}"
    await browser.submit(path, path, **filled_in(kind, loket))
    one = f"{path}/{getattr(rows(shop, kind)[0], f'{kind}_id')}"
    seen = forms(await browser.page(one))[one]
    text_field = {"overlegronde": "onderwerp", "aanpak": "omschrijving", "tlv": "toelichting"}[kind]
    first = await browser.submit(one, one, **filled_in(kind, loket, **{text_field: "De eerste"}))
    assert first.status_code == 303
    second = await browser.post(one, **(seen | filled_in(kind, loket, **{text_field: "De tweede"})))
    assert second.status_code == 409
    assert "De tweede" in second.text
    assert "De eerste" in await browser.page(path)


@pytest.mark.parametrize("kind", NEW)
async def test_an_id_of_another_dossier_or_of_nothing_is_not_there(
    shop: Shop, visitor: Visitor, loket: Lid, kind: str
) -> None:
    shop.put(2)
    browser, path = visitor(loket), f"/dossiers/1/{kind}"
    await browser.submit(path, path, **filled_in(kind, loket))
    row_id = getattr(rows(shop, kind)[0], f"{kind}_id")
    for wrong in (f"2/{kind}/{row_id}", f"1/{kind}/{'0' * 32}", f"1/{kind}/x%00", f"1/{kind}/nieuw"):
        for end in ("", "/verwijderen"):
            assert (await browser.get(f"/dossiers/{wrong}{end}")).status_code == 404
            assert (
                await browser.post(f"/dossiers/{wrong}{end}", **filled_in(kind, loket))
            ).status_code == 404
    assert len(rows(shop, kind)) == 1


@pytest.mark.parametrize("kind", NEW)
async def test_a_dossier_that_was_deleted_meanwhile_is_a_page_that_says_so(
    shop: Shop, visitor: Visitor, loket: Lid, kind: str
) -> None:
    browser, path = visitor(loket), f"/dossiers/1/{kind}"
    form = forms(await browser.page(path))[path] | filled_in(kind, loket)
    shop.do(delete_hulpvraag, loket, 1)
    assert (await browser.post(path, **form)).status_code == 404
    assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("kind", "wrong", "told"),
    [
        ("overlegronde", {"onderwerp": "  "}, "Onderwerp: dit is leeg"),
        ("overlegronde", {"einddatum": ""}, "Vul een datum in."),
        ("overlegronde", {"einddatum": "31-02-2026"}, "Dit is geen datum."),
        ("overlegronde", {"einddatum": "1926-12-31"}, "Einddatum: deze datum kan niet"),
        ("overlegronde", {"verslag": "x" * 20_001}, "Verslag: dit is te lang"),
        ("overlegronde", {"verslag": "a\x07b"}, "Verslag: hier staat een teken in"),
        ("overlegronde", {"deelnemers": "0" * 32}, "Deelnemers: dit account is er niet"),
        ("overlegronde", {"deelnemers": "vreemd".ljust(32, "0")}, "Deelnemers: dit account is er niet"),
        ("overlegronde", {"deelnemers": "weg".ljust(32, "0")}, "Deelnemers: dit account is geblokkeerd"),
        ("aanpak", {"soort": "dansen"}, "Soort: deze keuze is er niet"),
        ("aanpak", {"behandelaar": ""}, "Behandelaar: dit is leeg"),
        ("aanpak", {"behandelaar": "\x00"}, "Behandelaar: dit is leeg"),
        ("aanpak", {"behandelaar": "vreemd".ljust(32, "0")}, "Behandelaar: dit account is er niet"),
        ("aanpak", {"einddatum": "2026-11-30"}, "Einddatum: deze ligt voor de begindatum"),
        ("aanpak", {"omschrijving": ""}, "Omschrijving: dit is leeg"),
        ("tlv", {"nummer": ""}, "Nummer: dit is leeg"),
        ("tlv", {"categorie": ""}, "Categorie: deze keuze is er niet"),
        ("tlv", {"afgiftedatum": "morgen"}, "Dit is geen datum."),
        ("tlv", {"einddatum": "2026-12-31"}, "Einddatum: deze ligt voor de begindatum"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(
    shop: Shop, visitor: Visitor, loket: Lid, kind: str, wrong: dict[str, str], told: str
) -> None:
    shop.put(9, organisatie="veen", swv="swv-b")
    shop.lid("vreemd", "loket", swv="swv-b")
    shop.do(save_status, shop.lid("weg", "behandelaar").account_id, GEBLOKKEERD)
    path = f"/dossiers/1/{kind}"
    refused = await visitor(loket).submit(path, path, **filled_in(kind, loket, **wrong))
    assert refused.status_code == 422
    field = next(iter(wrong))
    at_field = refused.text.split(f'<p class="error" id="f-v-{field}">')[1].split("</p>")[0]
    assert told in plain(at_field)
    kept = "budget" if kind == "tlv" else "onderwerp" if field != "onderwerp" else "einddatum"
    if kind != "aanpak":
        assert NEW[kind][kept] in refused.text
    assert "Er is niets gewijzigd" in plain(refused.text)
    assert rows(shop, kind) == []


async def test_only_the_maker_moves_the_einddatum(shop: Shop, visitor: Visitor, loket: Lid) -> None:
    ander = visitor(shop.lid("ander", "loket"))
    one = f"/dossiers/1/overlegronde/{a_ronde(shop, loket, Dossiernummer(1))}"
    page = await ander.page(one)
    assert "Alleen Loket Achternaam" in plain(page)
    assert f"{one}/einddatum" not in forms(page)
    moved = await visitor(loket).submit(one, f"{one}/einddatum", einddatum="1-2-2027")
    assert moved.status_code == 303
    assert rows(shop, "overlegronde")[0].einddatum.isoformat() == "2027-02-01"


async def test_a_refusal_of_the_einddatum_names_the_maker(shop: Shop, visitor: Visitor, loket: Lid) -> None:
    ander = visitor(shop.lid("ander", "loket"))
    one = f"/dossiers/1/overlegronde/{a_ronde(shop, loket, Dossiernummer(1))}"
    slot = forms(await ander.page(one))[one]["slot"]
    refused = await ander.post(f"{one}/einddatum", slot=slot, einddatum="2027-01-01")
    assert refused.status_code == 422
    assert "alleen wie de overlegronde heeft aangemaakt" in plain(refused.text)


async def test_deelnemers_come_and_go_one_at_a_time(shop: Shop, visitor: Visitor, loket: Lid) -> None:
    gast = shop.lid("gast", "behandelaar")
    one = f"/dossiers/1/overlegronde/{a_ronde(shop, loket, Dossiernummer(1))}"
    assert (await visitor(gast).get("/dossiers/1/hulpvraag")).status_code == 404
    added = await visitor(loket).submit(one, f"{one}/deelnemers", deelnemers=gast.account_id)
    assert added.status_code == 303
    assert (await visitor(gast).get("/dossiers/1/hulpvraag")).status_code == 200
    gone = await visitor(loket).submit(one, f"{one}/deelnemers/weg")
    assert gone.status_code == 303
    assert (await visitor(gast).get("/dossiers/1/hulpvraag")).status_code == 404


async def test_a_behandelaar_who_is_blocked_since_stays_when_something_else_changes(
    shop: Shop, visitor: Visitor, loket: Lid
) -> None:
    gast = shop.lid("gast", "behandelaar")
    one = f"/dossiers/1/aanpak/{an_aanpak(shop, loket, Dossiernummer(1), gast)}"
    shop.do(save_status, gast.account_id, GEBLOKKEERD)
    page = await visitor(loket).page(one)
    assert f'value="{gast.account_id}" selected' in page
    changed = await visitor(loket).submit(one, one, **(AANPAK | {"behandelaar": gast.account_id}))
    assert changed.status_code == 303


async def test_a_hulpvraag_is_put_on_an_agenda_and_taken_off(
    shop: Shop, visitor: Visitor, loket: Lid
) -> None:
    coming = a_vergadering(shop, loket)
    past = a_vergadering(shop, loket, datum=TODAY - timedelta(days=1))
    browser, path = visitor(loket), "/dossiers/1/vergadering"
    page = await browser.page(path)
    assert (coming in page, past in page) == (True, False)
    for wrong in ("", "0" * 32, past):
        refused = await browser.submit(path, path, titel=wrong)
        assert refused.status_code == 422
        assert "deze keuze is er niet" in plain(refused.text)
    assert (await browser.submit(path, path, titel=coming)).status_code == 303
    assert (await browser.post(path, titel=coming)).status_code == 303  # twice is once
    page = await browser.page(path)
    assert f"/vergaderingen/{coming}" in links(page)
    form = forms(page)[f"{path}/weg"]
    assert (await browser.post(f"{path}/weg", **form)).status_code == 303
    assert (await browser.post(f"{path}/weg", **form)).status_code == 409
    assert shop.do(vergaderingen_of, shop.seal, 1) == []


async def test_who_only_reads_sees_the_rows_and_no_form(shop: Shop, visitor: Visitor, loket: Lid) -> None:
    a_ronde(shop, loket, Dossiernummer(1))
    an_aanpak(shop, loket, Dossiernummer(1), loket)
    a_tlv(shop, loket, Dossiernummer(1))
    shop.do(put_on_agenda, loket, Dossiernummer(1), a_vergadering(shop, loket))
    leider = visitor(shop.lid("leider", "schoolleider", organisatie="es"))
    for kind, text in (
        ("overlegronde", "Het gesprek"),
        ("aanpak", "Samen lezen."),
        ("tlv", "T-2026-7"),
        ("vergadering", "Het beraad"),
    ):
        page = await leider.page(f"/dossiers/1/{kind}")
        assert text in page
        assert forms(page) == {}
        assert not [link for link in links(page) if "verwijderen" in link]


XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"


@pytest.mark.parametrize("kind", NEW)
async def test_words_are_words_wherever_they_are_shown(
    shop: Shop, visitor: Visitor, loket: Lid, kind: str
) -> None:
    browser, path = visitor(loket), f"/dossiers/1/{kind}"
    texts = ("onderwerp", "verslag", "omschrijving", "evaluatie", "nummer", "budget", "toelichting")
    evil = {name: XSS for name in NEW[kind] if name in texts}
    assert (await browser.submit(path, path, **filled_in(kind, loket, **evil))).status_code == 303
    one = f"{path}/{getattr(rows(shop, kind)[0], f'{kind}_id')}"
    refused = await browser.submit(path, path, **filled_in(kind, loket, **evil, einddatum="x"))
    for page in (await browser.page(path), await browser.page(one), refused.text):
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "{{ 7*7 }}" in page
