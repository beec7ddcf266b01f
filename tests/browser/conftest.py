"""One Chromium and one gateway for all tests of this folder; a person of any role, in any window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext

from acceptance.process import Gateway, wait_for
from browser.chromium import open_chromium
from browser.desk import Desk, make_world, push_all
from browser.person import Person
from components.kindkans_api import account_with_key
from components.postgres import free_port
from faq.wereld import Wereld
from gateway.databases import open_store_database
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
    gateway.environment |= _store_to_ask(gateway)
    desk = Desk(gateway)
    try:
        push_all(desk)
        wait_for(lambda: gateway.rows("SELECT 1 FROM outbox WHERE state = 'dood'"))
        yield desk
        gateway.stop()
    finally:
        gateway.close()


def _store_to_ask(gateway: Gateway) -> dict[str, str]:
    """The settings by which the helpdesk asks the core store, of the same gateway, who sees a dossier."""
    engine = open_store_database(gateway.settings)
    key = account_with_key(engine, "helpdesk", "uitleg")
    engine.dispose()
    port = str(free_port())
    url = f"http://127.0.0.1:{port}"
    return {
        "KINDKANS_PAGES": "true",
        "KINDKANS_PORT": port,
        "KINDKANS_API_URL": url,
        "KINDKANS_API_KEY": key,
    }


@pytest.fixture(scope="package")
def wereld(desk: Desk) -> Wereld:
    """The same gateway, as the stories of the FAQ know it."""
    return Wereld(desk.gateway)


class Comes(Protocol):
    def __call__(
        self,
        role: Role | None,
        swv: str | None = None,
        *,
        width: int = WIDE,
        dark: bool = False,
        javascript: bool = True,
        naam: str = "",
    ) -> Person: ...


def open_window(
    chromium: Browser, *, width: int = WIDE, dark: bool = False, javascript: bool = True
) -> BrowserContext:
    return chromium.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        java_script_enabled=javascript,
        locale="nl-NL",
        timezone_id="Europe/Amsterdam",
    )


def _log_in(context: BrowserContext, desk: Desk, role: Role | None, swv: str | None, naam: str) -> None:
    if role is not None:
        token = desk.log_in(role, swv, naam)
        context.add_cookies([{"name": "kindkans", "value": token, "url": desk.address}])


@pytest.fixture(scope="package")
def _regulars(chromium: Browser, desk: Desk) -> dict[tuple[Role | None, bool], Person]:
    return {}


Regular = Callable[..., Person]


@pytest.fixture
def regular(
    chromium: Browser, desk: Desk, _regulars: dict[tuple[Role | None, bool], Person]
) -> Iterator[Regular]:
    """regular(Role.HELPDESK): as `comes`, in a window that is left open for the next test."""

    def come(role: Role | None, *, javascript: bool = True) -> Person:
        key = (role, javascript)
        if key not in _regulars:
            context = open_window(chromium, javascript=javascript)
            _log_in(context, desk, role, None, "")
            _regulars[key] = Person(context, desk.address)
        return _regulars[key]

    yield come
    wrong = [off for person in _regulars.values() for off in person.off]
    for person in _regulars.values():
        person.off.clear()
    assert wrong == []


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
        naam: str = "",
    ) -> Person:
        context = open_window(chromium, width=width, dark=dark, javascript=javascript)
        _log_in(context, desk, role, swv, naam)
        there.append(Person(context, desk.address))
        return there[-1]

    yield come
    for person in there:
        person.context.close()
    assert [off for person in there for off in person.off] == []
