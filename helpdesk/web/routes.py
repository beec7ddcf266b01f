"""Every page there is. A page that is not in a tuple here does not exist."""

from __future__ import annotations

from helpdesk.pages import (
    beheer,
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
    leerling,
    overzicht,
    verplaats,
)
from helpdesk.web.page import Page

PAGES: tuple[Page, ...] = (
    *overzicht.PAGES,
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
    *inzending.PAGES,
    *leerling.PAGES,
    *herstel.PAGES,
    *verplaats.PAGES,
)
