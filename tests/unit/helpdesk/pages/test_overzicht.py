"""The first page: the figures are of what was really pushed, and of nobody else's SWV."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from components.intake_world import World
from database.engine import writing
from database.outbox import mark_dead, mark_delivered
from database.schema import koppeling
from helpdesk.pages.overzicht import day_borders
from helpdesk.roles import Role
from unit.helpdesk.pages.conftest import Visitor
from unit.helpdesk.pages.listed import IN_B, Push, links, plain


def tiles(page: str) -> dict[str, tuple[str, str]]:
    """Per figure: the number, and what stands below it."""
    found = re.findall(
        r'<div class="card"><h3>(.*?)</h3><p class="figure">(.*?)</p><p class="muted">(.*?)</p></div>',
        page,
        re.S,
    )
    return {plain(name): (number, plain(below)) for name, number, below in found}


async def test_the_figures_are_of_what_was_pushed(visitor: Visitor, pushed: Push, world: World) -> None:
    delivered, dead = await pushed(), await pushed()
    await pushed(hulpvraag_id="hv-1")
    await pushed(hulpvraag_id="hv-1")
    await pushed(achternaam="", geboortedatum="")
    await pushed(brin="zz", achternaam="")
    with writing(world.engine) as connection:
        assert mark_delivered(connection, delivered) is not None
        assert mark_dead(connection, dead, "ZEGEL_ONGELDIG")
    page = await visitor(Role.HELPDESK).page("/")
    found = tiles(page)
    assert found["Geaccepteerd"] == ("3", "vandaag; 3 in 7 dagen")
    assert found["Afgewezen (-1)"] == ("2", "vandaag; 2 in 7 dagen")
    assert found["Dubbel verstuurd"] == ("1", "vandaag; 1 in 7 dagen")
    assert found["Bezorgd in Kindkans"] == ("1", "vandaag; 1 in 7 dagen")
    assert found["Wacht op bezorging"][0] == "1"
    assert re.fullmatch(r"de oudste wacht \d+ \w+", found["Wacht op bezorging"][1])
    assert found["Vastgelopen"] == ("1", "Los dit op")
    assert "Leerling onvolledig de school 2 2" in plain(page)
    assert "BRIN ongeldig de school 1 1" in plain(page)
    assert "1 hulpvraag is wel geaccepteerd, maar komt niet vanzelf in Kindkans." in plain(page)
    assert "ZEGEL_ONGELDIG (1)" in plain(page)
    assert "/herstel" in links(page)


async def test_every_link_with_a_filter_leads_to_a_list_that_has_it(visitor: Visitor, pushed: Push) -> None:
    for _ in range(3):
        last = await pushed(achternaam="")
    for role, swv in ((Role.HELPDESK, None), (Role.APPLICATIEBEHEERDER, "swv-a")):
        browser = visitor(role, swv)
        lists = [link for link in links(await browser.page("/")) if link.startswith("/inzendingen?")]
        assert len(lists) >= 4
        for link in lists:
            listed = await browser.page(link)
            if "reden=" in link or "afgewezen" in link:
                assert f"/inzendingen/{last}" in links(listed), link


async def test_an_applicatiebeheerder_sees_the_figures_of_its_own_swv_only(
    visitor: Visitor, pushed: Push, world: World
) -> None:
    dead = await pushed(**IN_B)
    with writing(world.engine) as connection:
        assert mark_dead(connection, dead, "ZEGEL_ONGELDIG")
    for _ in range(3):
        await pushed(**IN_B, achternaam="")
    await pushed()
    own = await visitor(Role.APPLICATIEBEHEERDER, "swv-a").page("/")
    assert tiles(own)["Geaccepteerd"][0] == "1"
    assert {tiles(own)[name][0] for name in ("Afgewezen (-1)", "Vastgelopen")} == {"0"}
    assert "Er is nu niets dat aandacht vraagt." in own
    assert "Het Duin" not in own
    assert "Deze cijfers gaan over uw eigen samenwerkingsverband." in own
    other = await visitor(Role.APPLICATIEBEHEERDER, "swv-b").page("/")
    assert [tiles(other)[name][0] for name in ("Geaccepteerd", "Afgewezen (-1)", "Vastgelopen")] == [
        "1",
        "3",
        "1",
    ]
    assert "Het Duin" in other


async def test_a_school_that_keeps_getting_one_reden_is_named_until_it_is_accepted(
    visitor: Visitor, pushed: Push
) -> None:
    browser = visitor(Role.HELPDESK)
    for _ in range(2):
        await pushed(achternaam="")
    assert "steeds dezelfde reden" not in await browser.page("/")
    last = await pushed(achternaam="")
    page = await browser.page("/")
    assert "De Es 32DD Leerling onvolledig de school 3" in plain(page)
    assert f"/inzendingen/{last}" in links(page)
    link = next(link for link in links(page) if link.startswith("/inzendingen?zoek=32DD&"))
    assert "omgeving=omg-es&reden=LEERLING_ONVOLLEDIG&van=" in link
    assert (await browser.page(link)).count('<th scope="row"') == 3
    await pushed()
    assert "steeds dezelfde reden" not in await browser.page("/")


async def test_a_koppeling_that_nobody_ever_used_is_named(
    visitor: Visitor, pushed: Push, world: World
) -> None:
    await pushed()
    browser = visitor(Role.HELPDESK)
    assert "nog nooit zijn gebruikt" not in await browser.page("/")  # it was made just now
    with writing(world.engine) as connection:
        month = timedelta(days=30) // timedelta(milliseconds=1)
        connection.execute(update(koppeling).values(changed_ms=koppeling.c.changed_ms - month))
    page = await browser.page("/")
    assert "/beheer/koppelingen/k-duin" in links(page)
    assert "17GU De Kust" in plain(page)
    assert "/beheer/koppelingen/k-es" not in links(page)
    assert "k-duin" not in await visitor(Role.APPLICATIEBEHEERDER, "swv-a").page("/")
    own = await visitor(Role.APPLICATIEBEHEERDER, "swv-b").page("/")
    assert "nog nooit zijn gebruikt" in own
    assert "/beheer/koppelingen/k-duin" not in links(own)  # not a page for this role


async def test_a_quiet_day_says_so(visitor: Visitor) -> None:
    page = await visitor(Role.HELPDESK).page("/")
    assert "Er is nu niets dat aandacht vraagt." in page
    assert "In de laatste 7 dagen is er geen hulpvraag afgewezen." in page
    assert tiles(page)["Wacht op bezorging"] == ("0", "er wacht nu niets")


async def test_the_live_part_comes_without_the_page_around_it(visitor: Visitor, pushed: Push) -> None:
    await pushed()
    browser = visitor(Role.HELPDESK)
    page = await browser.page("/")
    assert 'class="live" hx-get="/" hx-trigger="every 10s" hx-swap="innerHTML"' in page
    part = await browser.get("/", **{"HX-Request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.text
    assert tiles(part.text) == tiles(page)
    assert part.text.count("<svg") == 2


async def test_it_can_be_kept_still(visitor: Visitor) -> None:
    page = await visitor(Role.HELPDESK).page("/?live=nee")
    assert "hx-get" not in page
    assert 'href="/">Weer vanzelf bijwerken' in page


async def test_an_auditor_goes_to_the_audit(visitor: Visitor) -> None:
    response = await visitor(Role.AUDITOR).get("/")
    assert (response.status_code, response.headers["location"]) == (303, "/audit")


async def test_the_name_of_a_school_is_text_and_no_html(visitor: Visitor, pushed: Push) -> None:
    for _ in range(3):
        await pushed('"><script>alert(1)</script>', achternaam="")
    page = await visitor(Role.HELPDESK).page("/")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_days_are_those_of_amsterdam_also_when_the_clock_is_put_back() -> None:
    borders = day_borders(datetime(2026, 10, 25, 23, 30, tzinfo=UTC))  # 26 October there
    assert len(borders) == 8
    assert borders[-1] == datetime(2026, 10, 26, 23, tzinfo=UTC)
    assert borders[-2] == datetime(2026, 10, 25, 23, tzinfo=UTC)
    assert borders[-3] == datetime(2026, 10, 24, 22, tzinfo=UTC)  # a day of 25 hours
