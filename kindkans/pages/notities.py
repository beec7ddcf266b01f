"""Notities: what somebody writes for themselves, on the tab of a dossier and all together (FAQ 4).

For everybody else they do not exist. They stay their author's, also when the hulpvraag was deleted or its
dossier may not be seen any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from dossier.identifiers import Dossiernummer
from kindkans.dossiers import notities as n
from kindkans.dossiers.notities import Notitie, NotitieId
from kindkans.dossiers.refusals import NotThere
from kindkans.dossiers.search import seen_of
from kindkans.pages import dossier
from kindkans.pages.invoer import LONG_FORM_BYTES, WEG, Invoer, attempt
from kindkans.pages.visit import Visit
from kindkans.rights.decision import Besluit
from kindkans.rights.words import Tab
from web.errors import NotHere
from web.page import Page

TAB = Tab.NOTITIES
_TAB_PATH = f"{dossier.PATH}/{TAB}"
_PATH = "/notities"
_ONE = f"{_PATH}/{{id}}"
_VELDEN = ("notitie",)


def tab(visit: Visit) -> Response:
    return _tab(visit, Invoer.first(_VELDEN), 200)


def toevoegen(visit: Visit) -> Response:
    number, invoer = visit.number(), Invoer.typed(visit, _VELDEN)

    def change(connection: Connection) -> None:
        visit.change(connection, number, TAB)
        visit.check_lock(*_state_of_tab(visit, connection, number))
        n.add_notitie(connection, visit.site.seal, visit.person.account_id, number, invoer.waarden["notitie"])

    return attempt(
        visit,
        invoer,
        change,
        again=lambda status: _tab(visit, invoer, status),
        done=lambda: visit.redirect(f"/dossiers/{number}/{TAB}", gedaan="toegevoegd"),
    )


def alle(visit: Visit) -> Response:
    with visit.reading() as connection:
        found = n.all_notities(connection, visit.site.seal, visit.person.account_id)
        there = seen_of(connection, visit.person, visit.today, [one.dossiernummer for one in found])
    return visit.page("notities.html", notities=found, te_zien=there)


def een(visit: Visit) -> Response:
    with visit.reading() as connection:
        return _form(visit, _own(visit, connection), None, 200)


def wijzigen(visit: Visit) -> Response:
    invoer = Invoer.typed(visit, _VELDEN)

    def change(connection: Connection) -> None:
        visit.check_lock(*_state(_own(visit, connection)))
        n.change_notitie(
            connection, visit.site.seal, visit.person.account_id, _id(visit), invoer.waarden["notitie"]
        )

    def again(status: int) -> Response:
        with visit.reading() as connection:
            return _form(visit, _own(visit, connection), invoer, status)

    return attempt(
        visit, invoer, change, again=again, done=lambda: visit.redirect(_PATH, gedaan="opgeslagen")
    )


def bevestigen(visit: Visit) -> Response:
    with visit.reading() as connection:
        found = _own(visit, connection)
    return visit.page("notitie_verwijderen.html", notitie=found, slot=visit.lock(*_state(found)))


def verwijderen(visit: Visit) -> Response:
    with visit.writing() as connection:
        visit.check_lock(*_state(_own(visit, connection)))
        n.remove_notitie(connection, visit.person.account_id, _id(visit))
    return visit.redirect(_PATH, gedaan="verwijderd")


def _tab(visit: Visit, invoer: Invoer, status: int) -> Response:
    def gather(connection: Connection, besluit: Besluit) -> Mapping[str, Any]:
        number = besluit.plaats.dossiernummer
        return {
            "notities": n.notities_of(connection, visit.site.seal, visit.person.account_id, number),
            "invoer": invoer,
            "slot": visit.lock(*_state_of_tab(visit, connection, number)),
        }

    return dossier.show(visit, TAB, "tab_notities.html", gather, status=status)


def _form(visit: Visit, found: Notitie, typed: Invoer | None, status: int) -> Response:
    invoer = typed or Invoer.first(_VELDEN, {"notitie": found.tekst})
    return visit.page(
        "notitie.html", status=status, notitie=found, invoer=invoer, slot=visit.lock(*_state(found))
    )


def _own(visit: Visit, connection: Connection) -> Notitie:
    """Raises NotHere, also for another's: its id is one that never was."""
    try:
        return n.get_notitie(connection, visit.site.seal, visit.person.account_id, _id(visit))
    except NotThere:
        raise NotHere(WEG) from None


def _id(visit: Visit) -> NotitieId:
    return NotitieId(visit.row_id())


def _state(found: Notitie) -> tuple[object, ...]:
    return "notitie", found.notitie_id, found.tekst, found.moments


def _state_of_tab(visit: Visit, connection: Connection, number: Dossiernummer) -> tuple[object, ...]:
    found = n.notities_of(connection, visit.site.seal, visit.person.account_id, number)
    return "notities", number, tuple(one.notitie_id for one in found)


PAGES = (
    Page(path=_TAB_PATH, handler=tab),
    Page(path=_TAB_PATH, handler=toevoegen, method="POST", max_bytes=LONG_FORM_BYTES),
    Page(path=_PATH, handler=alle),
    Page(path=f"{_ONE}/verwijderen", handler=bevestigen),
    Page(path=f"{_ONE}/verwijderen", handler=verwijderen, method="POST"),
    Page(path=_ONE, handler=een),
    Page(path=_ONE, handler=wijzigen, method="POST", max_bytes=LONG_FORM_BYTES),
)
