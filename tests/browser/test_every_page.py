"""Every page there is: WCAG 2.2 AA by axe-core; by Tab; without JavaScript.

All rules on the wide page in light colours; what may differ on a narrow one or in dark colours, there too.

`PICTURES=docs/img` writes a picture of each while it is looked at.
"""

from __future__ import annotations

import pytest

from browser.conftest import NARROW, WIDE, Regular
from browser.desk import Desk
from browser.pictures import take_picture
from browser.tour import NO_PAGES, STOPS, Stop, every_stop, patterns

BY_WIDTH = ("color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block")
stops = pytest.mark.parametrize("stop", [pytest.param(stop, id=stop.name) for stop in every_stop()])


def test_every_page_of_the_helpdesk_is_on_the_tour() -> None:
    assert {*STOPS, *NO_PAGES} == patterns()


@stops
def test_a_page_has_no_violation_of_wcag_and_fits(regular: Regular, desk: Desk, stop: Stop) -> None:
    person = regular(stop.role)
    person.page.emulate_media(color_scheme="light")
    person.visit(stop.at(desk), stop.status)
    found: dict[str, list[str]] = {}
    for width, rules in ((WIDE, ()), (NARROW, BY_WIDTH)):
        person.page.set_viewport_size({"width": width, "height": 900})
        if stop.pictured:
            take_picture(person, stop.name, width)
        found[f"{width} px, light"] = person.violations(*rules)
        if person.too_wide > 0:
            found[f"{width} px"] = [f"{person.too_wide} px too wide: {person.widest}"]
    person.page.emulate_media(color_scheme="dark")  # the same page in other colours
    found["dark"] = person.violations("color-contrast")

    assert {where: wrong for where, wrong in found.items() if wrong} == {}


@stops
def test_a_page_says_without_javascript_what_it_says_with_it(
    regular: Regular, desk: Desk, stop: Stop
) -> None:
    bare = regular(stop.role, javascript=False)
    bare.visit(stop.at(desk), stop.status)

    assert bare.page.get_by_role("heading", level=1).count() == 1
    assert bare.without_words() == []


@stops
def test_all_that_can_be_done_on_a_page_is_reached_by_tab_and_shows_where_one_is(
    regular: Regular, desk: Desk, stop: Stop
) -> None:
    person = regular(stop.role)
    person.page.set_viewport_size({"width": WIDE, "height": 900})
    person.visit(stop.at(desk), stop.status)
    hidden = person.tab_through()

    assert hidden == []
    assert person.not_reached() == []
