"""The status page and both dashboards of a gateway under load, with a Prometheus that scraped it.

`PICTURES=docs/img` writes their pictures.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from browser.chromium import open_chromium
from browser.conftest import NARROW, WIDE
from browser.desk import Desk
from browser.person import Person
from browser.pictures import take_picture
from components.postgres import free_port
from helpdesk.roles import Role
from helpdesk.status.panels import DASHBOARDS
from monitoring.watched import Watched

# The first test starts six processes and sends to them.
pytestmark = [pytest.mark.xdist_group("monitoring"), pytest.mark.timeout(600)]
_HIGHEST = 2_600  # of a picture


@pytest.fixture(scope="module")
def person(seen: Watched) -> Iterator[Person]:
    """A beheerder at a helpdesk more, which knows where that Prometheus is."""
    port = str(free_port())
    address = f"http://127.0.0.1:{port}"
    seen.gateway.start_with("helpdesk-2", PROMETHEUS_URL=seen.prometheus.url, HELPDESK_PORT=port)
    with open_chromium() as chromium:
        context = chromium.new_context(locale="nl-NL", timezone_id="Europe/Amsterdam")
        token = Desk(seen.gateway).log_in(Role.BEHEERDER)
        context.add_cookies([{"name": "kindkans", "value": token, "url": address}])
        person = Person(context, address)
        yield person
        context.close()
    seen.gateway.stop("helpdesk-2")
    assert person.off == []


@pytest.fixture
def found(person: Person) -> Iterator[dict[str, list[str]]]:
    """What is wrong, per width and light; it must be nothing."""
    wrong: dict[str, list[str]] = {}
    yield wrong
    assert {where: what for where, what in wrong.items() if what} == {}


def look(person: Person, width: int, found: dict[str, list[str]]) -> None:
    person.page.set_viewport_size({"width": width, "height": 900})
    person.page.emulate_media(color_scheme="dark")
    found[f"{width} px, dark"] = person.violations("color-contrast")  # the same page in other colours
    person.page.emulate_media(color_scheme="light")
    found[f"{width} px, light"] = person.violations()
    if person.too_wide > 0:
        found[f"{width} px"] = [f"{person.too_wide} px too wide: {person.widest}"]


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_status_tells_what_prometheus_knows(
    person: Person, found: dict[str, list[str]], width: int
) -> None:
    person.visit("/status")
    person.sees("er is iets vastgelopen", "Bron van het verloop: Prometheus", "Langste wachttijd per uur")
    look(person, width, found)
    take_picture(person, "status", width, highest=_HIGHEST, colours=64)


@pytest.mark.parametrize("key", DASHBOARDS)
def test_a_dashboard_has_no_violation_of_wcag_and_fits(
    person: Person, found: dict[str, list[str]], key: str
) -> None:
    person.visit(f"/status/{key}?periode=5m")
    person.sees_not("gaf op deze vraag geen antwoord")
    assert person.page.locator("svg path.lijn, svg path.vlak").count() > 3
    for width in (NARROW, WIDE):
        look(person, width, found)
    take_picture(person, key, WIDE, file=f"dashboard-{key}.png", highest=_HIGHEST, colours=64)


def test_the_figures_of_a_chart_are_opened_by_keyboard(person: Person, found: dict[str, list[str]]) -> None:
    person.visit("/status?live=nee")
    person.page.set_viewport_size({"width": NARROW, "height": 900})
    first = person.page.locator("summary").first
    first.focus()
    person.page.keyboard.press("Enter")

    assert person.page.locator("details[open] table").first.is_visible()
    found["opened"] = person.violations()
    assert person.too_wide <= 0
