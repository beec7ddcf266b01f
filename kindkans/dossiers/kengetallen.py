"""The page Kengetallen shows the hulpvragen that have an aanpak or a TLV, and no other (FAQ 5).

Of those that the account may see: whoever may not see an aanpak does not learn here that there is one
(FAQ 3), so for them it is none. A month is one in Amsterdam, of the receipt of the first version.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    String,
    Table,
    cast,
    func,
    literal,
    null,
    select,
)

from dossier.identifiers import Dossiernummer, OrganisatieId
from dossier.timestamps import day_in_amsterdam, from_ms
from kindkans.rights.words import Tab
from kindkans.schema import dossier
from kindkans.tabs_schema import aanpak, organisatie, tlv

_HOUR_MS = 3_600_000  # a month in Amsterdam begins on a whole hour of UTC
PAGE = 100

Visible = Callable[[Tab], ColumnElement[bool]]
"""The condition on a row of dossier that who asks may see this tab of it: `visible` of rights/statements."""


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    organisatie_id: OrganisatieId
    naam: str  # the id if it has none
    aantal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kengetallen:
    """Each count is of hulpvragen; those of each chart add up to `aantal`."""

    aantal: int
    zonder: int  # that may be seen, and are absent here for having neither
    scholen: tuple[School, ...]  # the most first
    soorten: Mapping[str | None, int]  # None: not known yet; the most first
    maanden: Mapping[date | None, int]  # by the first day of the month, in order; None: not known yet


def count_kengetallen(connection: Connection, visible: Visible) -> Kengetallen:
    """In one statement, so that the counts are of one moment."""
    seen = _seen(visible)
    found = connection.execute(
        _schools(seen).union_all(_soorten(seen), _hours(seen), _without(seen)).order_by("wat", "sleutel")
    ).all()
    by_count = sorted(found, key=lambda row: -row.aantal)
    schools = tuple(_school(row) for row in by_count if row.wat == "school")
    return Kengetallen(
        aantal=sum(s.aantal for s in schools),
        zonder=sum(row.aantal for row in found if row.wat == "zonder"),
        scholen=schools,
        soorten={row.sleutel: row.aantal for row in by_count if row.wat == "soort"},
        maanden=_per_month([(row.sleutel, row.aantal) for row in found if row.wat == "uur"]),
    )


def list_kengetallen(
    connection: Connection, visible: Visible, before: Dossiernummer | None = None, limit: int = PAGE
) -> list[Dossiernummer]:
    """The hulpvragen that are counted, the highest number first; those below `before`."""
    query = (
        select(dossier.c.dossiernummer)
        .where(_there(visible), _has_one(visible))
        .order_by(dossier.c.dossiernummer.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(dossier.c.dossiernummer < before)
    return [Dossiernummer(number) for number in connection.execute(query).scalars()]


def _there(visible: Visible) -> ColumnElement[bool]:
    return dossier.c.verwijderd_ms.is_(None) & visible(Tab.HULPVRAAG)


def _has_one(visible: Visible) -> ColumnElement[bool]:
    return (_has(aanpak) & visible(Tab.AANPAK)) | (_has(tlv) & visible(Tab.TLV))


def _has(table: Table) -> ColumnElement[bool]:
    """Not by EXISTS: for that PostgreSQL reads the whole table, also for the hulpvragen of one SWV."""
    one = select(table.c.dossiernummer).where(table.c.dossiernummer == dossier.c.dossiernummer)
    return one.limit(1).scalar_subquery().is_not(None)


def _seen(visible: Visible) -> CTE:
    """A line per hulpvraag that may be seen: read once, counted four times."""
    return (
        select(
            dossier.c.organisatie_id,
            dossier.c.soort,
            (dossier.c.ontvangen_ms // _HOUR_MS).label("uur"),
            _has_one(visible).label("heeft"),
        )
        .where(_there(visible))
        .cte("gezien")
    )


def _counted(what: str, key: ColumnElement[Any], seen: CTE) -> Select[str, str, str, int]:
    return (
        select(
            literal(what).label("wat"),
            cast(key, String).label("sleutel"),
            cast(null(), String).label("naam"),
            func.count().label("aantal"),
        )
        .where(seen.c.heeft)
        .group_by(key)
    )


def _schools(seen: CTE) -> Select[str, str, str, int]:
    counted = _counted("school", seen.c.organisatie_id, seen).subquery("per_school")
    return select(counted.c.wat, counted.c.sleutel, organisatie.c.naam, counted.c.aantal).outerjoin_from(
        counted, organisatie, organisatie.c.organisatie_id == counted.c.sleutel
    )


def _soorten(seen: CTE) -> Select[str, str, str, int]:
    return _counted("soort", seen.c.soort, seen)


def _hours(seen: CTE) -> Select[str, str, str, int]:
    return _counted("uur", seen.c.uur, seen)


def _without(seen: CTE) -> Select[str, str, str, int]:
    return select(
        literal("zonder").label("wat"),
        cast(null(), String).label("sleutel"),
        cast(null(), String).label("naam"),
        func.count().label("aantal"),
    ).where(~seen.c.heeft)


def _per_month(hours: list[tuple[str | None, int]]) -> dict[date | None, int]:
    counts: Counter[date | None] = Counter()
    for hour, count in hours:
        counts[None if hour is None else _month_of(int(hour))] += count
    return {month: counts[month] for month in sorted(counts, key=lambda m: (m is None, m or date.min))}


def _month_of(hour: int) -> date:
    return day_in_amsterdam(from_ms(hour * _HOUR_MS)).replace(day=1)


def _school(row: Any) -> School:
    return School(organisatie_id=OrganisatieId(row.sleutel), naam=row.naam or row.sleutel, aantal=row.aantal)
