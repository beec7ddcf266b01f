"""Records of pushes and moves that a restored database has lost and the store still has: written anew.

What is adopted was delivered, and its content is not here: its row says so, as after retention.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import Connection, case, exists, insert, select, union_all, update

from database.engine import now_ms
from database.inzendingen import BijlageRecord, InzendingRecord, insert_inzending
from database.moves import MoveRecord, insert_move
from database.outbox_rows import State
from database.schema import dossier, inzending, outbox, outbox_gebeurtenis, verplaatsing
from dossier.identifiers import Dossiernummer, InzendingId
from dossier.status import Gebeurtenis

_VERSIONS = ("nieuw", "versie")  # of the uitkomsten of an inzending


class Obstacle(StrEnum):
    """Why a version that the store has can not be adopted: people must decide."""

    ZONDER_HERKOMST = "ZONDER_HERKOMST"  # of before events said whose push they are
    ZEGEL_ONGELDIG = "ZEGEL_ONGELDIG"  # what the store has can not be opened or is not what its hash says
    NUMMER_VERGEVEN = "NUMMER_VERGEVEN"  # this number was given to another hulpvraag since
    ANDER_NUMMER = "ANDER_NUMMER"  # this hulpvraag was given another number since
    BERICHT_AANGENOMEN = "BERICHT_AANGENOMEN"  # this berichtId was accepted anew since
    VERSIE_VERGEVEN = "VERSIE_VERGEVEN"  # another push or move is this version of the dossier
    ANDER_DOSSIER = "ANDER_DOSSIER"  # a move of a dossier of which no push is known here


def known_events(connection: Connection) -> set[InzendingId]:
    """Every push that made a version and every move, by what its record says."""
    query = union_all(
        select(inzending.c.inzending_id).where(inzending.c.uitkomst.in_(_VERSIONS)),
        select(verplaatsing.c.event_id),
    )
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
    return Obstacle.VERSIE_VERGEVEN if _is_taken(connection, record) else None


def move_obstacle(
    connection: Connection, record: MoveRecord, pushes: Iterable[InzendingId]
) -> Obstacle | None:
    """As `obstacle`, of a move. `pushes` brought the dossier's content to the store: unless one of them is
    known here, our dossier of this number is another."""
    same_dossier = select(inzending.c.inzending_id).where(
        inzending.c.dossiernummer == record.dossiernummer, inzending.c.inzending_id.in_(list(pushes))
    )
    if connection.execute(same_dossier).first() is None:
        return Obstacle.ANDER_DOSSIER
    return Obstacle.VERSIE_VERGEVEN if _is_taken(connection, record) else None


def _is_taken(connection: Connection, record: InzendingRecord | MoveRecord) -> bool:
    """Also by what retention has taken the outbox row of."""
    query = union_all(
        *(
            select(table.c.versie).where(
                table.c.dossiernummer == record.dossiernummer, table.c.versie == record.versie, *conditions
            )
            for table, conditions in (
                (outbox, ()),
                (inzending, (inzending.c.uitkomst.in_(_VERSIONS),)),
                (verplaatsing, ()),
            )
        )
    )
    return connection.execute(query).first() is not None


def adopt(
    connection: Connection, record: InzendingRecord, bijlagen: Iterable[BijlageRecord], bezorgd_ms: int
) -> None:
    """The dossier if it is missing, the inzending, and its event as delivered at `bezorgd_ms`."""
    if record.dossiernummer is None or record.versie is None:
        raise AssertionError("what the store has was accepted")
    _adopt_dossier(connection, record)
    insert_inzending(connection, record, bijlagen)
    _adopt_event(
        connection, record.inzending_id, record.dossiernummer, record.versie, record.decided_ms, bezorgd_ms
    )


def adopt_move(connection: Connection, record: MoveRecord, bezorgd_ms: int) -> None:
    """The verplaatsing, its event, and the dossier at its new place, unless it was moved on since."""
    number, versie = record.dossiernummer, record.versie
    insert_move(connection, record)
    later = exists().where(
        verplaatsing.c.dossiernummer == dossier.c.dossiernummer, verplaatsing.c.versie > versie
    )
    connection.execute(
        update(dossier)
        .where(dossier.c.dossiernummer == number, ~later)
        .values(
            swv_id=record.naar_swv_id,
            organisatie_id=record.naar_organisatie_id,
            versie=case((dossier.c.versie < versie, versie), else_=dossier.c.versie),
        )
    )
    _adopt_event(connection, record.event_id, number, versie, record.at_ms, bezorgd_ms)


def _adopt_event(
    connection: Connection,
    event_id: InzendingId,
    dossiernummer: Dossiernummer,
    versie: int,
    created_ms: int,
    bezorgd_ms: int,
) -> None:
    connection.execute(
        insert(outbox).values(inhoud_verwijderd_ms=now_ms()),
        {
            "event_id": event_id,
            "dossiernummer": dossiernummer,
            "versie": versie,
            "state": State.BEZORGD,
            "attempts": 0,
            "publishes": 1,
            "due_ms": bezorgd_ms,
            "created_ms": created_ms,
            "finished_ms": bezorgd_ms,
        },
    )
    moment = {
        "event_id": event_id,
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
