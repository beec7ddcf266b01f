"""Tables omgeving, koppeling, koppeling_brin: who may push, and for which schools (FAQ 8)."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, insert, select, update

from database.engine import now_ms
from database.schema import inzending, koppeling, koppeling_brin, omgeving
from database.settings_version import bump_version
from dossier.brin import Brin
from dossier.identifiers import KoppelingId, OmgevingId, SwvId
from routing.tables import Koppeling, KoppelingStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Omgeving:
    omgeving_id: OmgevingId
    naam: str
    secret_hash: str = field(repr=False)


def list_omgevingen(connection: Connection) -> list[Omgeving]:
    rows = connection.execute(select(omgeving).order_by(omgeving.c.omgeving_id))
    return [
        Omgeving(omgeving_id=OmgevingId(row.omgeving_id), naam=row.naam, secret_hash=row.secret_hash)
        for row in rows
    ]


def save_omgeving(connection: Connection, value: Omgeving) -> None:
    """Adds it, or changes its name and secret."""
    columns = {"naam": value.naam, "secret_hash": value.secret_hash}
    changed = connection.execute(
        update(omgeving).where(omgeving.c.omgeving_id == value.omgeving_id).values(**columns)
    ).rowcount
    if not changed:
        connection.execute(
            insert(omgeving).values(omgeving_id=value.omgeving_id, created_ms=now_ms(), **columns)
        )
    bump_version(connection)


def list_koppelingen(connection: Connection) -> list[Koppeling]:
    brins: dict[str, set[Brin]] = {}
    for row in connection.execute(select(koppeling_brin.c.koppeling_id, koppeling_brin.c.brin)):
        brins.setdefault(row.koppeling_id, set()).add(Brin(row.brin))
    return [
        Koppeling(
            koppeling_id=KoppelingId(row.koppeling_id),
            omgeving_id=OmgevingId(row.omgeving_id),
            swv_id=SwvId(row.swv_id),
            status=KoppelingStatus(row.status),
            brins=frozenset(brins.get(row.koppeling_id, ())),
        )
        for row in connection.execute(select(koppeling).order_by(koppeling.c.koppeling_id))
    ]


def find_koppeling(connection: Connection, koppeling_id: KoppelingId) -> Koppeling | None:
    return next((k for k in list_koppelingen(connection) if k.koppeling_id == koppeling_id), None)


def save_koppeling(connection: Connection, value: Koppeling) -> None:
    """Adds it, or changes its SWV, status and BRINs. An integrity error if another one has a BRIN."""
    columns = {
        "omgeving_id": value.omgeving_id,
        "swv_id": value.swv_id,
        "status": value.status.value,
        "changed_ms": now_ms(),
    }
    mine = koppeling.c.koppeling_id == value.koppeling_id
    if not connection.execute(update(koppeling).where(mine).values(**columns)).rowcount:
        connection.execute(insert(koppeling).values(koppeling_id=value.koppeling_id, **columns))
    connection.execute(delete(koppeling_brin).where(koppeling_brin.c.koppeling_id == value.koppeling_id))
    rows = [
        {"omgeving_id": value.omgeving_id, "brin": str(brin), "koppeling_id": value.koppeling_id}
        for brin in sorted(value.brins)
    ]
    if rows:
        connection.execute(insert(koppeling_brin), rows)
    bump_version(connection)


def release_brins(connection: Connection, value: Koppeling) -> None:
    """Takes the BRINs of `value` out of the other koppelingen of its omgeving."""
    connection.execute(
        delete(koppeling_brin).where(
            koppeling_brin.c.omgeving_id == value.omgeving_id,
            koppeling_brin.c.brin.in_([str(brin) for brin in value.brins]),
            koppeling_brin.c.koppeling_id != value.koppeling_id,
        )
    )
    bump_version(connection)


def delete_koppeling(connection: Connection, koppeling_id: KoppelingId) -> None:
    connection.execute(delete(koppeling_brin).where(koppeling_brin.c.koppeling_id == koppeling_id))
    connection.execute(delete(koppeling).where(koppeling.c.koppeling_id == koppeling_id))
    bump_version(connection)


def was_used(connection: Connection, value: Koppeling) -> bool:
    """Whether a dossier came through it, also for a BRIN that it has no more.

    Looks through all that its omgeving ever sent: the omgeving of a koppeling never changes.
    """
    query = (
        select(inzending.c.inzending_id)
        .where(inzending.c.omgeving_id == value.omgeving_id, inzending.c.koppeling_id == value.koppeling_id)
        .limit(1)
    )
    return connection.execute(query).first() is not None
