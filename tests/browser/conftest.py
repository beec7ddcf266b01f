"""One Chromium and one gateway for all tests of this folder; a person of any role, in any window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import pytest
from playwright.sync_api import Browser

from acceptance.process import Gateway, wait_for
from browser.chromium import open_chromium
from browser.desk import Desk, make_world, push_all
from browser.person import Person
from helpdesk.roles import Role

WIDE, NARROW = 1440, 360


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In one process: there is one gateway, and starting Chromium takes long."""
    for item in items:
        if "browser" in item.path.parent.name:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def desk(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A gateway with something of every kind in it. Stories change it: each has a school of its own."""
    gateway = Gateway(tmp_path_factory.mktemp("helpdesk"), {"EVENT_MAX_TRIES": "1"})
    make_world(gateway)
    desk = Desk(gateway)
    try:
        push_all(desk)
        wait_for(lambda: gateway.rows("SELECT 1 FROM outbox WHERE state = 'dood'"))
        yield desk
        gateway.stop()
    finally:
        gateway.close()


class Comes(Protocol):
    def __call__(
        self,
        role: Role | None,
        swv: str | None = None,
        *,
        width: int = WIDE,
        dark: bool = False,
        javascript: bool = True,
    ) -> Person: ...


@pytest.fixture
def comes(chromium: Browser, desk: Desk) -> Iterator[Comes]:
    """comes(Role.HELPDESK): somebody before a screen, logged in; comes(None) has not logged in.

    What a browser complains about fails the test: a dialog, a request to elsewhere, the CSP.
    """
    there: list[Person] = []

    def come(
        role: Role | None,
        swv: str | None = None,
        *,
        width: int = WIDE,
        dark: bool = False,
        javascript: bool = True,
    ) -> Person:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            locale="nl-NL",
        )
        if role is not None:
            token = desk.log_in(role, swv)
            context.add_cookies([{"name": "kindkans", "value": token, "url": desk.address}])
        there.append(Person(context, desk.address))
        return there[-1]

    yield come
    for person in there:
        person.context.close()
    assert [off for person in there for off in person.off] == []
