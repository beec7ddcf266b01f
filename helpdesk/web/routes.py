"""Every page there is. A page that is not in a tuple here does not exist."""

from __future__ import annotations

from helpdesk.pages import login, mijn_account, overzicht
from helpdesk.web.page import Page

PAGES: tuple[Page, ...] = (*login.PAGES, *mijn_account.PAGES, *overzicht.PAGES)
