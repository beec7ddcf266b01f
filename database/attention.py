"""What the helpdesk should look at: schools that cannot get through, and koppelingen that nobody uses."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, exists, false, func, or_, select

from database.schema import inzending, inzending_reden, koppeling, koppeling_brin
from database.search_conditions import first_id
from dossier.identifiers import InzendingId, KoppelingId, OmgevingId, SwvId
from dossier.reden import RedenCode
from dossier.timestamps import from_ms, to_ms
from routing.tables import KoppelingStatus

UNUSED_AFTER = timedelta(days=14)  # a school that was linked last week may not have had a hulpvraag yet


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckSchool:
    """One that was refused for the same reden again and again, and not accepted since."""

    omgeving_id: OmgevingId
    brin: str  # "" if what it sends is no BRIN
    schoolnaam: str
    code: RedenCode
    times: int
    last: InzendingId  # the latest of them
    last_at: datetime


def stuck_schools(
    connection: Connection, since: datetime, swv_id: SwvId | None = None, *, times: int = 3, limit: int = 100
) -> list[StuckSchool]:
    """The school with the latest rejection first. A school is the name and BRIN that an omgeving sends."""
    of = inzending.c
    last = func.max(of.inzending_id)
    count = func.count(of.inzending_id.distinct())
    refused = (
        select(of.omgeving_id, of.brin, of.schoolnaam, inzending_reden.c.code, count.label("times"))
        .add_columns(last.label("last"))
        .join(inzending_reden, inzending_reden.c.inzending_id == of.inzending_id)
        .where(inzending_reden.c.inzending_id >= first_id(since))
        .group_by(of.omgeving_id, of.brin, of.schoolnaam, inzending_reden.c.code)
        .having(count >= times)
    )
    if swv_id is not None:
        refused = refused.where(of.swv_id == swv_id)
    groups = refused.subquery()
    later = inzending.alias("later").c
    accepted = exists().where(
        later.schoolnaam == groups.c.schoolnaam,
        later.inzending_id > groups.c.last,
        later.omgeving_id == groups.c.omgeving_id,
        later.uitkomst != "afgewezen",
        # Who sent no BRIN and then one that is accepted has mended it.
        or_(later.brin == groups.c.brin, groups.c.brin == ""),
    )
    query = select(groups).where(~accepted).order_by(groups.c.last.desc(), groups.c.code).limit(limit)
    return [
        StuckSchool(
            omgeving_id=row.omgeving_id,
            brin=row.brin,
            schoolnaam=row.schoolnaam,
            code=RedenCode(row.code),
            times=row.times,
            last=row.last,
            last_at=moment_of(row.last),
        )
        for row in connection.execute(query)
    ]


def moment_of(inzending_id: InzendingId) -> datetime:
    """When it came in: an id begins with the milliseconds of its time."""
    return from_ms(int(inzending_id[:12], 16))


def last_used(connection: Connection, koppelingen: Collection[KoppelingId]) -> dict[KoppelingId, InzendingId]:
    """The newest inzending for a school of each, accepted or not. What was never used is not in it."""
    query = _LAST_USED.where(koppeling_brin.c.koppeling_id.in_(sorted(koppelingen)))
    return {row.koppeling_id: row.last for row in connection.execute(query) if row.last is not None}


def unused_koppelingen(
    connection: Connection, before: datetime, swv_id: SwvId | None = None
) -> list[KoppelingId]:
    """Active, unchanged since `before`, and no school of it has ever sent anything. The oldest first."""
    query = (
        select(koppeling.c.koppeling_id)
        .where(koppeling.c.status == KoppelingStatus.ACTIEF.value, koppeling.c.changed_ms < to_ms(before))
        .where(
            ~exists().where(
                koppeling_brin.c.omgeving_id == koppeling.c.omgeving_id,
                koppeling_brin.c.koppeling_id == koppeling.c.koppeling_id,
                _SENT,
            )
        )
        .order_by(koppeling.c.changed_ms, koppeling.c.koppeling_id)
    )
    if swv_id is not None:
        query = query.where(koppeling.c.swv_id == swv_id)
    return [KoppelingId(key) for key in connection.execute(query).scalars()]


# To be found by walking ix_inzending_brin: the newest row of a school is most often of this omgeving. Written
# so that PostgreSQL has no way that seems cheaper. A bare omgeving is an index condition: it would gather all
# that the omgeving ever sent. Of one BRIN, not of a range, it would look for the newest by walking the
# whole table backwards, to its end for a school that never sent anything.
_BRIN, _OF_ITS_BRIN = inzending.c.brin, koppeling_brin.c.brin
_OF_ITS_OMGEVING = func.coalesce(inzending.c.omgeving_id == koppeling_brin.c.omgeving_id, false())
_SENT = exists().where(_BRIN == _OF_ITS_BRIN, _OF_ITS_OMGEVING).correlate(koppeling_brin)
_NEWEST = (
    select(inzending.c.inzending_id)
    .where(_BRIN.between(_OF_ITS_BRIN, _OF_ITS_BRIN), _OF_ITS_OMGEVING)
    .order_by(_BRIN.desc(), inzending.c.inzending_id.desc())
    .limit(1)
    .correlate(koppeling_brin)
    .scalar_subquery()
)
_LAST_USED = select(koppeling_brin.c.koppeling_id, func.max(_NEWEST).label("last")).group_by(
    koppeling_brin.c.koppeling_id
)
