"""The helpdesk: its pages, on a port of their own."""

from __future__ import annotations

from sqlalchemy import Engine

from gateway.guard import Guard
from gateway.observers import PageLog, RefusalLog
from gateway.roles.shared import Shared
from gateway.servers import HttpServer
from gateway.settings import Settings
from helpdesk.app import helpdesk_app
from helpdesk.desk import Desk
from helpdesk.status.prometheus import Prometheus
from helpdesk.store_api import StoreApi
from storage.seal import Seal
from web.login import Login
from web.oidc import Oidc
from web.oidc_provider import OidcSettings


def helpdesk_server(shared: Shared, engine: Engine) -> HttpServer:
    settings = shared.settings
    refusals = RefusalLog("helpdesk", shared.metrics)
    server = shared.http(settings.helpdesk_port, refusals)
    desk = Desk(
        engine=engine,
        seal=shared.seal,
        limits=settings.limits,
        login=Login(engine, shared.seal),
        silences=shared.silences,
        oidc=_oidc(settings, shared.seal),
        prometheus=Prometheus(settings.prometheus_url) if settings.prometheus_url else None,
        store=_store(settings),
        behind_proxy=settings.helpdesk_behind_proxy,
        address=settings.helpdesk_url.rstrip("/") or server.url,
    )
    server.app = Guard(
        helpdesk_app(desk, PageLog()),
        deadline_seconds=settings.request_deadline_seconds,
        on_refused=refusals.refused,
    )
    return server


def _store(settings: Settings) -> StoreApi | None:
    """Raises ConfigurationError."""
    if not settings.kindkans_api_url:
        return None
    return StoreApi(settings.kindkans_api_url, settings.kindkans_api_key)


def _oidc(settings: Settings, seal: Seal) -> Oidc | None:
    """None if there is no identity provider; raises ConfigurationError for half of one."""
    if not settings.oidc_issuer:
        return None
    return Oidc(
        OidcSettings(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            role_claim=settings.oidc_role_claim,
            swv_claim=settings.oidc_swv_claim,
            scope=settings.oidc_scope,
        ),
        seal,
    )
