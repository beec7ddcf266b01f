"""The helpdesk's app, from settings."""

from __future__ import annotations

from sqlalchemy import Engine
from starlette.types import ASGIApp

from gateway.guard import Guard
from gateway.observers import PageLog, RefusalLog
from gateway.settings import Settings
from helpdesk.web.app import helpdesk_app
from helpdesk.web.desk import Desk
from storage.seal import Seal


def helpdesk(settings: Settings, engine: Engine, seal: Seal, served: str, refusals: RefusalLog) -> ASGIApp:
    """`served` is the address of the server itself: what browsers use where HELPDESK_URL is empty."""
    desk = Desk(
        engine=engine,
        seal=seal,
        limits=settings.limits,
        address=settings.helpdesk_url.rstrip("/") or served,
    )
    return Guard(
        helpdesk_app(desk, PageLog()),
        deadline_seconds=settings.request_deadline_seconds,
        on_refused=refusals.refused,
    )
