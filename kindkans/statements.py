"""What the store writes: one named function per statement, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, exists, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from database.engine import now_ms
from dossier.correction import Correction
from dossier.delivery import Delivery
from dossier.errors import PoisonCode, PoisonEvent
from dossier.identifiers import InzendingId
from dossier.timestamps import to_ms
from kindkans.copying import Copied
from kindkans.schema import bijlage, dossier, herkomst, inbox, mislukking, verplaatsing, versie

STATUS_AANMELDING = "aanmelding"  # of every hulpvraag that comes from ParnasSys (domain.md)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The store has this event."""

    inhoud_hash: str
    copy_id: InzendingId | None  # where its bijlagen are; None if it has none


_HELD = (
    select(versie.c.inhoud_hash, bijlage.c.copy_id)
    .outerjoin(
        bijlage,
        (bijlage.c.dossiernummer == versie.c.dossiernummer) & (bijlage.c.versie == versie.c.versie),
    )
    .where(versie.c.event_id == bindparam("id"))
    .limit(1)
)
_ADVANCE = (
    update(dossier)
    .where(dossier.c.dossiernummer == bindparam("nummer"), dossier.c.huidige_versie < bindparam("to_versie"))
    .values(huidige_versie=bindparam("to_versie"))
)
_STRANGER = (
    select(herkomst.c.event_id)
    .where(
        herkomst.c.dossiernummer == bindparam("nummer"),
        or_(
            herkomst.c.omgeving_id != bindparam("omgeving"),
            herkomst.c.hulpvraag_id != bindparam("hulpvraag"),
        ),
    )
    .limit(1)
)
_VERSION = select(versie.c.event_id).where(
    versie.c.dossiernummer == bindparam("nummer"), versie.c.versie == bindparam("of_versie")
)
_MOVE_OF_VERSION = select(verplaatsing.c.event_id).where(
    verplaatsing.c.dossiernummer == bindparam("nummer"), verplaatsing.c.versie == bindparam("of_versie")
)
_LOCK_DOSSIER = (
    select(dossier.c.dossiernummer)
    .where(dossier.c.dossiernummer == bindparam("nummer"))
    .with_for_update(key_share=True)
)
_MOVE = (
    update(dossier)
    .where(
        dossier.c.dossiernummer == bindparam("nummer"),
        ~exists().where(
            verplaatsing.c.dossiernummer == dossier.c.dossiernummer,
            verplaatsing.c.versie > bindparam("of_versie"),
        ),
    )
    .values(swv_id=bindparam("to_swv"), organisatie_id=bindparam("to_organisatie"))
)
_TAKE_BACK = (
    update(mislukking)
    .where(mislukking.c.event_id == bindparam("id"), mislukking.c.tries > 0)
    .values(tries=mislukking.c.tries - 1)
)
_FORGET = delete(mislukking).where(mislukking.c.event_id == bindparam("id"))


def find_held(connection: Connection, event_id: InzendingId) -> Held | None:
    row = connection.execute(_HELD, {"id": event_id}).one_or_none()
    return None if row is None else Held(inhoud_hash=row.inhoud_hash, copy_id=row.copy_id)


def receive(
    connection: Connection, delivery: Delivery, copied: Sequence[Copied], copy_id: InzendingId
) -> Held | None:
    """Inbox and effect, once per event id. None: new, and now ours; else what the store had already.

    Raises PoisonEvent when another event brought this version of the dossier, and when the dossier is of
    another hulpvraag: a number that was given twice must never put one child's version into another's.
    """
    event = {"event_id": delivery.event_id}
    if not _insert_new(connection, inbox, event | {"received_ms": now_ms()}):
        return find_held(connection, delivery.event_id)
    _insert_version(connection, delivery)
    _insert_herkomst(connection, delivery)
    _insert_bijlagen(connection, delivery, copied, copy_id)
    forget_failures(connection, delivery.event_id)
    return None


def apply_correction(connection: Connection, correction: Correction) -> Held | None:
    """Moves the dossier, once per event id. None: new, and now done; else it was done already.

    An older move that comes late is kept, and moves nothing. Raises PoisonEvent for a dossier that is not
    here, and when another event is this version of it.
    """
    number, versie = correction.dossiernummer, correction.versie
    event = {"event_id": correction.event_id, "received_ms": now_ms()}
    if not _insert_new(connection, inbox, event):
        return Held(inhoud_hash="", copy_id=None)
    if connection.execute(_LOCK_DOSSIER, {"nummer": number}).first() is None:
        raise PoisonEvent(PoisonCode.DOSSIER_ONBEKEND)
    row = event | {
        "dossiernummer": number,
        "versie": versie,
        "van_swv_id": correction.van.swv_id,
        "van_organisatie_id": correction.van.organisatie_id,
        "naar_swv_id": correction.naar.swv_id,
        "naar_organisatie_id": correction.naar.organisatie_id,
        "moved_ms": to_ms(correction.occurred_at),
    }
    key = {"nummer": number, "of_versie": versie}
    taken = connection.execute(_VERSION, key).first() is not None
    if taken or not _insert_new(connection, verplaatsing, row):
        raise PoisonEvent(PoisonCode.INHOUD_WIJKT_AF)
    to = {"to_swv": correction.naar.swv_id, "to_organisatie": correction.naar.organisatie_id}
    connection.execute(_MOVE, key | to)
    forget_failures(connection, correction.event_id)
    return None


def count_failure(connection: Connection, event_id: InzendingId) -> int:
    """One failure more of this event, or a beginning that may become one; returns how many there are."""
    row = {"event_id": event_id, "tries": 1, "last_ms": now_ms()}
    statement = _insert_of(connection)(mislukking).values(row)
    statement = statement.on_conflict_do_update(
        index_elements=[mislukking.c.event_id],
        set_={"tries": mislukking.c.tries + 1, "last_ms": now_ms()},
    )
    tries: int = connection.execute(statement.returning(mislukking.c.tries)).scalar_one()
    return tries


def take_back_failure(connection: Connection, event_id: InzendingId) -> None:
    """One beginning less: it ended well, or for another's fault."""
    connection.execute(_TAKE_BACK, {"id": event_id})


def forget_failures(connection: Connection, event_id: InzendingId) -> None:
    connection.execute(_FORGET, {"id": event_id})


def _insert_version(connection: Connection, delivery: Delivery) -> None:
    number = delivery.dossiernummer
    new = {
        "dossiernummer": number,
        "swv_id": delivery.swv_id,
        "organisatie_id": delivery.organisatie_id,
        "status": STATUS_AANMELDING,
        "huidige_versie": delivery.versie,
    }
    if not _insert_new(connection, dossier, new):
        # Versions may come out of order: a late older one does not become the current one.
        connection.execute(_ADVANCE, {"nummer": number, "to_versie": delivery.versie})
    key = {"nummer": number, "of_versie": delivery.versie}
    if delivery.versie > 1 and connection.execute(_MOVE_OF_VERSION, key).first() is not None:
        raise PoisonEvent(PoisonCode.INHOUD_WIJKT_AF)
    row = {
        "dossiernummer": number,
        "versie": delivery.versie,
        "event_id": delivery.event_id,
        "key_id": delivery.verzegeld.key_id,
        "nonce": delivery.verzegeld.nonce,
        "ciphertext": delivery.verzegeld.ciphertext,
        "inhoud_hash": delivery.inhoud_hash,
        "received_ms": now_ms(),
    }
    if not _insert_new(connection, versie, row):
        raise PoisonEvent(PoisonCode.INHOUD_WIJKT_AF)


def _insert_herkomst(connection: Connection, delivery: Delivery) -> None:
    of = delivery.herkomst
    if of is None:
        return
    values = {
        "nummer": delivery.dossiernummer,
        "omgeving": of.omgeving_id,
        "hulpvraag": of.hulpvraag_id,
    }
    if connection.execute(_STRANGER, values).first() is not None:
        raise PoisonEvent(PoisonCode.INHOUD_WIJKT_AF)
    row = {
        "event_id": delivery.event_id,
        "dossiernummer": delivery.dossiernummer,
        "omgeving_id": of.omgeving_id,
        "bericht_id": of.bericht_id,
        "hulpvraag_id": of.hulpvraag_id,
        "koppeling_id": of.koppeling_id,
        "route_rule": of.route_rule,
        "brin": delivery.brin,
        "accepted_ms": to_ms(delivery.occurred_at),
    }
    connection.execute(insert(herkomst), row)


def _insert_bijlagen(
    connection: Connection, delivery: Delivery, copied: Sequence[Copied], copy_id: InzendingId
) -> None:
    rows = [
        {
            "dossiernummer": delivery.dossiernummer,
            "versie": delivery.versie,
            "positie": b.positie,
            "size_bytes": b.size_bytes,
            "sha256": b.sha256,
            "copy_id": copy_id,
            "object_id": b.object_id,
        }
        for b in copied
    ]
    if rows:
        connection.execute(insert(bijlage), rows)


def _insert_new(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """False if there was such a row; then nothing is written."""
    statement = _insert_of(connection)(table).values(row).on_conflict_do_nothing()
    # Not by the rowcount: PostgreSQL's driver has none for it.
    return connection.execute(statement.returning(*table.primary_key)).first() is not None


def _insert_of(connection: Connection) -> Any:
    """ON CONFLICT is not in the SQL that all dialects share."""
    return {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[connection.dialect.name]
