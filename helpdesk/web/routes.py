"""Every page there is. A page that is not in a tuple here does not exist."""

from __future__ import annotations

from helpdesk.pages import (
    beheer,
    beheer_organisatie_wijzigen,
    beheer_organisaties,
    overzicht,
)
from helpdesk.web.page import Page

PAGES: tuple[Page, ...] = (
    *overzicht.PAGES,
    *beheer.PAGES,
    *beheer_organisatie_wijzigen.PAGES,
    *beheer_organisaties.PAGES,
)
