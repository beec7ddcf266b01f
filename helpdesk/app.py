"""The helpdesk as an ASGI app: its pages in the frame that it shares."""

from __future__ import annotations

from starlette.types import ASGIApp

from helpdesk.desk import Desk
from helpdesk.routes import PAGES
from helpdesk.visit import Visit
from web.app import Observer, site_app


def helpdesk_app(desk: Desk, observer: Observer | None = None) -> ASGIApp:
    return site_app(desk, PAGES, Visit, observer)
