"""Every page there is. A page that is not in a tuple here does not exist.

The first that matches answers: a fixed path stands before one with a parameter.
"""

from __future__ import annotations

from helpdesk.pages import (
    audit,
    beheer,
    beheer_account_nieuw,
    beheer_account_wijzigen,
    beheer_accounts,
    beheer_brin,
    beheer_brin_inlezen,
    beheer_brin_wijzigen,
    beheer_herstellijst,
    beheer_koppeling_nieuw,
    beheer_koppeling_wijzigen,
    beheer_koppelingen,
    beheer_organisatie_wijzigen,
    beheer_organisaties,
    beheer_swvs,
    herstel,
    inzending,
    inzendingen,
    leerling,
    overzicht,
    status,
    verplaats,
    waar,
    zichtbaarheid,
)
from helpdesk.visit import Visit
from web import login_page, mijn_account
from web.page import Page

PAGES: tuple[Page[Visit], ...] = (
    *overzicht.PAGES,
    *status.PAGES,
    *inzendingen.PAGES,
    *inzending.PAGES,
    *leerling.PAGES,
    *zichtbaarheid.PAGES,
    *verplaats.PAGES,
    *herstel.PAGES,
    *waar.PAGES,
    *beheer.PAGES,
    *beheer_organisatie_wijzigen.PAGES,
    *beheer_organisaties.PAGES,
    *beheer_koppeling_nieuw.PAGES,
    *beheer_koppelingen.PAGES,
    *beheer_koppeling_wijzigen.PAGES,
    *beheer_brin_wijzigen.PAGES,
    *beheer_brin_inlezen.PAGES,
    *beheer_brin.PAGES,
    *beheer_swvs.PAGES,
    *beheer_herstellijst.PAGES,
    *beheer_account_nieuw.PAGES,
    *beheer_accounts.PAGES,
    *beheer_account_wijzigen.PAGES,
    *audit.PAGES,
    *login_page.PAGES,
    *mijn_account.PAGES,
)
