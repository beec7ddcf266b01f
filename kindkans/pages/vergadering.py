"""One vergadering: who is genodigd, what is on the agenda, and its changes.

Who puts a hulpvraag on the agenda lets the genodigden see it: that takes the right on tab Vergadering of that
dossier too. Of the agenda everybody is shown only what they may see.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection
from starlette.responses import Response

from dossier.identifiers import Dossiernummer
from kindkans.dossiers import vergaderingen as v
from kindkans.dossiers.mensen import choosable, namen_of
from kindkans.dossiers.refusals import NotThere
from kindkans.dossiers.search import read_rows, seen_of
from kindkans.dossiers.vergaderingen import Vergadering, VergaderingId
from kindkans.dossiers.vergaderingen_zien import Gezien, see_vergadering
from kindkans.pages.invoer import WEG, Invoer, NotFilledIn, attempt
from kindkans.pages.vergaderingen import PATH as LIST
from kindkans.pages.visit import Visit
from kindkans.rights.words import AccountId, Mag, Tab
from web.errors import NotAllowed, NotHere
from web.page import Page

PATH = f"{LIST}/{{id}}"
_TEXTS = ("datum", "titel", "plaats")
_ALL = (*_TEXTS, "genodigden", "dossiernummer")
_GEEN = "Er is geen dossier met dit nummer dat u op een agenda mag zetten."
_ANDER_SWV = "Dit dossier is van een ander samenwerkingsverband dan de vergadering."


def een(visit: Visit) -> Response:
    return _page(visit, None, 200)


def wijzigen(visit: Visit) -> Response:
    def work(connection: Connection, found: Vergadering, invoer: Invoer) -> None:
        v.change_vergadering(
            connection,
            visit.site.seal,
            visit.person,
            found.swv_id,
            found.vergadering_id,
            datum=invoer.datum("datum"),
            titel=invoer.waarden["titel"],
            plaats=invoer.waarden["plaats"],
        )

    return _change(visit, _TEXTS, work)


def genodigde_erbij(visit: Visit) -> Response:
    def work(connection: Connection, found: Vergadering, invoer: Invoer) -> None:
        account_id = AccountId(invoer.keuze("genodigden"))
        v.add_genodigde(connection, visit.person, found.swv_id, found.vergadering_id, account_id)

    return _change(visit, ("genodigden",), work)


def genodigde_weg(visit: Visit) -> Response:
    def work(connection: Connection, found: Vergadering, invoer: Invoer) -> None:
        account_id = AccountId(invoer.keuze("genodigden"))
        v.remove_genodigde(connection, visit.person, found.swv_id, found.vergadering_id, account_id)

    return _change(visit, ("genodigden",), work)


def op_agenda(visit: Visit) -> Response:
    def work(connection: Connection, found: Vergadering, invoer: Invoer) -> None:
        number = _number(visit, connection, invoer)
        try:
            v.put_on_agenda(connection, visit.person, number, found.vergadering_id)
        except NotThere:
            invoer.fouten["dossiernummer"] = _ANDER_SWV
            raise NotFilledIn from None

    return _change(visit, ("dossiernummer",), work)


def van_agenda(visit: Visit) -> Response:
    def work(connection: Connection, found: Vergadering, invoer: Invoer) -> None:
        number = _number(visit, connection, invoer)
        v.take_off_agenda(connection, visit.person, number, found.vergadering_id)

    return _change(visit, ("dossiernummer",), work)


def bevestigen(visit: Visit) -> Response:
    with visit.reading() as connection:
        found = _may_change(visit, connection)
    return visit.page("vergadering_verwijderen.html", vergadering=found, slot=visit.lock(*_state(found)))


def verwijderen(visit: Visit) -> Response:
    with visit.writing() as connection:
        found = _may_change(visit, connection)
        visit.check_lock(*_state(found))
        v.remove_vergadering(connection, visit.person, found.swv_id, found.vergadering_id)
    return visit.redirect(LIST, gedaan="verwijderd")


def _change(
    visit: Visit, names: tuple[str, ...], work: Callable[[Connection, Vergadering, Invoer], None]
) -> Response:
    invoer = Invoer.typed(visit, names)

    def change(connection: Connection) -> None:
        found = _may_change(visit, connection)
        visit.check_lock(*_state(found))
        work(connection, found, invoer)

    return attempt(
        visit,
        invoer,
        change,
        again=lambda status: _page(visit, invoer, status),
        done=lambda: visit.redirect(f"{LIST}/{visit.row_id()}", gedaan="opgeslagen"),
    )


def _page(visit: Visit, typed: Invoer | None, status: int) -> Response:
    """`typed` is of one of its forms; the others show what there is."""
    with visit.reading() as connection:
        seen = _see(visit, connection)
        found = seen.vergadering
        at_first = {"datum": found.datum.isoformat(), "titel": found.titel, "plaats": found.plaats}
        invoer = Invoer.first(_ALL, at_first)
        if typed is not None:
            invoer = Invoer(
                waarden=invoer.waarden | typed.waarden, fouten=typed.fouten, intussen=typed.intussen
            )
        agenda = sorted(seen_of(connection, visit.person, visit.today, found.hulpvragen))
        may = seen.mag is Mag.WIJZIGEN
        return visit.page(
            "vergadering.html",
            status=status,
            vergadering=found,
            wijzigt=may,
            agenda=read_rows(connection, visit.person, visit.today, agenda),
            namen=namen_of(connection, (found.maker_id, *found.genodigden)),
            mensen=choosable(connection, found.swv_id) if may else [],
            invoer=invoer,
            slot=visit.lock(*_state(found)),
        )


def _see(visit: Visit, connection: Connection) -> Gezien:
    one = VergaderingId(visit.row_id())
    try:
        return see_vergadering(connection, visit.site.seal, visit.person, visit.today, one)
    except NotThere:
        raise NotHere(WEG) from None


def _may_change(visit: Visit, connection: Connection) -> Vergadering:
    seen = _see(visit, connection)
    if seen.mag is not Mag.WIJZIGEN:
        raise NotAllowed("U mag deze vergadering niet wijzigen.")
    return seen.vergadering


def _number(visit: Visit, connection: Connection, invoer: Invoer) -> Dossiernummer:
    """Raises NotFilledIn: there is none, it may not be seen, or its tab Vergadering not be changed."""
    text = invoer.waarden["dossiernummer"].strip()
    number = Dossiernummer(int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0)
    try:
        visit.change(connection, number, Tab.VERGADERING)
    except (NotHere, NotAllowed):
        invoer.fouten["dossiernummer"] = _GEEN
        raise NotFilledIn from None
    return number


def _state(found: Vergadering) -> tuple[object, ...]:
    texts = (found.datum, found.titel, found.plaats)
    return "vergadering", found.vergadering_id, texts, found.genodigden, found.hulpvragen, found.moments


PAGES = (
    Page(path=PATH, handler=een),
    Page(path=PATH, handler=wijzigen, method="POST"),
    Page(path=f"{PATH}/genodigden", handler=genodigde_erbij, method="POST"),
    Page(path=f"{PATH}/genodigden/weg", handler=genodigde_weg, method="POST"),
    Page(path=f"{PATH}/agenda", handler=op_agenda, method="POST"),
    Page(path=f"{PATH}/agenda/weg", handler=van_agenda, method="POST"),
    Page(path=f"{PATH}/verwijderen", handler=bevestigen),
    Page(path=f"{PATH}/verwijderen", handler=verwijderen, method="POST"),
)
