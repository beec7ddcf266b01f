"""The status page without Prometheus: what it says is what was really pushed, of nobody else's SWV."""

from __future__ import annotations

import re
import time

import pytest
from sqlalchemy import update

from components.intake_world import World
from database.engine import writing
from database.outbox import mark_dead, mark_delivered
from database.schema import outbox
from helpdesk.roles import Role
from unit.helpdesk.pages.conftest import Visitor
from unit.helpdesk.pages.listed import IN_B, Push, plain

MINUTE_MS = 60_000


def tiles(page: str) -> dict[str, tuple[str, str]]:
    """Per figure: the number, and what stands below it."""
    found = re.findall(
        r'<div class="card"><h3>(.*?)</h3><p class="figure">(.*?)</p><p class="muted">(.*?)</p></div>',
        page,
        re.S,
    )
    return {plain(name): (number, plain(below)) for name, number, below in found}


def verdict(page: str) -> str:
    found = re.search(r'<section class="\w+" aria-labelledby="oordeel">(.*?)</section>', page, re.S)
    assert found
    return plain(found[1])


def table(page: str, title: str) -> list[list[str]]:
    """The figures below a chart, the latest hour first."""
    [body] = re.findall(rf'aria-label="Cijfers van {title}">.*?<tbody>(.*?)</tbody>', page, re.S)
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.S)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]


def received(page: str) -> list[int]:
    """Accepted, dubbel and rejected, of all hours: one may just have begun."""
    counts = [[int(cell) for cell in row[1:]] for row in table(page, "Ontvangen per uur")]
    return [sum(column) for column in zip(*counts, strict=True)]


def accepted_ago(world: World, event_id: str, ms: int = 500) -> None:
    """The clock of that intake stands still, years ago."""
    with writing(world.engine) as connection:
        when = update(outbox).where(outbox.c.event_id == event_id)
        connection.execute(when.values(created_ms=time.time_ns() // 1_000_000 - ms))


async def test_the_figures_are_of_what_was_pushed(visitor: Visitor, pushed: Push, world: World) -> None:
    fast, slow = await pushed(), await pushed()
    await pushed(hulpvraag_id="hv-1")
    await pushed(hulpvraag_id="hv-1")
    await pushed(achternaam="")
    accepted_ago(world, fast)
    accepted_ago(world, slow, 90_000)
    with writing(world.engine) as connection:
        mark_delivered(connection, fast)
        mark_delivered(connection, slow)
    page = await visitor(Role.HELPDESK).page("/status")

    assert received(page) == [3, 1, 1]
    assert len(table(page, "Ontvangen per uur")) == 24
    assert tiles(page)["Binnen een minuut bezorgd"][0] == "50 %"
    assert tiles(page)["Binnen een minuut bezorgd"][1].startswith("Niet gehaald")
    assert "99 van de 100 binnen 1,5 min" in tiles(page)["Tijd tot bezorgd"][1]
    assert tiles(page)["Wacht op bezorging"][0] == "1"


async def test_all_that_arrives_in_time_is_well(visitor: Visitor, pushed: Push, world: World) -> None:
    delivered = await pushed()
    accepted_ago(world, delivered)
    with writing(world.engine) as connection:
        mark_delivered(connection, delivered)
    page = await visitor(Role.HELPDESK).page("/status")

    assert verdict(page).startswith("Ja, het gaat goed")
    assert "Zo was het de hele periode." in verdict(page)
    assert tiles(page)["Binnen een minuut bezorgd"][0] == "100 %"


async def test_nothing_received_is_neither_well_nor_wrong(visitor: Visitor, world: World) -> None:
    page = await visitor(Role.HELPDESK).page("/status")

    assert verdict(page).startswith("Er is niets te beoordelen")
    assert tiles(page)["Tijd tot bezorgd"] == ("geen", "er is het afgelopen uur niets bezorgd")


async def test_what_is_dead_is_told_with_the_way_to_repair_it(
    visitor: Visitor, pushed: Push, world: World
) -> None:
    dead = await pushed()
    with writing(world.engine) as connection:
        mark_dead(connection, dead, "ZEGEL_ONGELDIG")
    page = await visitor(Role.HELPDESK).page("/status")

    assert "1 hulpvraag is geaccepteerd, maar komt niet vanzelf in Kindkans." in verdict(page)
    assert re.search(r"Sinds \w\w \d", verdict(page))
    assert '<a href="/herstel">Bekijk en herstel wat is vastgelopen</a>' in page


@pytest.mark.parametrize(
    ("minutes", "words"), [(2, "Let op: bezorgen duurt nu langer"), (20, "Nee, het gaat niet goed")]
)
async def test_what_waits_too_long_is_told(
    visitor: Visitor, pushed: Push, world: World, minutes: int, words: str
) -> None:
    waiting = await pushed()
    accepted_ago(world, waiting, minutes * MINUTE_MS)
    page = await visitor(Role.HELPDESK).page("/status")

    assert verdict(page).startswith(words)
    assert "Er wacht 1 hulpvraag op bezorging." in verdict(page)
    assert tiles(page)["Wacht op bezorging"][1] == f"de oudste wacht {minutes} minuten"


async def test_an_applicatiebeheerder_sees_the_own_swv_only(
    visitor: Visitor, pushed: Push, world: World
) -> None:
    await pushed(**IN_B)
    await pushed(**IN_B)
    dead = await pushed(**IN_B)
    with writing(world.engine) as connection:
        mark_dead(connection, dead, "ZEGEL_ONGELDIG")
    own = await visitor(Role.APPLICATIEBEHEERDER, "swv-a").page("/status")
    theirs = await visitor(Role.APPLICATIEBEHEERDER, "swv-b").page("/status")

    assert verdict(own).startswith("Er is niets te beoordelen")
    assert received(own) == [0, 0, 0]
    assert received(theirs) == [3, 0, 0]
    assert tiles(theirs)["Vastgelopen"][0] == "1"
    assert "/status/service" not in own


async def test_the_part_that_renews_itself_is_no_page(visitor: Visitor, world: World) -> None:
    response = await visitor(Role.HELPDESK).get("/status?periode=7d", **{"HX-Request": "true"})
    still = await visitor(Role.HELPDESK).page("/status?live=nee")

    assert response.status_code == 200
    assert "<html" not in response.text
    assert "De laatste 7 dagen" in response.text
    assert "hx-get" not in still


@pytest.mark.parametrize("path", ["/status?periode=jaar", "/status/service?periode=jaar"])
async def test_a_period_that_there_is_not_is_refused(visitor: Visitor, world: World, path: str) -> None:
    assert (await visitor(Role.HELPDESK).get(path)).status_code == 422


async def test_without_prometheus_a_dashboard_says_what_it_needs(visitor: Visitor, world: World) -> None:
    browser = visitor(Role.HELPDESK)

    assert "PROMETHEUS_URL" in await browser.page("/status/service")
    assert (await browser.get("/status/onbekend")).status_code == 404


@pytest.mark.parametrize("role", [Role.HELPDESK, Role.APPLICATIEBEHEERDER])
async def test_a_dashboard_is_for_who_sees_every_swv(visitor: Visitor, world: World, role: Role) -> None:
    browser = visitor(role, "swv-a")

    assert (await browser.get("/status/service")).status_code == 403
    assert (await browser.get("/status/onbekend")).status_code == 403
