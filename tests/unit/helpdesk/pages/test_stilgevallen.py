"""A koppeling that fell silent is shown to who can ask the school, with what was normal for it."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta

import pytest

from components.intake_world import World
from components.silences import endless_kalender, put_koppeling, put_pushes, was_set_long_ago, weekly
from database.engine import open_engine, writing
from dossier.timestamps import day_in_amsterdam, utc_now
from helpdesk.desk import Desk
from helpdesk.roles import Role
from helpdesk.silence_words import in_words
from routing.regio import Regio
from routing.rhythm import Silence
from routing.schoolvakanties import Schoolkalender, Vakantie
from unit.helpdesk.pages.conftest import Visitor
from unit.helpdesk.pages.listed import Push, links, plain
from web.render import day

_SOME_TIME_AGO = utc_now() - timedelta(days=60)  # some 40 school days, whatever day it is today
LAST = _SOME_TIME_AGO - timedelta(days=max(0, _SOME_TIME_AGO.weekday() - 4))  # no weekend
TITLE = "Koppelingen die zijn stilgevallen"


@pytest.fixture
def silent(world: World, pushed: Push) -> None:
    """k-duin of swv-b, for 17GU."""
    with writing(world.engine) as connection:
        was_set_long_ago(connection, "k-duin")
        was_set_long_ago(connection, "k-es")
        put_pushes(connection, weekly(LAST), brin="17GU", omgeving_id="omg-duin")
        put_pushes(connection, [*weekly(utc_now() - timedelta(days=2))], brin="32DD", omgeving_id="omg-es")


def row(page: str) -> str:
    part = page[page.index(TITLE) :]
    return plain(part[part.index("<tbody>") : part.index("</tbody>")])


@pytest.mark.usefixtures("silent")
async def test_it_stands_on_the_overzicht_with_what_was_normal(visitor: Visitor) -> None:
    page = await visitor(Role.HELPDESK).page("/")
    told = re.fullmatch(
        rf"omg-duin 17GU De Kust {day(LAST)} (\d+) stuurde gemiddeld elke 5 schooldagen iets,"
        r" en hooguit 4 schooldagen achter elkaar niets",
        row(page),
    )
    assert told, row(page)
    assert 30 <= int(told[1]) <= 46
    assert "/beheer/koppelingen/k-duin" in links(page)
    assert "Er is nu niets dat aandacht vraagt." not in page


@pytest.mark.usefixtures("silent")
async def test_an_applicatiebeheerder_sees_the_silence_of_its_own_swv_only(visitor: Visitor) -> None:
    other = await visitor(Role.APPLICATIEBEHEERDER, "swv-a").page("/")
    assert TITLE not in other
    assert "Er is nu niets dat aandacht vraagt." in other
    own = await visitor(Role.APPLICATIEBEHEERDER, "swv-b").page("/")
    assert "omg-duin 17GU De Kust" in row(own)
    assert "/beheer/koppelingen/k-duin" not in links(own)  # not a page for this role


@pytest.mark.usefixtures("silent")
async def test_its_own_page_says_so_until_something_comes(visitor: Visitor, pushed: Push) -> None:
    browser = visitor(Role.HELPDESK)
    page = plain(await browser.page("/beheer/koppelingen/k-duin"))
    told = re.search(
        r"Deze koppeling is stilgevallen: al (\d+) schooldagen niets\. Ze stuurde gemiddeld", page
    )
    assert told
    assert 30 <= int(told[1]) <= 46
    assert "stilgevallen" not in await browser.page("/beheer/koppelingen/k-es")
    await pushed("Het Duin", "omg-duin", brin="17GU")
    assert "stilgevallen" not in await browser.page("/beheer/koppelingen/k-duin")


@pytest.mark.usefixtures("silent")
async def test_what_was_remembered_is_not_shown_of_a_koppeling_that_is_off_or_moved_since(
    visitor: Visitor, world: World
) -> None:
    helpdesk, own = visitor(Role.HELPDESK), visitor(Role.APPLICATIEBEHEERDER, "swv-b")
    assert TITLE in await helpdesk.page("/")
    with writing(world.engine) as connection:
        connection.exec_driver_sql("UPDATE koppeling SET swv_id = 'swv-a' WHERE koppeling_id = 'k-duin'")
    assert TITLE not in await own.page("/")
    assert TITLE in await helpdesk.page("/")
    with writing(world.engine) as connection:
        connection.exec_driver_sql("UPDATE koppeling SET status = 'inactief' WHERE koppeling_id = 'k-duin'")
    assert TITLE not in await helpdesk.page("/")


@pytest.mark.usefixtures("silent")
async def test_of_very_many_the_latest_are_listed_and_the_rest_is_counted(
    visitor: Visitor, world: World
) -> None:
    with writing(world.engine) as connection:
        for n in range(22):
            put_koppeling(connection, f"k-{n}", f"{n:02}XX", omgeving_id="omg-duin", swv_id="swv-b")
            moments = weekly(LAST - timedelta(days=n + 1))
            put_pushes(connection, moments, brin=f"{n:02}XX", omgeving_id="omg-duin")
    page = await visitor(Role.HELPDESK).page("/")
    part = page[page.index(TITLE) :]
    assert part[: part.index("</table>")].count('<th scope="row"') == 20
    assert "En nog 3, die langer stil zijn." in page
    assert row(page).startswith("omg-duin 17GU")


async def test_a_quiet_school_by_itself_is_never_called_silent(visitor: Visitor, world: World) -> None:
    with writing(world.engine) as connection:
        was_set_long_ago(connection, "k-es")
        put_pushes(connection, weekly(LAST, 6), brin="32DD", omgeving_id="omg-es")
    page = await visitor(Role.HELPDESK).page("/")
    assert TITLE not in page
    assert "Er is nu niets dat aandacht vraagt." in page


async def test_what_could_not_be_found_is_said(visitor: Visitor, desk: Desk) -> None:
    nowhere = open_engine("sqlite:////nowhere/at/all.db")
    assert desk.silences.found(nowhere) is None
    nowhere.dispose()
    page = await visitor(Role.HELPDESK).page("/")
    assert "Of er koppelingen zijn stilgevallen, kon nu niet worden nagegaan." in page
    assert "Er is nu niets dat aandacht vraagt." not in page


def until(end: date) -> Schoolkalender:
    days = (date(2000, 1, 1), end)
    return Schoolkalender(
        Vakantie(schooljaar="", naam="", regio=regio, van=day, tot=day) for regio in Regio for day in days
    )


async def test_who_can_do_something_is_told_that_the_calendar_ends_soon(visitor: Visitor, desk: Desk) -> None:
    today = day_in_amsterdam(utc_now())
    desk.silences.kalender = until(today + timedelta(days=184))
    helpdesk = visitor(Role.HELPDESK)
    assert "De gateway kent de schoolvakanties" not in await helpdesk.page("/")
    for days in (180, -30):
        end = today + timedelta(days=days)
        desk.silences.kalender = until(end)
        page = html.unescape(await helpdesk.page("/"))
        assert re.search(rf"schoolvakanties tot en met \w\w {end.day} \w\w\w {end.year}\.", page)
        assert "Er is nu niets dat aandacht vraagt." not in page
    assert "De gateway kent" not in await visitor(Role.APPLICATIEBEHEERDER, "swv-a").page("/")
    desk.silences.kalender = endless_kalender()


@pytest.mark.parametrize(
    ("usual", "longest", "words"),
    [
        (1.0, 0, "stuurde bijna elke schooldag iets, en sloeg geen schooldag over"),
        (1.4, 1, "stuurde bijna elke schooldag iets, en sloeg hooguit 1 schooldag over"),
        (
            3.6,
            9,
            "stuurde gemiddeld elke 4 schooldagen iets, en hooguit 9 schooldagen achter elkaar niets",
        ),
    ],
)
def test_what_was_normal_in_words(usual: float, longest: int, words: str) -> None:
    assert in_words(Silence(last=LAST.date(), school_days=30, usual=usual, longest=longest)) == words
