"""Every page of the core store: WCAG 2.2 AA by axe-core on the narrowest telephone, and it fits there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from browser.conftest import NARROW, open_window
from browser.person import Person
from browser.store_tour import NO_PAGES, STOPS, every_path, fill, patterns
from faq.bezoeker import log_in
from faq.wereld import Wereld


@pytest.fixture(scope="module")
def tour(chromium: Browser, wereld: Wereld) -> Iterator[tuple[Person, dict[str, str]]]:
    """Somebody who may see all of them, and what is in the paths."""
    root = wereld.account("Rik Rondleiding", "root", swv=None)
    made = fill(wereld, root)
    person = Person(open_window(chromium, width=NARROW), wereld.address("kindkans"))
    log_in(person, root)
    yield person, made
    person.context.close()
    assert person.off == []


def test_every_page_of_the_store_is_on_the_tour() -> None:
    assert {*STOPS, *NO_PAGES} == patterns()


@pytest.mark.parametrize("path", every_path())
def test_a_page_of_the_store_has_no_violation_of_wcag_and_fits(
    tour: tuple[Person, dict[str, str]], path: str
) -> None:
    person, made = tour
    person.visit(path.format_map(made))
    assert person.page.get_by_role("heading", level=1).count() == 1
    assert person.violations() == []
    assert person.too_wide <= 0, person.widest
