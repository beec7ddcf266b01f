"""What the store writes: one named function per statement, in the caller's transaction.

What nobody waits for is put off to the end of the group's transaction and written once for all of it
(database/deferred.py): on PostgreSQL each statement is a round trip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, exists, insert, or_, select, update

from database.deferred import flush_marked, write
from database.engine import INSERT, now_ms
from dossier.correction import Correction
from dossier.delivery import Delivery
from dossier.errors import PoisonCode, PoisonEvent
from dossier.identifiers import InzendingId
from dossier.timestamps import to_ms
from kindkans.copying import Copied
from kindkans.dossiers.indexing import Kenmerken
from kindkans.dossiers.organisaties import ensure_organisatie
from kindkans.failures import forget_failures
from kindkans.schema import bijlage, dossier, herkomst, inbox, verplaatsing, versie

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
_STANDING = (
    select(dossier.c.huidige_versie, dossier.c.verwijderd_ms)
    .where(dossier.c.dossiernummer == bindparam("nummer"))
    .with_for_update(key_share=True)
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
_INSERT_VERSIE = insert(versie).values(received_ms=now_ms())
_INSERT_HERKOMST = insert(herkomst)
_INSERT_BIJLAGE = insert(bijlage)


def find_held(connection: Connection, event_id: InzendingId) -> Held | None:
    flush_marked(connection, event_id)
    row = connection.execute(_HELD, {"id": event_id}).one_or_none()
    return None if row is None else Held(inhoud_hash=row.inhoud_hash, copy_id=row.copy_id)


def receive(
    connection: Connection,
    delivery: Delivery,
    copied: Sequence[Copied],
    copy_id: InzendingId,
    kenmerken: Kenmerken | None = None,
) -> Held | None:
    """Inbox and effect, once per event id. None: new, and now ours; else what the store had already.

    `kenmerken` are of its content; None: they are left to the indexing. A deleted dossier is brought back by
    a version that is newer than all, and an older one that comes late is as erased as its others.

    Raises PoisonEvent when another event brought this version of the dossier, and when the dossier is of
    another hulpvraag: a number that was given twice must never put one child's version into another's.
    """
    if not _insert_new(connection, inbox, {"event_id": delivery.event_id}, "received_ms"):
        return find_held(connection, delivery.event_id)
    _apply(connection, delivery, copied, copy_id, kenmerken)
    return None


def _apply(
    connection: Connection,
    delivery: Delivery,
    copied: Sequence[Copied],
    copy_id: InzendingId,
    kenmerken: Kenmerken | None,
) -> None:
    deleted_ms = None
    if not _insert_dossier(connection, delivery, kenmerken):
        flush_marked(connection, delivery.dossiernummer)
        deleted_ms = _advance_dossier(connection, delivery, kenmerken)
        _refuse_if_taken(connection, delivery)
    _insert_version(connection, delivery, deleted_ms)
    _insert_herkomst(connection, delivery)
    _insert_bijlagen(connection, delivery, copied, copy_id, deleted_ms)
    forget_failures(connection, delivery.event_id)


def apply_correction(connection: Connection, correction: Correction) -> Held | None:
    """Moves the dossier, once per event id. None: new, and now done; else it was done already.

    An older move that comes late is kept, and moves nothing. Raises PoisonEvent for a dossier that is not
    here, and when another event is this version of it.
    """
    number, versie = correction.dossiernummer, correction.versie
    event = {"event_id": correction.event_id}
    if not _insert_new(connection, inbox, event, "received_ms"):
        return Held(inhoud_hash="", copy_id=None)
    if connection.execute(_LOCK_DOSSIER, {"nummer": number}).first() is None:
        raise PoisonEvent(PoisonCode.DOSSIER_ONBEKEND)
    flush_marked(connection, number)
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
    if taken or not _insert_new(connection, verplaatsing, row, "received_ms"):
        raise PoisonEvent(PoisonCode.INHOUD_WIJKT_AF)
    to = {"to_swv": correction.naar.swv_id, "to_organisatie": correction.naar.organisatie_id}
    connection.execute(_MOVE, key | to)
    ensure_organisatie(connection, correction.naar.organisatie_id, correction.naar.swv_id)
    forget_failures(connection, correction.event_id)
    return None


def _insert_dossier(connection: Connection, delivery: Delivery, kenmerken: Kenmerken | None) -> bool:
    """False if it is there; then nothing is written."""
    row = {"dossiernummer": delivery.dossiernummer, "status": STATUS_AANMELDING} | _current(
        delivery, kenmerken
    )
    if not _insert_new(connection, dossier, row, *(("ontvangen_ms",) if kenmerken is not None else ())):
        return False
    schoolnaam = kenmerken.schoolnaam if kenmerken is not None else ""
    ensure_organisatie(connection, delivery.organisatie_id, delivery.swv_id, schoolnaam)
    return True


def _current(delivery: Delivery, kenmerken: Kenmerken | None) -> dict[str, Any]:
    """What a dossier says of its highest version."""
    values: dict[str, Any] = {
        "swv_id": delivery.swv_id,
        "organisatie_id": delivery.organisatie_id,
        "huidige_versie": delivery.versie,
    }
    if kenmerken is not None:
        values |= {name: getattr(kenmerken, name) for name in ("soort", "naam_hash", "leerling_hash")}
    return values


def _advance_dossier(connection: Connection, delivery: Delivery, kenmerken: Kenmerken | None) -> int | None:
    """Since when it is deleted, if this version does not bring it back. Locks the dossier."""
    standing = connection.execute(_STANDING, {"nummer": delivery.dossiernummer}).one()
    if delivery.versie <= standing.huidige_versie:  # late, out of order: it does not become the current one
        deleted_ms: int | None = standing.verwijderd_ms
        return deleted_ms
    values = _current(delivery, kenmerken)
    if kenmerken is None:
        values["ontvangen_ms"] = None  # the indexing looks at it again
    advance = update(dossier).where(dossier.c.dossiernummer == delivery.dossiernummer)
    connection.execute(advance.values(verwijderd_ms=None, **values))
    return None


def _refuse_if_taken(connection: Connection, delivery: Delivery) -> None:
    """Raises PoisonEvent if this version is there, or the dossier is another hulpvraag's."""
    key = {"nummer": delivery.dossiernummer, "of_versie": delivery.versie}
    if any(connection.execute(query, key).first() is not None for query in (_VERSION, _MOVE_OF_VERSION)):
        raise PoisonEvent(PoisonCode.INHOUD_WIJKT_AF)
    of = delivery.herkomst
    if of is None:
        return
    owner = {"nummer": delivery.dossiernummer, "omgeving": of.omgeving_id, "hulpvraag": of.hulpvraag_id}
    if connection.execute(_STRANGER, owner).first() is not None:
        raise PoisonEvent(PoisonCode.INHOUD_WIJKT_AF)


def _insert_version(connection: Connection, delivery: Delivery, deleted_ms: int | None) -> None:
    row = {
        "dossiernummer": delivery.dossiernummer,
        "versie": delivery.versie,
        "event_id": delivery.event_id,
        "key_id": delivery.verzegeld.key_id,
        "nonce": delivery.verzegeld.nonce,
        "ciphertext": delivery.verzegeld.ciphertext if deleted_ms is None else b"",
        "inhoud_hash": delivery.inhoud_hash,
        "gewist_ms": deleted_ms,
    }
    write(connection, _INSERT_VERSIE, [row], delivery.event_id, delivery.dossiernummer)


def _insert_herkomst(connection: Connection, delivery: Delivery) -> None:
    of = delivery.herkomst
    if of is None:
        return
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
    write(connection, _INSERT_HERKOMST, [row])


def _insert_bijlagen(
    connection: Connection,
    delivery: Delivery,
    copied: Sequence[Copied],
    copy_id: InzendingId,
    deleted_ms: int | None,
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
            "verwijderd_ms": deleted_ms,  # the sweeper takes its copy
        }
        for b in copied
    ]
    write(connection, _INSERT_BIJLAGE, rows)


def _insert_new(connection: Connection, table: Table, row: dict[str, Any], *now: str) -> bool:
    """False if there was such a row; then nothing is written. `now`: the columns that say when it was."""
    found = connection.execute(_insert_once(connection.dialect.name, table, now), row)
    return found.first() is not None  # not by the rowcount: PostgreSQL's driver has none for it


@cache
def _insert_once(dialect: str, table: Table, now: tuple[str, ...]) -> Any:
    """Made once: making it takes as long as running it."""
    statement = INSERT[dialect](table).on_conflict_do_nothing().returning(*table.primary_key)
    return statement.values({name: now_ms() for name in now}) if now else statement
