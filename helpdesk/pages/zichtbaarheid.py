"""Kan een account dit dossier zien? (FAQ 2): the core store is asked, and answers in the words of the FAQ.

For who sees every SWV: the answer may be about an account of any. Who is of one SWV asks in Kindkans itself
(Wie ziet wat?). Posted, for whose account it is belongs in no address.
"""

from __future__ import annotations

from starlette.responses import Response

from database.audit import write_audit
from helpdesk.pages.lookup import find_own_dossier
from helpdesk.roles import Right
from helpdesk.store_api import Misgelukt
from helpdesk.visit import Visit
from web.errors import NotHere
from web.page import Page
from web.person import is_gebruikersnaam

_GEEN_NAAM = "Vul de gebruikersnaam in waarmee iemand in Kindkans inlogt: kleine letters, cijfers en . _ @ -"


def zichtbaarheid(visit: Visit) -> Response:
    store = visit.desk.store
    with visit.reading() as connection:
        record, dossier = find_own_dossier(visit, connection)
    if store is None:
        raise NotHere("Deze helpdesk is niet met Kindkans verbonden.")
    gebruikersnaam = visit.field("gebruikersnaam").lower()
    context = {"record": record, "dossiernummer": dossier.dossiernummer, "gebruikersnaam": gebruikersnaam}
    if not is_gebruikersnaam(gebruikersnaam):
        empty = {"antwoord": None, "melding": "", "fout": _GEEN_NAAM}
        return visit.page("zichtbaarheid.html", status=422, **context, **empty)
    with visit.writing() as connection:
        write_audit(
            connection,
            actor=visit.person.actor,
            action="visibility_asked",
            subject=str(dossier.dossiernummer),
            detail=f"account={gebruikersnaam}",
        )
    answer = store.visibility(dossier.dossiernummer, gebruikersnaam)
    failed = isinstance(answer, Misgelukt)
    return visit.page(
        "zichtbaarheid.html",
        status=503 if failed else 200,
        **context,
        antwoord=None if failed else answer,
        melding=answer.value if isinstance(answer, Misgelukt) else "",
        fout="",
    )


PAGES = (
    Page(
        path="/inzendingen/{inzending_id}/zichtbaarheid",
        handler=zichtbaarheid,
        right=Right.ZICHTBAARHEID,
        method="POST",
    ),
)
