"""A browser before the store: the real app on a real database, without a socket between."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from database.engine import reading, writing
from database.migrate import History
from kindkans.app import kindkans_app
from kindkans.pages.sites import DossierSite
from kindkans.rights.words import Lid
from storage.seal import Seal
from unit.kindkans.pages.shop import ADDRESS, Shop, forms
from web.person import Who


class Browser:
    """One person's. Follows no redirect by itself; sends what a browser sends with a form."""

    def __init__(self, site: DossierSite, client: httpx.AsyncClient, token: str = "") -> None:
        self.site = site
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
            with reading(self.site.engine) as connection:
                session = self.site.sessions.find(connection, self.token)
            csrf = session.csrf if session is not None else ""
        return await self.client.post(path, data={"csrf": csrf or "", **fields}, headers={"Origin": ADDRESS})

    async def submit(self, path: str, action: str, /, **fields: Any) -> httpx.Response:
        """The form on the page `path` that posts to `action`, with its hidden fields and these."""
        return await self.post(action, **{**forms(await self.page(path))[action], **fields})


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
def folder(tmp_path: Path) -> Path:
    """Where the bijlagen are."""
    return tmp_path / "bijlagen"


@pytest.fixture
def shop(new_sqlite: Callable[[History], str], seal: Seal, folder: Path) -> Iterator[Shop]:
    """On one dialect: the statements are tested on both. Empty."""
    made = Shop(new_sqlite(History.KINDKANS), seal, folder)
    yield made
    made.engine.dispose()


@pytest.fixture
async def visitor(shop: Shop, recorder: Recorder) -> AsyncIterator[Visitor]:
    """visitor(lid); visitor() has not logged in. A page that failed by our own fault fails the test."""
    clients: list[httpx.AsyncClient] = []
    app = kindkans_app(shop.site, recorder)

    def make(lid: Lid | None = None) -> Browser:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS)
        clients.append(client)
        if lid is None:
            return Browser(shop.site, client)
        who = Who(actor=lid.actor, naam=lid.naam, rol=lid.rol.rol_id, swv_id=lid.swv_id)
        with writing(shop.engine) as connection:
            token = shop.site.sessions.start(connection, who, lid.account_id)
        client.cookies.set(shop.site.cookie, token)
        return Browser(shop.site, client, token)

    yield make
    for client in clients:
        await client.aclose()
    assert not recorder.failures, recorder.failures
