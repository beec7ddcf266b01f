"""A browser before the helpdesk: the real app on a real database, without a socket between."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from html import unescape
from typing import Any

import httpx
import pytest

from components.intake_world import World
from components.silences import endless_kalender
from database.engine import reading, writing
from database.silence_memory import SilenceMemory
from dossier.identifiers import SwvId
from helpdesk.app import helpdesk_app
from helpdesk.desk import Desk
from helpdesk.roles import Person, Role
from unit.conftest import MakeDossier
from unit.helpdesk.pages.listed import Push, add_swv_b, pusher
from validators.limits import Limits
from web.app import Observer
from web.login import Login
from web.sessions import Sessions

ADDRESS = "http://helpdesk.test"


class Browser:
    """One person's. Follows no redirect by itself; sends what a browser sends with a form."""

    def __init__(self, desk: Desk, client: httpx.AsyncClient, token: str = "") -> None:
        self.desk = desk
        self.client = client
        self.token = token

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers=headers)

    async def page(self, path: str) -> str:
        """Its text; it must be there."""
        response = await self.get(path)
        assert response.status_code == 200, (path, response.status_code, response.text[-800:])
        return response.text

    async def post(self, path: str, /, *, csrf: str | None = None, **fields: Any) -> httpx.Response:
        """A form of ours: with Origin and the session's token, unless told otherwise."""
        if csrf is None and self.token:
            with reading(self.desk.engine) as connection:
                session = self.desk.sessions.find(connection, self.token)
            csrf = session.csrf if session is not None else ""
        files = {name: value for name, value in fields.items() if isinstance(value, tuple)}
        data = {name: value for name, value in fields.items() if name not in files}
        return await self.client.post(
            path, data={"csrf": csrf or "", **data}, files=files or None, headers={"Origin": ADDRESS}
        )

    async def submit(self, path: str, action: str, /, **fields: Any) -> httpx.Response:
        """The form on the page `path` that posts to `action`, with its hidden fields and these."""
        html = await self.page(path)
        form = next(f for f in re.findall(r"<form.*?</form>", html, re.S) if f'action="{action}"' in f)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        return await self.post(action, **{**{n: unescape(v) for n, v in hidden.items()}, **fields})


def fields_of(html: str) -> dict[str, str]:
    """The hidden fields of the form on a page that asks for confirmation, to post more than once."""
    main = html[html.index("<main") :]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main)
    return {name: unescape(value) for name, value in found}


Visitor = Callable[..., Browser]


class Recorder:
    """The observer of the app: what failed."""

    def __init__(self) -> None:
        self.failures: list[tuple[str, BaseException]] = []

    def failed(self, reference: str, path: str, error: BaseException) -> None:
        self.failures.append((path, error))


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(
        engine=world.engine,
        seal=world.seal,
        limits=Limits(),
        address=ADDRESS,
        login=Login(world.engine, world.seal),
        silences=SilenceMemory(kalender=endless_kalender()),
    )


@pytest.fixture
async def visitor(desk: Desk, recorder: Observer) -> AsyncIterator[Visitor]:
    """visitor(Role.HELPDESK), visitor(Role.APPLICATIEBEHEERDER, "swv-a"); visitor() has not logged in.

    A page that failed by our own fault fails the test.
    """
    clients: list[httpx.AsyncClient] = []
    app = helpdesk_app(desk, recorder)

    def make(role: Role | None = None, swv: str | None = None, naam: str = "") -> Browser:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS)
        clients.append(client)
        if role is None:
            return Browser(desk, client)
        naam = naam or f"Pietje {role.value}"
        person = Person(
            actor=f"lokaal:{naam.lower()}", naam=naam, role=role, swv_id=SwvId(swv) if swv else None
        )
        with writing(desk.engine) as connection:
            token = Sessions().start(connection, person.who)
        client.cookies.set(desk.cookie, token)
        return Browser(desk, client, token)

    yield make
    for client in clients:
        await client.aclose()
    failures = getattr(recorder, "failures", [])
    assert not failures, failures


@pytest.fixture
def pushed(world: World, make_dossier: MakeDossier) -> Push:
    """Pushes for "De Es" of swv-a, or with IN_B for "Het Duin" of swv-b."""
    add_swv_b(world)
    return pusher(world, make_dossier)
