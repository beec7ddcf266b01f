"""Something on a tab that is removed: asked first, and only if it is still as it was when that was asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from dossier.identifiers import Dossiernummer
from kindkans.dossiers.refusals import NotThere
from kindkans.pages import dossier
from kindkans.pages.invoer import WEG
from kindkans.pages.visit import Visit
from kindkans.rights.words import Tab
from web.errors import NotHere
from web.page import Page

Look = Callable[[Visit, Connection, Dossiernummer], tuple[object, ...]]
"""What it is now. Raises NotThere."""
Remove = Callable[[Visit, Connection, Dossiernummer], None]


def pages(
    path: str, tab: Tab, titel: str, uitleg: str, look: Look, remove: Remove
) -> tuple[Page[Visit], ...]:
    def ask(visit: Visit) -> Response:
        number = visit.number()
        with visit.writing() as connection:
            besluit = visit.change(connection, number, tab)
            visit.see(connection, number, tab)
            state = _there(look, visit, connection, number)
            kop = dossier.kop_of(visit, connection, besluit, tab)
        return visit.page(
            "zeker.html",
            kop=kop,
            titel=titel,
            uitleg=uitleg,
            actie=visit.request.url.path,
            slot=visit.lock(*state),
        )

    def do(visit: Visit) -> Response:
        number = visit.number()
        with visit.writing() as connection:
            visit.change(connection, number, tab)
            visit.check_lock(*_there(look, visit, connection, number))
            _there(remove, visit, connection, number)
        return visit.redirect(f"/dossiers/{number}/{tab}", gedaan="verwijderd")

    return Page(path=path, handler=ask), Page(path=path, handler=do, method="POST")


def _there(work: Callable[[Visit, Connection, Dossiernummer], Any], *args: Any) -> Any:
    try:
        return work(*args)
    except NotThere:
        raise NotHere(WEG) from None
