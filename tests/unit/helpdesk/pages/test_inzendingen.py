"""The list of inzendingen: what is found, by whom, and what the page says of it."""

from __future__ import annotations

import re

import pytest

from components.intake_world import World
from database.engine import writing
from database.outbox import mark_dead, mark_delivered
from dossier.identifiers import new_inzending_id
from dossier.reden import RedenCode
from helpdesk.pages import inzendingen, zoekvraag
from helpdesk.roles import Role
from unit.helpdesk.pages.conftest import Visitor
from unit.helpdesk.pages.listed import A, Push, ids, of_both, plain


async def test_a_helpdesk_sees_every_swv_and_an_applicatiebeheerder_only_its_own(
    visitor: Visitor, pushed: Push
) -> None:
    a, b = await of_both(pushed)
    assert ids(await visitor(Role.HELPDESK).page("/inzendingen")) == [b, a]
    page = await visitor(Role.APPLICATIEBEHEERDER, "swv-b").page("/inzendingen")
    assert ids(page) == [b]
    assert A not in page
    assert "De Heuvels" not in page


async def test_an_applicatiebeheerder_finds_nothing_of_another_swv_by_its_exact_number_or_name(
    visitor: Visitor, pushed: Push, world: World
) -> None:
    a, b = await of_both(pushed)
    number = world.rows(f"SELECT dossiernummer FROM inzending WHERE inzending_id = '{a}'")[0][0]
    browser = visitor(Role.APPLICATIEBEHEERDER, "swv-b")
    for zoek in (str(number), a, "32DD", "School es"):
        assert ids(await browser.page(f"/inzendingen?zoek={zoek}")) == [], zoek
    assert (await browser.get("/inzendingen?swv=swv-a")).status_code == 404
    assert (await browser.get("/inzendingen.csv?swv=swv-a")).status_code == 404
    foreign, none = [await browser.get(f"/inzendingen?omgeving={o}") for o in ("omg-es", "omg-xx")]
    assert foreign.status_code == none.status_code == 422
    assert ids(await browser.page("/inzendingen?omgeving=omg-duin")) == [b]
    assert a not in (await browser.get("/inzendingen.csv")).text


async def test_an_auditor_may_not_list_or_export(visitor: Visitor) -> None:
    for path in ("/inzendingen", "/inzendingen.csv"):
        assert (await visitor(Role.AUDITOR).get(path)).status_code == 403


async def test_the_page_says_how_it_understood_the_search(
    visitor: Visitor, pushed: Push, world: World
) -> None:
    a, b = await of_both(pushed)
    number, bericht = world.rows(
        f"SELECT dossiernummer, bericht_id FROM inzending WHERE inzending_id = '{b}'"
    )[0]
    for zoek, sentence in (
        (str(number), f"Gezocht op dossiernummer {number}."),
        (bericht, f"Gezocht op berichtId of referentie {bericht}."),
        (b, f"Gezocht op berichtId of referentie {b}."),
        ("17gu", "Gezocht op BRIN 17GU."),
        ("duin", "Gezocht op een school of plaats met “duin” in de naam."),
    ):
        page = await visitor(Role.HELPDESK).page(f"/inzendingen?zoek={zoek}")
        assert (sentence in plain(page), ids(page)) == (True, [b]), zoek
    assert a


async def test_a_search_for_minus_one_says_what_to_do_instead(visitor: Visitor) -> None:
    page = await visitor(Role.HELPDESK).page("/inzendingen?zoek=-1")
    assert "-1 is geen nummer om op te zoeken" in page
    assert 'href="/inzendingen?status=afgewezen"' in page


async def test_a_reference_of_a_fault_is_explained_when_there_is_nothing_of_it(visitor: Visitor) -> None:
    page = await visitor(Role.HELPDESK).page(f"/inzendingen?zoek={new_inzending_id()}")
    assert "Er zijn geen inzendingen gevonden." in page
    assert "is de hulpvraag niet verwerkt, en ook niet afgewezen" in page


@pytest.mark.parametrize(
    "zoek", ["%00", "%", "'; DROP TABLE inzending;--", "x" * 3000, "٣٢DD", "%ff%fe", "\U0001f600"]
)
async def test_whatever_is_typed_is_answered(visitor: Visitor, pushed: Push, zoek: str) -> None:
    await pushed()
    assert (await visitor(Role.HELPDESK).get(f"/inzendingen?zoek={zoek}")).status_code == 200


async def test_each_status_lists_what_stands_so(visitor: Visitor, pushed: Push, world: World) -> None:
    refused = await pushed(achternaam="")
    waiting = await pushed(hulpvraag_id="hv-a")
    double = await pushed(hulpvraag_id="hv-a")
    delivered, dead = await pushed(), await pushed()
    with writing(world.engine) as connection:
        assert mark_delivered(connection, delivered) is not None
        assert mark_dead(connection, dead, "ZEGEL_ONGELDIG")
    browser = visitor(Role.HELPDESK)
    for status, found, words in (
        ("afgewezen", refused, "Afgewezen (-1)"),
        ("dubbel", double, "Dubbel"),
        ("wachtend", waiting, "Geaccepteerd, wacht op verzending"),
        ("bezorgd", delivered, "Bezorgd in Kindkans"),
        ("vastgelopen", dead, "Vastgelopen"),
    ):
        page = await browser.page(f"/inzendingen?status={status}")
        assert ids(page) == [found], status
        assert f">{words}</span>" in page
    assert ids(await browser.page("/inzendingen?status=gepubliceerd")) == []


async def test_reden_swv_omgeving_and_period_narrow_the_list(visitor: Visitor, pushed: Push) -> None:
    refused = await pushed(achternaam="", brin="zz")
    a, b = await of_both(pushed)
    browser = visitor(Role.HELPDESK)
    today = f"{inzendingen.utc_now().astimezone(inzendingen.AMSTERDAM):%Y-%m-%d}"
    for query, expected in (
        ("reden=BRIN_ONGELDIG", [refused]),
        ("reden=KOPPELING_INACTIEF", []),
        ("swv=swv-b", [b]),
        ("omgeving=omg-duin", [b]),
        (f"van={today}&tot={today}", [b, a, refused]),
        ("tot=2020-01-01", []),
        ("van=31-12-2099", []),
        (f"zoek=32DD&van={today}&swv=swv-a", [a]),
    ):
        assert ids(await browser.page(f"/inzendingen?{query}")) == expected, query


async def test_a_rejection_shows_minus_one_and_all_its_redenen(visitor: Visitor, pushed: Push) -> None:
    await pushed(achternaam="", brin="zz")
    text = plain(await visitor(Role.HELPDESK).page("/inzendingen?status=afgewezen"))
    assert "-1 Afgewezen (-1) BRIN ongeldig, Leerling onvolledig geen" in text or (
        "-1 Afgewezen (-1) Leerling onvolledig, BRIN ongeldig geen" in text
    )


@pytest.mark.parametrize(
    ("query", "field", "text"),
    [
        ("van=morgen", "van", "Dit is geen datum"),
        ("van=1234-01-01", "van", "Dit is geen datum"),
        ("tot=9999-12-31", "tot", "Dit is geen datum"),
        ("van=2026-02-02&tot=2026-02-01", "tot", "ligt voor de begindatum"),
        ("status=weg", "status", "Deze keuze bestaat niet"),
        ("reden=weg", "reden", "Deze keuze bestaat niet"),
        ("sorteer=weg", "sorteer", "Deze keuze bestaat niet"),
        ("omgeving=weg", "omgeving", "Er is geen ParnasSys-omgeving"),
        ("omgeving=a%00b", "omgeving", "Er is geen ParnasSys-omgeving"),
    ],
)
async def test_what_is_filled_in_wrongly_is_said_beside_its_field(
    visitor: Visitor, query: str, field: str, text: str
) -> None:
    for path in ("/inzendingen", "/inzendingen.csv"):
        response = await visitor(Role.HELPDESK).get(f"{path}?{query}&zoek=blijft")
        assert response.status_code == 422
        error = re.search(rf'<p class="error" id="fout-{field}">([^<]+)</p>', response.text)
        assert error is not None
        assert text in error[1]
        assert 'value="blijft"' in response.text


async def test_an_swv_that_there_is_not_is_not_found(visitor: Visitor) -> None:
    for swv in ("weg", "a%00b"):
        assert (await visitor(Role.HELPDESK).get(f"/inzendingen?swv={swv}")).status_code == 404


def test_every_reden_and_status_has_words() -> None:
    assert set(zoekvraag.REDENEN) == set(RedenCode)
    assert zoekvraag.REDENEN[RedenCode.BRIN_NIET_INGESTELD] == "BRIN niet ingesteld"
    assert set(zoekvraag.STANDEN) == set(zoekvraag.Stand)
