"""A pupil's surname finds inzendingen, and is left in no URL, audit or table."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable

import pytest

from components.intake_world import World
from helpdesk.roles import Role
from unit.helpdesk.pages.conftest import Visitor
from unit.helpdesk.pages.listed import IN_B, Push, ids


def everything_in(world: World, tables: Iterable[str]) -> str:
    return "\n".join(str(world.rows(f"SELECT * FROM {table}")) for table in tables)


async def test_a_surname_finds_its_inzendingen_and_is_left_nowhere(
    visitor: Visitor, pushed: Push, world: World
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


async def test_a_surname_search_keeps_the_filters_and_the_own_swv(visitor: Visitor, pushed: Push) -> None:
    a = await pushed(achternaam="Zuiderent")
    b = await pushed(**IN_B, achternaam="Zuiderent")
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


async def test_a_word_in_the_box_never_finds_a_pupil(visitor: Visitor, pushed: Push) -> None:
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


async def test_a_surname_with_many_inzendingen_has_pages_too(visitor: Visitor, pushed: Push) -> None:
    made = await asyncio.gather(*(pushed(achternaam="Jansen") for _ in range(53)))
    browser = visitor(Role.HELPDESK)
    first = (await browser.post("/inzendingen", achternaam="Jansen")).text
    na = re.search(r'name="na" value="([^"]+)">Volgende', first)
    assert na is not None
    second = (await browser.post("/inzendingen", achternaam="Jansen", na=na[1])).text
    assert sorted(ids(first) + ids(second)) == sorted(made)
