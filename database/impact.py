"""What was pushed lately, for who is about to change a setting or has just mended one.

Routing is not in here: who asks judges the rows by tables of its own (helpdesk/impact.py).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, literal_column, select

from database.inzendingen import BijlageRecord, InzendingRecord, bijlage_of, reden_of
from database.schema import inzending, inzending_bijlage, inzending_reden
from database.search_conditions import first_id
from dossier.brin import Brin
from dossier.identifiers import InzendingId, OmgevingId
from dossier.reden import Reden, RedenCode

_MOST_BRINS = 200  # more than these are looked up faster by going through the whole period


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """Pushes that routing cannot tell apart, and that had the same end."""

    omgeving_id: OmgevingId
    brin: str  # "" if what was sent is no BRIN
    vestiging: str | None
    redenen: frozenset[RedenCode]  # none: accepted
    inzendingen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRejection:
    """The last word on a hulpvraag is -1: nothing of it came after."""

    record: InzendingRecord
    redenen: tuple[Reden, ...]
    bijlagen: tuple[BijlageRecord, ...]


def recent_inzendingen(connection: Connection, since: datetime, brins: Collection[Brin]) -> list[Recent]:
    """Everything that came in for these BRINs."""
    of = inzending.c
    codes = {str(brin) for brin in brins}
    query = select(of.omgeving_id, of.brin, of.vestiging, of.inzending_id, of.uitkomst)
    query = query.where(of.inzending_id >= first_id(since))
    if len(codes) <= _MOST_BRINS:
        query = query.where(of.brin.in_(sorted(codes)))
    rows = [row for row in connection.execute(query) if row.brin in codes]
    refused = _redenen(connection, since) if any(row.uitkomst == "afgewezen" for row in rows) else {}
    counts: dict[tuple[OmgevingId, str, str | None, frozenset[RedenCode]], int] = {}
    for row in rows:
        key = (row.omgeving_id, row.brin, row.vestiging, frozenset(refused.get(row.inzending_id, ())))
        counts[key] = counts.get(key, 0) + 1
    return [
        Recent(omgeving_id=omgeving, brin=brin, vestiging=vestiging, redenen=redenen, inzendingen=n)
        for (omgeving, brin, vestiging, redenen), n in counts.items()
    ]


def open_rejections(connection: Connection, since: datetime) -> list[OpenRejection]:
    """The newest try of every hulpvraag that was rejected and never came again, the oldest first."""
    of, later = inzending.c, inzending.alias("later").c
    ids = (
        select(of.inzending_id)
        # A literal, for a partial index serves no query that has a parameter in its place.
        .where(of.uitkomst == literal_column("'afgewezen'"), of.inzending_id >= first_id(since))
        .where(
            ~exists().where(
                later.omgeving_id == of.omgeving_id,
                later.hulpvraag_id == of.hulpvraag_id,
                later.inzending_id > of.inzending_id,
            )
        )
    )
    redenen: dict[InzendingId, list[Reden]] = {}
    for row in connection.execute(
        select(inzending_reden)
        .where(inzending_reden.c.inzending_id.in_(ids))
        .order_by(inzending_reden.c.volgnummer)
    ):
        redenen.setdefault(row.inzending_id, []).append(reden_of(row))
    bijlagen: dict[InzendingId, list[BijlageRecord]] = {}
    for row in connection.execute(
        select(inzending_bijlage)
        .where(inzending_bijlage.c.inzending_id.in_(ids))
        .order_by(inzending_bijlage.c.positie)
    ):
        bijlagen.setdefault(row.inzending_id, []).append(bijlage_of(row))
    records = connection.execute(select(inzending).where(of.inzending_id.in_(ids)).order_by(of.inzending_id))
    return [
        OpenRejection(
            record=InzendingRecord(**row._mapping),
            redenen=tuple(redenen.get(row.inzending_id, ())),
            bijlagen=tuple(bijlagen.get(row.inzending_id, ())),
        )
        for row in records
    ]


def _redenen(connection: Connection, since: datetime) -> dict[InzendingId, set[RedenCode]]:
    of = inzending_reden.c
    found: dict[InzendingId, set[RedenCode]] = {}
    for row in connection.execute(select(of.inzending_id, of.code).where(of.inzending_id >= first_id(since))):
        found.setdefault(row.inzending_id, set()).add(RedenCode(row.code))
    return found
