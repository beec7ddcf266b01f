"""The core store's pages and API, on a port of their own, in the process that takes its events."""

from __future__ import annotations

from gateway.guard import Guard
from gateway.observers import PageLog, RefusalLog
from gateway.roles.shared import Shared
from gateway.servers import HttpServer
from kindkans.app import kindkans_app
from kindkans.pages.sites import DossierSite
from web.login import Login


def kindkans_server(shared: Shared) -> HttpServer:
    settings = shared.settings
    refusals = RefusalLog("kindkans", shared.metrics)
    server = shared.http(settings.kindkans_port, refusals)
    site = DossierSite(
        engine=shared.store_engine,
        seal=shared.seal,
        login=Login(shared.store_engine, shared.seal),
        objects=shared.store_objects,
        behind_proxy=settings.kindkans_behind_proxy,
        address=settings.kindkans_url.rstrip("/") or server.url,
    )
    server.app = Guard(
        kindkans_app(site, PageLog()),
        deadline_seconds=settings.request_deadline_seconds,
        on_refused=refusals.refused,
    )
    return server
