"""The order of the list, its pages, and what schools typed in it."""

from __future__ import annotations

import asyncio

import pytest

from helpdesk.roles import Role
from unit.helpdesk.pages.conftest import Visitor
from unit.helpdesk.pages.listed import IN_B, Push, ids, link


async def test_a_column_sorts_both_ways_and_says_so(visitor: Visitor, pushed: Push) -> None:
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
    visitor: Visitor, pushed: Push, sorteer: str
) -> None:
    made = await asyncio.gather(*(pushed(f"School {n % 7}", achternaam="Abc"[: n % 4]) for n in range(104)))
    await pushed(**IN_B)
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
    visitor: Visitor, pushed: Push, na: str
) -> None:
    made = await pushed()
    assert ids(await visitor(Role.HELPDESK).page(f"/inzendingen?na={na}")) == [made]


async def test_what_a_school_typed_is_text_and_no_html(visitor: Visitor, pushed: Push) -> None:
    evil = "\"><script>alert(1)</script><img src=x onerror='x'>{{ 7*7 }}"
    await pushed(evil)
    browser = visitor(Role.HELPDESK)
    for page in (await browser.page("/inzendingen"), await browser.page(f"/inzendingen?zoek={evil}")):
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "{{ 7*7 }}" in page
