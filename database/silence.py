"""The koppelingen that fell silent: active, once regular, and now longer without a push than their rhythm.

A push counts that is of a BRIN of the koppeling and from its omgeving, accepted or not, as in attention.py:
who is refused again and again is not silent. After a year without anything a koppeling is gone, not silent.

The history is read only of those that sent nothing for longer than anybody may: few, also in a holiday.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection, false, func, select

from database.attention import last_used, moment_of
from database.schema import inzending, koppeling, koppeling_brin, listed_school
from database.search_conditions import first_id
from dossier.identifiers import InzendingId, KoppelingId, SwvId
from dossier.timestamps import day_in_amsterdam, from_ms
from routing.regio import Regios, RegioTable, shipped_regios
from routing.rhythm import FLOOR, YEAR, Silence, find_silence
from routing.schoolvakanties import SchoolDays, Schoolkalender, shipped_kalender
from routing.tables import KoppelingStatus

_HOUR_MS = 3_600_000  # midnight in Amsterdam is on a whole hour of UTC, in summer and in winter
_AT_ONCE = 500  # koppelingen of which the history is in memory together
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentKoppeling:
    koppeling_id: KoppelingId
    last: InzendingId
    silence: Silence


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quiet:
    """One that may be silent, before its history is known."""

    koppeling_id: KoppelingId
    changed: date
    last: InzendingId

    @property
    def last_at(self) -> datetime:
        return moment_of(self.last)


@dataclass(slots=True)
class _Calendar:
    """The school days of the last two years, once for all schools of the same regions."""

    kalender: Schoolkalender
    today: date
    _certain: dict[Regios, SchoolDays] = field(default_factory=dict)
    _possible: dict[Regios, SchoolDays] = field(default_factory=dict)

    def certain(self, regios: Regios) -> SchoolDays:
        if regios not in self._certain:
            self._certain[regios] = self.kalender.certain(self.today - 2 * YEAR, self.today, regios)
        return self._certain[regios]

    def possible(self, regios: Regios) -> SchoolDays:
        if regios not in self._possible:
            self._possible[regios] = self.kalender.possible(self.today - 2 * YEAR, self.today, regios)
        return self._possible[regios]


def silent_koppelingen(
    connection: Connection,
    now: datetime,
    swv_id: SwvId | None = None,
    koppeling_id: KoppelingId | None = None,
    *,
    kalender: Schoolkalender | None = None,
    table: RegioTable | None = None,
) -> list[SilentKoppeling]:
    """Of one SWV, or of all; or whether this one is. The one that fell silent last comes first."""
    today = day_in_amsterdam(now)
    calendar = _Calendar(kalender or shipped_kalender(), today)
    quiet = list(_quiet(connection, now, swv_id, koppeling_id))
    regios = _regios(connection, [one.koppeling_id for one in quiet], table or shipped_regios())
    quiet = [q for q in quiet if _may_be_silent(q, calendar.certain(regios[q.koppeling_id]), today)]
    found = [one for some in _chunks(quiet) for one in _judged(connection, some, regios, calendar)]
    return sorted(found, key=lambda one: one.last, reverse=True)


def still_silent(
    connection: Connection, found: Sequence[SilentKoppeling], swv_id: SwvId | None = None
) -> list[SilentKoppeling]:
    """Those of an earlier look that are active now, of this SWV. Not whether they sent something since."""
    keys: set[str] = set()
    for some in _chunks(found):
        query = select(koppeling.c.koppeling_id).where(
            koppeling.c.koppeling_id.in_([one.koppeling_id for one in some]),
            koppeling.c.status == KoppelingStatus.ACTIEF.value,
        )
        if swv_id is not None:
            query = query.where(koppeling.c.swv_id == swv_id)
        keys.update(connection.execute(query).scalars())
    return [one for one in found if one.koppeling_id in keys]


def _judged(
    connection: Connection,
    quiet: Sequence[_Quiet],
    regios: Mapping[KoppelingId, Regios],
    calendar: _Calendar,
) -> Iterator[SilentKoppeling]:
    since = min(one.last_at for one in quiet) - YEAR
    pushes = days_with_pushes(connection, [one.koppeling_id for one in quiet], since)
    for one in quiet:
        of = regios[one.koppeling_id]
        silence = find_silence(
            pushes.get(one.koppeling_id, ()),
            calendar.today,
            certain=calendar.certain(of),
            possible=calendar.possible(of),
            changed=one.changed,
        )
        if silence is not None:
            yield SilentKoppeling(koppeling_id=one.koppeling_id, last=one.last, silence=silence)


def _quiet(
    connection: Connection, now: datetime, swv_id: SwvId | None, koppeling_id: KoppelingId | None
) -> Iterator[_Quiet]:
    """The active ones whose last push is less than a year ago, and not of these days."""
    query = select(koppeling.c.koppeling_id, koppeling.c.changed_ms).where(
        koppeling.c.status == KoppelingStatus.ACTIEF.value
    )
    if swv_id is not None:
        query = query.where(koppeling.c.swv_id == swv_id)
    if koppeling_id is not None:
        query = query.where(koppeling.c.koppeling_id == koppeling_id)
    rows = connection.execute(query).all()
    used = last_used(connection, [row.koppeling_id for row in rows])
    for row in rows:
        last = used.get(row.koppeling_id)
        if last is not None and now - YEAR < moment_of(last) < now - timedelta(days=FLOOR):
            yield _Quiet(
                koppeling_id=row.koppeling_id,
                changed=day_in_amsterdam(from_ms(row.changed_ms)),
                last=last,
            )


def _may_be_silent(quiet: _Quiet, certain: SchoolDays, today: date) -> bool:
    since = max(day_in_amsterdam(quiet.last_at), quiet.changed)
    return certain.between(since, today - timedelta(days=1)) > FLOOR


def _regios(
    connection: Connection, ids: Sequence[KoppelingId], table: RegioTable
) -> Mapping[KoppelingId, Regios]:
    """All regions in which the schools of each are; of what is not known, every region."""
    brins: dict[KoppelingId, list[str]] = {one: [] for one in ids}
    for some in _chunks(ids):
        query = select(koppeling_brin.c.koppeling_id, koppeling_brin.c.brin)
        for key, brin in connection.execute(query.where(koppeling_brin.c.koppeling_id.in_(some))):
            brins[key].append(brin)
    unlisted = sorted({brin for of in brins.values() for brin in of} - table.by_brin.keys())
    plaatsen: dict[str, list[str]] = {}
    for some_brins in _chunks(unlisted):
        places = select(listed_school.c.brin, listed_school.c.plaats)
        for brin, plaats in connection.execute(places.where(listed_school.c.brin.in_(some_brins))):
            plaatsen.setdefault(brin, []).append(plaats)
    return {
        key: frozenset().union(*(table.of_school(brin, plaatsen.get(brin, ())) for brin in of))
        for key, of in brins.items()
    }


def days_with_pushes(
    connection: Connection, ids: Sequence[KoppelingId], since: datetime
) -> dict[KoppelingId, set[date]]:
    """The days in Amsterdam on which something came for each, since then."""
    query = _HOURS.where(koppeling_brin.c.koppeling_id.in_(ids), inzending.c.inzending_id >= first_id(since))
    days: dict[int, date] = {}
    found: dict[KoppelingId, set[date]] = {}
    for key, hour in connection.execute(query):
        if hour not in days:
            days[hour] = day_in_amsterdam(from_ms(hour * _HOUR_MS))
        found.setdefault(key, set()).add(days[hour])
    return found


def _chunks(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    return (items[at : at + _AT_ONCE] for at in range(0, len(items), _AT_ONCE))


# By BRIN or by moment, as the database likes: never all that an omgeving sent, as attention.py has it.
_HOURS = (
    select(koppeling_brin.c.koppeling_id, (inzending.c.received_ms // _HOUR_MS).label("hour"))
    .join(
        inzending,
        (inzending.c.brin == koppeling_brin.c.brin)
        & func.coalesce(inzending.c.omgeving_id == koppeling_brin.c.omgeving_id, false()),
    )
    .distinct()
)
