"""One inzending: what came, what became of it and why, and what its answer would be now."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from starlette.responses import Response

from database.inzendingen import InzendingRecord, bijlagen_of, redenen_of
from database.organisaties import naam_of_organisatie
from database.routing_tables import read_tables
from dossier.reden import Reden, RedenCode
from dossier.status import Toestand
from helpdesk.dead_words import dead_words
from helpdesk.explained import Explained, explain
from helpdesk.pages.leerling import REDENEN_INZAGE
from helpdesk.pages.lookup import find_record, note_seen
from helpdesk.recheck import recheck
from helpdesk.roles import Right
from helpdesk.school_text import accepted_text, rejection_text
from helpdesk.visit import Visit
from web.errors import NotHere
from web.page import Page
from web.url import url

_ORGANISATIES = ("/beheer/organisaties", Right.ORGANISATIES, "Naar de organisaties")
_KOPPELINGEN = ("/beheer/koppelingen", Right.KOPPELINGEN, "Naar de koppelingen")
_BRINLIJST = ("/beheer/brin", Right.BRINLIJST, "Naar de lijst met brincodes")
# Where a reden is repaired; those that only the school can mend are not in it.
_REPAIRS: Mapping[RedenCode, tuple[str, Right, str]] = MappingProxyType(
    {
        RedenCode.BRIN_ONGELDIG: _BRINLIJST,
        RedenCode.BRIN_ONBEKEND: _BRINLIJST,
        RedenCode.BRIN_NIET_INGESTELD: _ORGANISATIES,
        RedenCode.BRIN_DUBBEL_INGESTELD: _ORGANISATIES,
        RedenCode.KOPPELING_ONTBREEKT: _KOPPELINGEN,
        RedenCode.KOPPELING_INACTIEF: _KOPPELINGEN,
        RedenCode.KOPPELING_ONJUIST: _KOPPELINGEN,
    }
)


def inzending(visit: Visit) -> Response:
    with visit.reading() as connection:
        record = find_record(visit, connection)
        explained = explain(connection, record, visit.person)
    live = not explained.finished and visit.query("live") != "nee"
    context: dict[str, Any] = {"uitleg": explained, "record": record, "dood": dead_words, "live": live}
    if visit.is_partial:
        return visit.page("inzending_live.html", **context)
    note_seen(visit, record)
    return visit.page(
        "inzending.html",
        **context,
        tekst=_text(explained),
        herstelplek=lambda reden: _repair(visit, reden, record),
        grenzen=visit.desk.limits,
        inzageredenen=REDENEN_INZAGE,
        gebruikersnaam="",
        fout="",
    )


def controle(visit: Visit) -> Response:
    """What the answer would be now."""
    with visit.reading() as connection:
        record = find_record(visit, connection)
        if record.dossiernummer is not None:
            raise NotHere("Deze inzending is geaccepteerd; er valt niets opnieuw te controleren.")
        redenen = redenen_of(connection, record.inzending_id)
        outcome = recheck(
            record,
            bijlagen_of(connection, record.inzending_id),
            redenen,
            read_tables(connection),
            visit.desk.limits,
        )
        naam = naam_of_organisatie(connection, outcome.route.organisatie_id) if outcome.route else ""
    note_seen(visit, record)
    return visit.page("inzending_controle.html", record=record, uitkomst=outcome, organisatie=naam)


def _text(explained: Explained) -> str:
    if explained.redenen:
        return rejection_text(explained.record, explained.redenen)
    place = explained.dossier.organisatie_id if explained.dossier is not None else None
    delivered = explained.status.toestand is Toestand.BEZORGD
    return accepted_text(explained.record, explained.organisatie_naam(place), delivered=delivered)


def _repair(visit: Visit, reden: Reden, record: InzendingRecord) -> tuple[str, str] | None:
    """Address and text of the page where it is repaired; None if there is none for this person."""
    path, right, tekst = _REPAIRS.get(reden.code, ("", Right.INZENDINGEN, ""))
    if not path or not visit.person.may(right):
        return None
    zoek = record.omgeving_id if right is Right.KOPPELINGEN else reden.brin[:4] or record.brin
    return url(path, {"zoek": zoek}), tekst


PAGES = (
    Page(path="/inzendingen/{inzending_id}", handler=inzending, right=Right.INZENDINGEN),
    Page(path="/inzendingen/{inzending_id}/controle", handler=controle, right=Right.INZENDINGEN),
)
