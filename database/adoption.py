"""Records of pushes that a restored database has lost and the store still has: written anew.

What is adopted was delivered, and its content is not here: its row says so, as after retention.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import Connection, insert, select, update

from database.engine import now_ms
from database.inzendingen import BijlageRecord, InzendingRecord, insert_inzending
from database.outbox_rows import State
from database.schema import dossier, inzending, outbox, outbox_gebeurtenis
from dossier.identifiers import InzendingId
from dossier.status import Gebeurtenis


class Obstacle(StrEnum):
    """Why a version that the store has can not be adopted: people must decide."""

    ZONDER_HERKOMST = "ZONDER_HERKOMST"  # of before events said whose push they are
    ZEGEL_ONGELDIG = "ZEGEL_ONGELDIG"  # what the store has can not be opened or is not what its hash says
    NUMMER_VERGEVEN = "NUMMER_VERGEVEN"  # this number was given to another hulpvraag since
    ANDER_NUMMER = "ANDER_NUMMER"  # this hulpvraag was given another number since
    BERICHT_AANGENOMEN = "BERICHT_AANGENOMEN"  # this berichtId was accepted anew since
    VERSIE_VERGEVEN = "VERSIE_VERGEVEN"  # another push is this version of the dossier


def known_events(connection: Connection) -> set[InzendingId]:
    """Every push that made a version, by what its record says."""
    query = select(inzending.c.inzending_id).where(inzending.c.uitkomst.in_(("nieuw", "versie")))
    return {InzendingId(event_id) for event_id in connection.execute(query).scalars()}


def obstacle(connection: Connection, record: InzendingRecord) -> Obstacle | None:
    """What stands in the way of adopting `record`; None if nothing does."""
    here = (dossier.c.omgeving_id == record.omgeving_id) & (dossier.c.hulpvraag_id == record.hulpvraag_id)
    query = select(dossier.c.dossiernummer, here.label("same")).where(
        here | (dossier.c.dossiernummer == record.dossiernummer)
    )
    for row in connection.execute(query):
        if not row.same:
            return Obstacle.NUMMER_VERGEVEN
        if row.dossiernummer != record.dossiernummer:
            return Obstacle.ANDER_NUMMER
    accepted = inzending.c.uitkomst != "afgewezen"
    same_bericht = (inzending.c.omgeving_id == record.omgeving_id) & (
        inzending.c.bericht_id == record.bericht_id
    )
    if connection.execute(select(inzending.c.inzending_id).where(accepted, same_bericht)).first():
        return Obstacle.BERICHT_AANGENOMEN
    same_version = (outbox.c.dossiernummer == record.dossiernummer) & (outbox.c.versie == record.versie)
    if connection.execute(select(outbox.c.event_id).where(same_version)).first():
        return Obstacle.VERSIE_VERGEVEN
    return None


def adopt(
    connection: Connection, record: InzendingRecord, bijlagen: Iterable[BijlageRecord], bezorgd_ms: int
) -> None:
    """The dossier if it is missing, the inzending, and its event as delivered at `bezorgd_ms`."""
    _adopt_dossier(connection, record)
    insert_inzending(connection, record, bijlagen)
    connection.execute(
        insert(outbox).values(inhoud_verwijderd_ms=now_ms()),
        {
            "event_id": record.inzending_id,
            "dossiernummer": record.dossiernummer,
            "versie": record.versie,
            "state": State.BEZORGD,
            "attempts": 0,
            "publishes": 1,
            "due_ms": bezorgd_ms,
            "created_ms": record.decided_ms,
            "finished_ms": bezorgd_ms,
        },
    )
    moment = {
        "event_id": record.inzending_id,
        "at_ms": bezorgd_ms,
        "gebeurtenis": Gebeurtenis.BEZORGD.value,
        "code": "",
    }
    connection.execute(insert(outbox_gebeurtenis), moment)


def _adopt_dossier(connection: Connection, record: InzendingRecord) -> None:
    newer = (
        update(dossier)
        .where(dossier.c.dossiernummer == record.dossiernummer, dossier.c.versie < record.versie)
        .values(versie=record.versie, inhoud_hash=record.inhoud_hash)
    )
    if connection.execute(newer).rowcount:
        return
    known = select(dossier.c.versie).where(dossier.c.dossiernummer == record.dossiernummer)
    if connection.execute(known).first() is not None:
        return  # a later version is here already
    shared = (
        "dossiernummer",
        "omgeving_id",
        "hulpvraag_id",
        "swv_id",
        "organisatie_id",
        "versie",
        "inhoud_hash",
    )
    row = {name: getattr(record, name) for name in shared} | {"created_ms": record.decided_ms}
    connection.execute(insert(dossier), row)
