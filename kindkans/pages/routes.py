"""Every page there is. A page that is not in a tuple here does not exist.

The first that matches answers: a fixed path stands before one with a parameter.
"""

from __future__ import annotations

from kindkans.pages import (
    audit,
    beheer,
    beheer_account_nieuw,
    beheer_account_wijzigen,
    beheer_accounts,
    bijlagen,
    dossier,
    dubbel,
    hulpvragen,
    kengetallen,
    mijn_account,
    notities,
    organisaties,
    rollen,
    rollen_wijzigen,
    start,
    tab_aanpak,
    tab_inhoud,
    tab_overlegronde,
    tab_tlv,
    tab_vergadering,
    uitleg,
    vergadering,
    vergaderingen,
    verwijderen,
)
from kindkans.pages.visit import Visit
from web import login_page
from web.page import Page

PAGES: tuple[Page[Visit], ...] = (
    *start.PAGES,
    *login_page.PAGES,
    *hulpvragen.PAGES,
    *tab_inhoud.PAGES,
    *bijlagen.PAGES,
    *tab_overlegronde.PAGES,
    *tab_vergadering.PAGES,
    *tab_aanpak.PAGES,
    *tab_tlv.PAGES,
    *notities.PAGES,
    *verwijderen.PAGES,
    *dubbel.PAGES,
    *dossier.PAGES,
    *vergaderingen.PAGES,
    *vergadering.PAGES,
    *kengetallen.PAGES,
    *beheer.PAGES,
    *rollen_wijzigen.PAGES,
    *rollen.PAGES,
    *beheer_account_nieuw.PAGES,
    *beheer_accounts.PAGES,
    *beheer_account_wijzigen.PAGES,
    *organisaties.PAGES,
    *uitleg.PAGES,
    *audit.PAGES,
    *mijn_account.PAGES,
)
