"""The list of inzendingen: what is found, by whom, in which order, and what is left of a pupil's name."""

from __future__ import annotations

import asyncio
import csv
import html
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from components.intake_world import World
from database.engine import reading, writing
from database.organisaties import Swv
from database.outbox import mark_dead, mark_delivered
from dossier.dossier import Dossier
from dossier.identifiers import InzendingId, OmgevingId, SwvId, new_inzending_id
from dossier.reden import RedenCode
from helpdesk import administration as admin
from helpdesk.pages import inzendingen, zoekvraag
from helpdesk.roles import Person, Role
from unit.conftest import MakeDossier
from unit.helpdesk.pages.conftest import Visitor

HELPDESK = Person(actor="lokaal:h", naam="H", role=Role.HELPDESK)
A, B = "De Es", "Het Duin"


@pytest.fixture
def two_swvs(world: World) -> World:
    """swv-b beside swv-a, with a school of its own in an omgeving of its own."""
    world.change(admin.put_swv, Swv(swv_id=SwvId("swv-b"), naam="De Kust"))
    world.list_school("17GU00")
    world.organisatie("duin", "swv-b", "17GU")
    world.koppeling("k-duin", "omg-duin", "swv-b", "17GU")
    return world


@pytest.fixture
def pushed(two_swvs: World, make_dossier: MakeDossier) -> Callable[..., Any]:
    """Pushes a dossier of a school with this name; returns the inzending's id."""

    async def push(naam: str = A, omgeving: str = "omg-es", **fields: Any) -> InzendingId:
        inzending_id = new_inzending_id()
        fields = {"hulpvraag_id": f"hv-{inzending_id}", **fields}
        await two_swvs.push(
            named(make_dossier(**fields), naam), omgeving=OmgevingId(omgeving), inzending_id=inzending_id
        )
        return inzending_id

    return push


def named(dossier: Dossier, naam: str) -> Dossier:
    return replace(dossier, school=replace(dossier.school, naam=naam))


def ids(page: str) -> list[str]:
    return re.findall(r'<th scope="row" class="when"><a href="/inzendingen/([0-9a-f]{32})">', page)


def link(page: str, text: str) -> str | None:
    found = re.search(rf'<a class="button quiet" rel="\w+" href="([^"]+)">{text}</a>', page)
    return html.unescape(found[1]) if found else None


def plain(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


async def of_both(pushed: Callable[..., Any]) -> tuple[InzendingId, InzendingId]:
    return await pushed(), await pushed(B, "omg-duin", brin="17GU")


# Who sees what ---------------------------------------------------------------------------------


async def test_a_helpdesk_sees_every_swv_and_an_applicatiebeheerder_only_its_own(
    visitor: Visitor, pushed: Callable[..., Any]
) -> None:
    a, b = await of_both(pushed)
    assert ids(await visitor(Role.HELPDESK).page("/inzendingen")) == [b, a]
    page = await visitor(Role.APPLICATIEBEHEERDER, "swv-b").page("/inzendingen")
    assert ids(page) == [b]
    assert A not in page
    assert "De Heuvels" not in page


async def test_an_applicatiebeheerder_finds_nothing_of_another_swv_by_its_exact_number_or_name(
    visitor: Visitor, pushed: Callable[..., Any], world: World
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


# What the box understands ----------------------------------------------------------------------


async def test_the_page_says_how_it_understood_the_search(
    visitor: Visitor, pushed: Callable[..., Any], world: World
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
async def test_whatever_is_typed_is_answered(visitor: Visitor, pushed: Callable[..., Any], zoek: str) -> None:
    await pushed()
    assert (await visitor(Role.HELPDESK).get(f"/inzendingen?zoek={zoek}")).status_code == 200


# Filters ---------------------------------------------------------------------------------------


async def test_each_status_lists_what_stands_so(
    visitor: Visitor, pushed: Callable[..., Any], world: World
) -> None:
    refused = await pushed(achternaam="")
    waiting = await pushed(hulpvraag_id="hv-a")
    double = await pushed(hulpvraag_id="hv-a")
    delivered, dead = await pushed(), await pushed()
    with writing(world.engine) as connection:
        assert mark_delivered(connection, delivered)
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


async def test_reden_swv_omgeving_and_period_narrow_the_list(
    visitor: Visitor, pushed: Callable[..., Any]
) -> None:
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


async def test_a_rejection_shows_minus_one_and_all_its_redenen(
    visitor: Visitor, pushed: Callable[..., Any]
) -> None:
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


# Order and pages -------------------------------------------------------------------------------


async def test_a_column_sorts_both_ways_and_says_so(visitor: Visitor, pushed: Callable[..., Any]) -> None:
    first = await pushed("Bb")
    second = await pushed("Aa")
    refused = await pushed("Cc", achternaam="")
    browser = visitor(Role.HELPDESK)
    for sorteer, expected, said in (
        ("", [refused, second, first], "descending"),
        ("ontvangen", [first, second, refused], "ascending"),
        ("school", [second, first, refused], "ascending"),
        ("-school", [refused, first, second], "descending"),
        ("dossiernummer", [first, second, refused], "ascending"),
        ("-dossiernummer", [second, first, refused], "descending"),
    ):
        page = await browser.page(f"/inzendingen?sorteer={sorteer}")
        assert ids(page) == expected, sorteer
        assert page.count(f'aria-sort="{said}"') == 1
    page = await browser.page("/inzendingen?zoek=32DD&sorteer=school")
    assert 'href="/inzendingen?zoek=32DD&amp;sorteer=-school"' in page


@pytest.mark.parametrize("sorteer", ["", "ontvangen", "school", "-dossiernummer"])
async def test_the_pages_go_to_the_end_and_back_and_hold_every_row_once(
    visitor: Visitor, pushed: Callable[..., Any], sorteer: str
) -> None:
    made = await asyncio.gather(*(pushed(f"School {n % 7}", achternaam="Abc"[: n % 4]) for n in range(104)))
    await pushed(B, "omg-duin", brin="17GU")
    browser = visitor(Role.HELPDESK)
    path: str | None = f"/inzendingen?swv=swv-a&sorteer={sorteer}"
    pages: list[tuple[str, list[str]]] = []
    last = ""
    while path is not None:
        last = await browser.page(path)
        pages.append((path, ids(last)))
        path = link(last, "Volgende")
    assert [len(rows) for _, rows in pages] == [50, 50, 4]
    assert sorted(row for _, rows in pages for row in rows) == sorted(made)
    for _, rows in reversed(pages[:-1]):
        back = link(last, "Vorige")
        assert back is not None
        last = await browser.page(back)
        assert ids(last) == rows
    assert link(last, "Vorige") is None


@pytest.mark.parametrize("na", ["x", "%00", "W10", "x" * 20_000])
async def test_a_cursor_that_is_none_of_ours_shows_the_first_page(
    visitor: Visitor, pushed: Callable[..., Any], na: str
) -> None:
    made = await pushed()
    assert ids(await visitor(Role.HELPDESK).page(f"/inzendingen?na={na}")) == [made]


# What schools type -----------------------------------------------------------------------------


async def test_what_a_school_typed_is_text_and_no_html(visitor: Visitor, pushed: Callable[..., Any]) -> None:
    evil = "\"><script>alert(1)</script><img src=x onerror='x'>{{ 7*7 }}"
    await pushed(evil)
    browser = visitor(Role.HELPDESK)
    for page in (await browser.page("/inzendingen"), await browser.page(f"/inzendingen?zoek={evil}")):
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "{{ 7*7 }}" in page


# The export ------------------------------------------------------------------------------------


def rows_of(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))


async def test_the_export_has_the_rows_of_the_list_and_leaves_a_trace(
    visitor: Visitor, pushed: Callable[..., Any], world: World
) -> None:
    a, _ = await of_both(pushed)
    refused = await pushed('De; "Es"', achternaam="", brin="zz")
    browser = visitor(Role.HELPDESK)
    response = await browser.get("/inzendingen.csv?swv=swv-a&zoek=es&sorteer=ontvangen")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="inzendingen-\d{4}-\d\d-\d\d\.csv"', response.headers["content-disposition"]
    )
    assert response.headers["cache-control"] == "no-store"
    rows = rows_of(response.content.decode())
    assert rows[0][:3] == ["Ontvangen", "School", "BRIN"]
    assert [row[-1] for row in rows[1:]] == [a, refused]
    assert rows[2][1] == 'De; "Es"'
    assert rows[2][4:6] == ["geen (-1)", "Afgewezen (-1)"]
    assert response.text.count("\r\n") == 3
    (row,) = world.rows("SELECT actor, subject, detail FROM audit WHERE action = 'export_inzendingen'")
    assert row == ("lokaal:pietje helpdesk", "inzendingen", "swv=swv-a zoek=woorden")


@pytest.mark.parametrize("naam", ["=1+1", "+31", "-2", "@SUM(A1)", "=cmd|' /C calc'!A0"])
async def test_no_cell_of_the_export_is_a_formula(
    visitor: Visitor, pushed: Callable[..., Any], naam: str
) -> None:
    await pushed(naam)
    rows = rows_of((await visitor(Role.HELPDESK).get("/inzendingen.csv")).content.decode())
    assert rows[1][1] == f"'{naam}"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


async def test_an_export_that_is_cut_off_says_so_in_its_last_row(
    visitor: Visitor, pushed: Callable[..., Any], desk: Any
) -> None:
    for _ in range(3):
        await pushed()
    visit: Any = FakeVisit(desk.engine)
    vraag = zoekvraag.read(lambda name: "", HELPDESK)

    def exported(most: int, at_once: int) -> list[tuple[object, ...]]:
        with reading(desk.engine) as connection:
            first = inzendingen.search(connection, vraag.filter, vraag.sort, None, at_once)
        return list(inzendingen.export_rows(visit, vraag, first, most))

    assert len(exported(3, 3)) == len(exported(4, 1)) == len(exported(3, 1)) == 3
    for at_once in (1, 2, 3):
        *rows, last = exported(2, at_once)
        assert len(rows) == 2
        assert "Dit zijn de eerste 2 inzendingen; er zijn er meer." in str(last[0])


class FakeVisit:
    """Of a visit, what outlives its request: a database to read."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def reading(self) -> Any:
        return reading(self._engine)


# A pupil's surname -----------------------------------------------------------------------------


def everything_in(world: World, tables: Iterable[str]) -> str:
    return "\n".join(str(world.rows(f"SELECT * FROM {table}")) for table in tables)


async def test_a_surname_finds_its_inzendingen_and_is_left_nowhere(
    visitor: Visitor, pushed: Callable[..., Any], world: World
) -> None:
    made = await pushed(achternaam="Zuiderént")
    await pushed(achternaam="Noorderlicht")
    response = await visitor(Role.HELPDESK).post("/inzendingen", achternaam="  zuiderent ")
    assert response.status_code == 200
    assert ids(response.text) == [made]
    assert response.headers["cache-control"] == "no-store"
    assert "zuider" not in str(response.url).lower()
    assert "location" not in response.headers
    for target in re.findall(r'(?:href|action|hx-get|src)="([^"]*)"', response.text):
        assert "zuider" not in target.lower()
    assert "zuider" not in (re.search(r"<title>.*</title>", response.text) or [""])[0].lower()
    (row,) = world.rows("SELECT actor, subject, detail FROM audit WHERE action = 'surname_searched'")
    assert row == ("lokaal:pietje helpdesk", "inzendingen", "gevonden=1")
    assert "zuider" not in everything_in(world, ("audit", "sessie", "inzending")).lower()


async def test_a_surname_search_keeps_the_filters_and_the_own_swv(
    visitor: Visitor, pushed: Callable[..., Any]
) -> None:
    a = await pushed(achternaam="Zuiderent")
    b = await pushed(B, "omg-duin", brin="17GU", achternaam="Zuiderent")
    refused = await pushed(achternaam="Zuiderent", geboortedatum="")
    helpdesk = visitor(Role.HELPDESK)
    assert ids((await helpdesk.post("/inzendingen", achternaam="Zuiderent")).text) == [refused, b, a]
    page = await helpdesk.page("/inzendingen?status=afgewezen&zoek=es")
    form = next(f for f in re.findall(r"<form.*?</form>", page, re.S) if 'name="achternaam"' in f)
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    assert set(hidden) == {"csrf", "status"}
    filtered = await helpdesk.post("/inzendingen", achternaam="Zuiderent", status=hidden["status"])
    assert ids(filtered.text) == [refused]
    own = await visitor(Role.APPLICATIEBEHEERDER, "swv-b").post("/inzendingen", achternaam="Zuiderent")
    assert ids(own.text) == [b]
    foreign = visitor(Role.APPLICATIEBEHEERDER, "swv-b")
    assert (await foreign.post("/inzendingen", achternaam="Zuiderent", swv="swv-a")).status_code == 404


async def test_a_word_in_the_box_never_finds_a_pupil(visitor: Visitor, pushed: Callable[..., Any]) -> None:
    await pushed(achternaam="Zuiderent")
    page = await visitor(Role.HELPDESK).page("/inzendingen?zoek=Zuiderent")
    assert ids(page) == []
    assert "Typ hier geen naam van een leerling" in page


@pytest.mark.parametrize("naam", ["", "   ", "x" * 201])
async def test_a_surname_that_is_none_is_asked_for_again(visitor: Visitor, world: World, naam: str) -> None:
    response = await visitor(Role.HELPDESK).post("/inzendingen", achternaam=naam)
    assert response.status_code == 422
    assert 'id="fout-achternaam"' in response.text
    assert world.count("audit", "action = 'surname_searched'") == 0


async def test_a_surname_with_many_inzendingen_has_pages_too(
    visitor: Visitor, pushed: Callable[..., Any]
) -> None:
    made = await asyncio.gather(*(pushed(achternaam="Jansen") for _ in range(53)))
    browser = visitor(Role.HELPDESK)
    first = (await browser.post("/inzendingen", achternaam="Jansen")).text
    na = re.search(r'name="na" value="([^"]+)">Volgende', first)
    assert na is not None
    second = (await browser.post("/inzendingen", achternaam="Jansen", na=na[1])).text
    assert sorted(ids(first) + ids(second)) == sorted(made)


def test_every_reden_and_status_has_words() -> None:
    assert set(zoekvraag.REDENEN) == set(RedenCode)
    assert zoekvraag.REDENEN[RedenCode.BRIN_NIET_INGESTELD] == "BRIN niet ingesteld"
    assert set(zoekvraag.STANDEN) == set(zoekvraag.Stand)
