"""What was pushed lately, for who is about to change a setting or has just mended one.

Routing is not in here: who asks judges the rows by tables of its own (helpdesk/impact.py).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, func, select

from database.schema import inzending, inzending_reden, koppeling_brin
from dossier.brin import Brin
from dossier.identifiers import HulpvraagId, InzendingId, KoppelingId, OmgevingId
from dossier.reden import RedenCode
from dossier.timestamps import from_ms, to_ms

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

    inzending_id: InzendingId
    omgeving_id: OmgevingId
    hulpvraag_id: HulpvraagId
    brin: str
    vestiging: str | None
    schoolnaam: str
    redenen: frozenset[RedenCode]

    @property
    def at(self) -> datetime:
        return moment_of(self.inzending_id)


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
    query = (
        select(of.inzending_id, of.omgeving_id, of.hulpvraag_id, of.brin, of.vestiging, of.schoolnaam)
        .where(of.uitkomst == "afgewezen", of.inzending_id >= first_id(since))
        .where(
            ~exists().where(
                later.omgeving_id == of.omgeving_id,
                later.hulpvraag_id == of.hulpvraag_id,
                later.inzending_id > of.inzending_id,
            )
        )
        .order_by(of.inzending_id)
    )
    redenen = _redenen(connection, since)
    return [
        OpenRejection(**row._mapping, redenen=frozenset(redenen.get(row.inzending_id, ())))
        for row in connection.execute(query)
    ]


def last_used(connection: Connection, koppelingen: Collection[KoppelingId]) -> dict[KoppelingId, InzendingId]:
    """The newest inzending for a school of each, accepted or not. What was never used is not in it."""
    query = _LAST_USED.where(koppeling_brin.c.koppeling_id.in_(sorted(koppelingen)))
    return {row.koppeling_id: row.last for row in connection.execute(query) if row.last is not None}


def first_id(moment: datetime) -> InzendingId:
    """No id of then or later is smaller: an id begins with the milliseconds of its time."""
    return InzendingId(f"{max(to_ms(moment), 0):012x}".ljust(32, "0"))


def moment_of(inzending_id: InzendingId) -> datetime:
    """When it came in."""
    return from_ms(int(inzending_id[:12], 16))


_NEWEST = (
    select(inzending.c.inzending_id)
    .where(inzending.c.brin == koppeling_brin.c.brin, inzending.c.omgeving_id == koppeling_brin.c.omgeving_id)
    .order_by(inzending.c.inzending_id.desc())
    .limit(1)
    .correlate(koppeling_brin)
    .scalar_subquery()
)
_LAST_USED = select(koppeling_brin.c.koppeling_id, func.max(_NEWEST).label("last")).group_by(
    koppeling_brin.c.koppeling_id
)


def _redenen(connection: Connection, since: datetime) -> dict[InzendingId, set[RedenCode]]:
    of = inzending_reden.c
    found: dict[InzendingId, set[RedenCode]] = {}
    for row in connection.execute(select(of.inzending_id, of.code).where(of.inzending_id >= first_id(since))):
        found.setdefault(row.inzending_id, set()).add(RedenCode(row.code))
    return found
