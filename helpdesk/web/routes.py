"""Every page there is. A page that is not in a tuple here does not exist."""

from __future__ import annotations

from helpdesk.pages import audit, herstel, inzending, leerling, login, mijn_account, overzicht, verplaats, waar
from helpdesk.web.page import Page

PAGES: tuple[Page, ...] = (
    *audit.PAGES,
    *herstel.PAGES,
    *inzending.PAGES,
    *leerling.PAGES,
    *login.PAGES,
    *mijn_account.PAGES,
    *overzicht.PAGES,
    *verplaats.PAGES,
    *waar.PAGES,
)
