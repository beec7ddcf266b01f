"""Tab Vergadering: on which agenda this hulpvraag is. As long as it is on one it can not be deleted (FAQ 1).

Who puts it on an agenda lets the genodigden see it: so that takes the right on this tab, and on the
vergaderingen of the SWV.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from dossier.identifiers import Dossiernummer, SwvId
from kindkans.dossiers import vergaderingen as v
from kindkans.dossiers.refusals import Fout, Refused, Veld
from kindkans.dossiers.vergaderingen import Vergadering, VergaderingId
from kindkans.pages import dossier
from kindkans.pages.invoer import Invoer, attempt
from kindkans.pages.visit import Visit
from kindkans.rights.decision import Besluit
from kindkans.rights.vergaderingen import mag_vergaderingen
from kindkans.rights.words import Mag, Tab
from web.page import Page

TAB = Tab.VERGADERING
PATH = f"{dossier.PATH}/{TAB}"
_VELDEN = ("titel",)  # the id of a vergadering, under the name of the field that a refusal would name


def tab(visit: Visit) -> Response:
    return _tab(visit, Invoer.first(_VELDEN), 200)


def op_agenda(visit: Visit) -> Response:
    number, invoer = visit.number(), Invoer.typed(visit, _VELDEN)

    def change(connection: Connection) -> None:
        besluit = visit.change(connection, number, TAB)
        chosen = VergaderingId(invoer.keuze("titel"))
        if chosen not in {one.vergadering_id for one in _choice(visit, connection, besluit.plaats.swv_id)}:
            raise Refused(Fout.KEUZE, Veld.TITEL)
        v.put_on_agenda(connection, visit.person, number, chosen)

    return attempt(
        visit,
        invoer,
        change,
        again=lambda status: _tab(visit, invoer, status),
        done=lambda: visit.redirect(f"/dossiers/{number}/{TAB}", gedaan="toegevoegd"),
    )


def van_agenda(visit: Visit) -> Response:
    number, invoer = visit.number(), Invoer.typed(visit, _VELDEN)

    def change(connection: Connection) -> None:
        visit.change(connection, number, TAB)
        visit.check_lock(*_state(v.vergaderingen_of(connection, visit.site.seal, number), number))
        v.take_off_agenda(connection, visit.person, number, VergaderingId(invoer.keuze("titel")))

    return attempt(
        visit,
        invoer,
        change,
        again=lambda status: _tab(visit, invoer, status),
        done=lambda: visit.redirect(f"/dossiers/{number}/{TAB}", gedaan="verwijderd"),
    )


def _choice(visit: Visit, connection: Connection, swv_id: SwvId) -> Sequence[Vergadering]:
    if mag_vergaderingen(visit.person, swv_id) is not Mag.WIJZIGEN:
        return ()
    return v.coming_vergaderingen(connection, visit.site.seal, swv_id, visit.today)


def _state(found: Sequence[Vergadering], number: Dossiernummer) -> tuple[object, ...]:
    return "agenda", number, tuple(one.vergadering_id for one in found)


def _tab(visit: Visit, invoer: Invoer, status: int) -> Response:
    def gather(connection: Connection, besluit: Besluit) -> Mapping[str, Any]:
        number: Dossiernummer = besluit.plaats.dossiernummer
        found = v.vergaderingen_of(connection, visit.site.seal, number)
        there = {one.vergadering_id for one in found}
        choice = _choice(visit, connection, besluit.plaats.swv_id) if besluit.wijzigt(TAB) else ()
        return {
            "vergaderingen": found,
            "opent": {o.vergadering_id for o in found if mag_vergaderingen(visit.person, o.swv_id)},
            "keuze": [one for one in choice if one.vergadering_id not in there],
            "invoer": invoer,
            "slot": visit.lock(*_state(found, number)),
        }

    return dossier.show(visit, TAB, "tab_vergadering.html", gather, status=status)


PAGES = (
    Page(path=PATH, handler=tab),
    Page(path=PATH, handler=op_agenda, method="POST"),
    Page(path=f"{PATH}/weg", handler=van_agenda, method="POST"),
)
