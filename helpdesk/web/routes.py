"""Every page there is. A page that is not in a tuple here does not exist."""

from __future__ import annotations

from helpdesk.pages import audit, overzicht, waar
from helpdesk.web.page import Page

PAGES: tuple[Page, ...] = (*overzicht.PAGES, *waar.PAGES, *audit.PAGES)
