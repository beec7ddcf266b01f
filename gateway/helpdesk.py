"""The helpdesk's app, from settings."""

from __future__ import annotations

from sqlalchemy import Engine
from starlette.types import ASGIApp

from gateway.guard import Guard
from gateway.observers import PageLog, RefusalLog
from gateway.settings import Settings
from helpdesk.login import Login
from helpdesk.oidc import Oidc
from helpdesk.oidc_provider import OidcSettings
from helpdesk.web.app import helpdesk_app
from helpdesk.web.desk import Desk
from storage.seal import Seal


def helpdesk(settings: Settings, engine: Engine, seal: Seal, served: str, refusals: RefusalLog) -> ASGIApp:
    """`served` is the address of the server itself: what browsers use where HELPDESK_URL is empty."""
    desk = Desk(
        engine=engine,
        seal=seal,
        limits=settings.limits,
        login=Login(engine, seal),
        oidc=_oidc(settings, seal),
        behind_proxy=settings.helpdesk_behind_proxy,
        address=settings.helpdesk_url.rstrip("/") or served,
    )
    return Guard(
        helpdesk_app(desk, PageLog()),
        deadline_seconds=settings.request_deadline_seconds,
        on_refused=refusals.refused,
    )


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
