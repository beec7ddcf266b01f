"""Beheer > Accounts > Rollen en rechten: each role with its type, and what it may (FAQ 10)."""

from __future__ import annotations

from starlette.responses import Response

from kindkans.pages.rollen_woorden import SYSTEEM, in_words
from kindkans.pages.visit import Visit
from kindkans.rights.counting import accounts_per_rol
from kindkans.rights.rollen import list_rollen
from kindkans.rights.words import Lid, RolType, Systeemrecht
from web.account_pages import LIST
from web.page import Page

ROLLEN = f"{LIST}/rollen"


def rollen(visit: Visit) -> Response:
    with visit.reading() as connection:
        found = list_rollen(connection)
        aantallen = accounts_per_rol(connection)
    return visit.page(
        "beheer_rollen.html",
        rollen=[(rol, in_words(rol)) for rol in found],
        aantallen=aantallen,
        wijzigt=may_change(visit.person),
        SYSTEEM=SYSTEEM,
    )


def may_change(lid: Lid) -> bool:
    return lid.rol.type is RolType.SUPER and lid.may(Systeemrecht.ROLLEN)


PAGES = (Page(path=ROLLEN, handler=rollen, right=Systeemrecht.ACCOUNTS),)
