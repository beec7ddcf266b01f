"""Beheer > Organisaties: those of the SWV, to which an account is coupled (FAQ 2). Their brincodes are set in
the gateway (FAQ 6 and 9): the store knows none."""

from __future__ import annotations

import re

from starlette.responses import Response

from dossier.identifiers import OrganisatieId, SwvId
from kindkans.pages import beheer
from kindkans.pages.audit_words import Groep, actions_of
from kindkans.pages.visit import Visit
from kindkans.rights import organisaties as table
from kindkans.rights.counting import per_organisatie
from kindkans.rights.organisaties import Organisatie
from kindkans.rights.words import Systeemrecht
from web.errors import NotHere
from web.invoer import Invoer
from web.page import Page

_LIST = "/beheer/organisaties"
_NEW, _ONE = f"{_LIST}/nieuw", f"{_LIST}/{{organisatie_id}}"
_MOST = 200
_HISTORY = tuple(sorted(actions_of(Groep.ORGANISATIES)))
_SWV = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def lijst(visit: Visit) -> Response:
    zoek = visit.query("zoek")
    words = zoek.casefold().split()
    with visit.reading() as connection:
        found = [
            one
            for one in table.list_organisaties(connection, visit.person)
            if all(word in f"{one.naam} {one.organisatie_id}".casefold() for word in words)
        ]
        shown = found[:_MOST]
        aantallen = per_organisatie(connection, [one.organisatie_id for one in shown])
    return visit.page(
        "beheer_organisaties.html", zoek=zoek, organisaties=shown, aantal=len(found), aantallen=aantallen
    )


def nieuw(visit: Visit) -> Response:
    return _form(visit, Invoer(waarden={"naam": "", "kenmerk": "", "swv": ""}))


def toevoegen(visit: Visit) -> Response:
    invoer = Invoer.of(visit, ("naam", "kenmerk", "swv"))
    swv_id = visit.person.swv_id or SwvId(invoer.waarden["swv"])
    if not _SWV.fullmatch(swv_id):
        invoer.fouten["swv"] = "Vul de code van het samenwerkingsverband in: letters, cijfers, - en _."
        return _form(visit, invoer)
    new = Organisatie(
        organisatie_id=OrganisatieId(invoer.waarden["kenmerk"]), swv_id=swv_id, naam=invoer.waarden["naam"]
    )
    with beheer.changing(visit, invoer) as connection:
        table.add_organisatie(connection, visit.person, new)
    return _form(visit, invoer) if invoer.fouten else visit.redirect(_LIST, gedaan="toegevoegd")


def organisatie(visit: Visit) -> Response:
    one = _find(visit)
    return _page(visit, one, Invoer(waarden={"naam": one.naam}))


def hernoemen(visit: Visit) -> Response:
    one, invoer = _find(visit), Invoer.of(visit, ("naam",))
    with beheer.changing(visit, invoer) as connection:
        table.rename_organisatie(connection, visit.person, one.organisatie_id, invoer.waarden["naam"])
    if invoer.fouten:
        return _page(visit, one, invoer)
    return visit.redirect(f"{_LIST}/{one.organisatie_id}", gedaan="opgeslagen")


def _find(visit: Visit) -> Organisatie:
    """Of the path. Raises NotHere, also for another SWV's."""
    with visit.reading() as connection:
        found = table.find_organisatie(connection, visit.path("organisatie_id"))
    if found is None or not (visit.person.of_every_swv or visit.person.swv_id == found.swv_id):
        raise NotHere
    return found


def _page(visit: Visit, one: Organisatie, invoer: Invoer) -> Response:
    with visit.reading() as connection:
        return visit.page(
            "beheer_organisatie.html",
            status=422 if invoer.fouten else 200,
            o=one,
            aantallen=per_organisatie(connection, [one.organisatie_id])[one.organisatie_id],
            wijzigingen=beheer.history(visit, connection, one.organisatie_id, _HISTORY),
            invoer=invoer,
        )


def _form(visit: Visit, invoer: Invoer) -> Response:
    status = 422 if invoer.fouten else 200
    return visit.page("beheer_organisatie_form.html", status=status, invoer=invoer)


_RIGHT = Systeemrecht.ORGANISATIES
PAGES = (
    Page(path=_LIST, handler=lijst, right=_RIGHT),
    Page(path=_NEW, handler=nieuw, right=_RIGHT),
    Page(path=_NEW, handler=toevoegen, right=_RIGHT, method="POST"),
    Page(path=_ONE, handler=organisatie, right=_RIGHT),
    Page(path=_ONE, handler=hernoemen, right=_RIGHT, method="POST"),
)
