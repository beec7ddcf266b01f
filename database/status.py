"""What became of a push, from the tables: for its afzender and for the helpdesk."""

from __future__ import annotations

from sqlalchemy import Connection

from database import outbox_rows
from database.inzendingen import (
    InzendingRecord,
    find_by_bericht,
    find_by_dossiernummer,
    find_original,
    redenen_of,
)
from database.organisaties import naam_of_organisatie
from database.outbox_rows import OutboxRow, State
from dossier.identifiers import BerichtId, Dossiernummer, OmgevingId
from dossier.status import Gebeurtenis, Moment, Status, Toestand
from dossier.timestamps import from_ms
from dossier.verdict import Soort

TOESTAND_OF = {
    State.WACHTEND: Toestand.GEACCEPTEERD,
    State.GEPUBLICEERD: Toestand.GEPUBLICEERD,
    State.BEZORGD: Toestand.BEZORGD,
    State.DOOD: Toestand.VASTGELOPEN,
}


def find_status(
    connection: Connection,
    omgeving: OmgevingId,
    bericht_id: BerichtId | None,
    dossiernummer: Dossiernummer | None,
) -> Status | None:
    """By either of the two, only of this omgeving; None where there is nothing of it."""
    record = None
    if bericht_id is not None:
        record = find_by_bericht(connection, omgeving, bericht_id)
    elif dossiernummer is not None:
        record = find_by_dossiernummer(connection, omgeving, dossiernummer)
    return status_of(connection, record) if record is not None else None


def status_of(connection: Connection, record: InzendingRecord) -> Status:
    received = Moment(at=from_ms(record.received_ms), gebeurtenis=Gebeurtenis.ONTVANGEN)
    decided_at = from_ms(record.decided_ms)
    if record.dossiernummer is None or record.versie is None:
        return Status(
            bericht_id=record.bericht_id,
            toestand=Toestand.AFGEWEZEN,
            tijdlijn=(received, Moment(at=decided_at, gebeurtenis=Gebeurtenis.AFGEWEZEN)),
            redenen=redenen_of(connection, record.inzending_id),
        )
    dubbel = record.uitkomst == Soort.DUBBEL
    decided = Moment(
        at=decided_at,
        gebeurtenis=Gebeurtenis.DUBBEL if dubbel else Gebeurtenis.GEACCEPTEERD,
        code=record.uitkomst,
    )
    event = outbox_rows.find_version(connection, record.dossiernummer, record.versie)
    later = (
        outbox_rows.gebeurtenissen_of(connection, event.event_id)
        if event is not None
        else _what_is_left(connection, record)
    )
    return Status(
        bericht_id=record.bericht_id,
        toestand=_toestand(event, later),
        tijdlijn=tuple(sorted((received, decided, *later), key=lambda moment: moment.at)),
        dossiernummer=record.dossiernummer,
        organisatie=naam_of_organisatie(connection, record.organisatie_id) if record.organisatie_id else "",
        dubbel=dubbel,
    )


def original_of(connection: Connection, record: InzendingRecord) -> InzendingRecord | None:
    """The push that a double entry repeats."""
    if record.uitkomst != Soort.DUBBEL or record.dossiernummer is None or record.versie is None:
        return None
    return find_original(connection, record.dossiernummer, record.versie)


def _what_is_left(connection: Connection, record: InzendingRecord) -> tuple[Moment, ...]:
    """Of a history that retention has taken: that it was delivered, and when."""
    source = original_of(connection, record) or record
    if source.bezorgd_ms is None:
        return ()
    return (Moment(at=from_ms(source.bezorgd_ms), gebeurtenis=Gebeurtenis.BEZORGD),)


def _toestand(event: OutboxRow | None, later: tuple[Moment, ...]) -> Toestand:
    if event is not None:
        return TOESTAND_OF[event.state]
    return Toestand.BEZORGD if later else Toestand.GEACCEPTEERD
