"""The first page: where everybody begins."""

from __future__ import annotations

from starlette.responses import Response

from kindkans.pages.visit import Visit
from web.page import Page


def start(visit: Visit) -> Response:
    return visit.redirect("/dossiers")


PAGES = (Page(path="/", handler=start),)
