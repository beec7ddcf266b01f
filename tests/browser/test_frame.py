"""The frame by keyboard, and without JavaScript."""

from __future__ import annotations

from browser.conftest import Comes
from helpdesk.roles import Role


def test_the_first_tab_is_the_way_to_the_content(comes: Comes) -> None:
    person = comes(Role.HELPDESK)
    person.visit("/")
    person.page.keyboard.press("Tab")

    assert person.page.evaluate("() => document.activeElement.textContent") == "Naar de inhoud"
    assert person.page.locator(":focus").is_visible()
    person.page.keyboard.press("Enter")
    assert person.page.evaluate("() => document.activeElement.id") == "inhoud"
    assert person.violations() == []
