"""What a path names or a search box means, for who may see it; and that an inzending was seen."""

from __future__ import annotations

import re

from sqlalchemy import Connection

from database.audit import write_audit, written_within
from database.dossiers import DossierRow, find_dossier
from database.inzendingen import InzendingRecord, find_inzending
from dossier.identifiers import InzendingId
from helpdesk.visit import Visit
from routing.tables import Organisatie
from web.errors import NotHere

_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_SEEN_AGAIN_SECONDS = 300


def find_record(visit: Visit, connection: Connection) -> InzendingRecord:
    """Of the path, with or without hyphens. Raises NotHere, also for another SWV's.

    An SWV sees what was routed to it, and what was moved to it.
    """
    key = visit.path("inzending_id").lower().replace("-", "")
    record = find_inzending(connection, InzendingId(key)) if _ID.fullmatch(key) else None
    if record is None:
        raise NotHere
    if visit.person.sees(record.swv_id):
        return record
    dossier = find_dossier(connection, record.dossiernummer) if record.dossiernummer else None
    visit.must_see(dossier.swv_id if dossier is not None else None)
    return record


def note_seen(visit: Visit, record: InzendingRecord) -> None:
    """In the audit, before it is shown. Once in five minutes for a person is enough."""
    row = {"actor": visit.person.actor, "action": "inzending_seen", "subject": record.inzending_id}
    with visit.reading() as connection:
        if written_within(connection, _SEEN_AGAIN_SECONDS, **row):
            return
    with visit.writing() as connection:
        write_audit(connection, **row)


def find_own_dossier(visit: Visit, connection: Connection) -> tuple[InzendingRecord, DossierRow]:
    """Of the path, and where its dossier is now. Raises NotHere for a rejection, and for a dossier that
    was moved to another SWV: whose it is now may act on it, and see its content."""
    record = find_record(visit, connection)
    dossier = find_dossier(connection, record.dossiernummer) if record.dossiernummer else None
    if dossier is None:
        raise NotHere("Van een afgewezen hulpvraag is er geen dossier.")
    visit.must_see(dossier.swv_id)
    return record, dossier


def organisatie_matches(organisatie: Organisatie, zoek: str) -> bool:
    """By its name, id, or the BRIN or vestiging that is set at it."""
    place = str(organisatie.vestiging or organisatie.brin or "")
    return has_words(f"{organisatie.naam} {place} {organisatie.organisatie_id}", zoek)


def has_words(text: str, zoek: str) -> bool:
    """Whether every word of `zoek` is in it; capitals do not count."""
    folded = text.casefold()
    return all(word in folded for word in zoek.casefold().split())
