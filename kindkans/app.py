"""The store as an ASGI app: its pages, in the frame that they share with the helpdesk's, and its JSON API."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from kindkans.api.app import api_app
from kindkans.pages.routes import PAGES
from kindkans.pages.sites import DossierSite
from kindkans.pages.visit import Visit
from web.app import Observer, site_app
from web.headers import Headers


def kindkans_app(site: DossierSite, observer: Observer | None = None) -> ASGIApp:
    return _Beside(pages=site_app(site, PAGES, Visit, observer), api=Headers(api_app(site, observer)))


class _Beside:
    """A cookie opens the pages, a key the API; neither opens the other."""

    def __init__(self, *, pages: ASGIApp, api: ASGIApp) -> None:
        self._pages = pages
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_api = scope["type"] == "http" and (scope["path"] + "/").startswith("/api/")
        await (self._api if is_api else self._pages)(scope, receive, send)
