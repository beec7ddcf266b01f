"""The first page: how it goes today, and what needs attention first."""

from __future__ import annotations

from starlette.responses import Response

from helpdesk.web.page import Page
from helpdesk.web.visit import Visit


def overzicht(visit: Visit) -> Response:
    return visit.page("overzicht.html")


PAGES = (Page(path="/", handler=overzicht),)
