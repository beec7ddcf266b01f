"""Which days are school days, per region: no weekend, no school holiday, no national day off.

Two readings of one calendar, because it is never whole: a school may differ from the advice, or its region
is not known. A day is a *certain* school day if every region of the school has school on it; a *possible*
one if any has. Outside the years that the calendar knows, no day is certain and every weekday is possible.
"""

from __future__ import annotations

import csv
import io
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from routing.regio import Regio, Regios

ENDS_SOON = timedelta(days=183)
"""So long before its end somebody should add a school year: the Ministry publishes them years ahead."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vakantie:
    schooljaar: str
    naam: str
    regio: Regio
    van: date
    tot: date  # the last day of it


@dataclass(frozen=True, slots=True)
class SchoolDays:
    """Days in order."""

    days: tuple[date, ...]

    def between(self, after: date, until: date) -> int:
        """How many there are after `after`, up to and with `until`."""
        return max(0, bisect_right(self.days, until) - bisect_right(self.days, after))


class Schoolkalender:
    """All holidays that are known. Knows every region up to `end`, the first day after which one is unknown.

    Raises ValueError if a region has none.
    """

    def __init__(self, vakanties: Iterable[Vakantie]) -> None:
        self._off: dict[Regio, set[date]] = {regio: set() for regio in Regio}
        for vakantie in vakanties:
            self._off[vakantie.regio].update(_days(vakantie.van, vakantie.tot))
        self.begin = max(min(days) for days in self._off.values())
        self.end = min(max(days) for days in self._off.values())

    def ends_soon(self, today: date) -> bool:
        return self.end - today < ENDS_SOON

    def is_certain(self, day: date, regios: Regios) -> bool:
        """Whether all of `regios` have school."""
        known = self.begin <= day <= self.end
        return known and _is_weekday(day) and not any(day in self._off[regio] for regio in regios)

    def is_possible(self, day: date, regios: Regios) -> bool:
        """Whether one of `regios` may have school."""
        return _is_weekday(day) and any(day not in self._off[regio] for regio in regios)

    def certain(self, since: date, until: date, regios: Regios) -> SchoolDays:
        return SchoolDays(tuple(day for day in _days(since, until) if self.is_certain(day, regios)))

    def possible(self, since: date, until: date, regios: Regios) -> SchoolDays:
        return SchoolDays(tuple(day for day in _days(since, until) if self.is_possible(day, regios)))


def read_vakanties(content: bytes) -> Iterator[Vakantie]:
    """Of the file `schoolvakanties.csv`. Raises ValueError for a date or region that is none."""
    for row in csv.DictReader(io.StringIO(content.decode()), delimiter=";"):
        yield Vakantie(
            schooljaar=row["SCHOOLJAAR"],
            naam=row["VAKANTIE"],
            regio=Regio(row["REGIO"]),
            van=date.fromisoformat(row["VAN"]),
            tot=date.fromisoformat(row["TOT"]),
        )


@cache
def shipped_kalender() -> Schoolkalender:
    return Schoolkalender(read_vakanties((files("routing") / "data" / "schoolvakanties.csv").read_bytes()))


@cache
def national_days_off(year: int) -> frozenset[date]:
    """When schools are closed all over the country, also outside their holidays.

    Goede Vrijdag and the Friday after Hemelvaart are no public holidays, but most schools are closed;
    5 mei is a day off once in five years.
    """
    easter = _easter(year)
    koningsdag = date(year, 4, 27)
    days = {
        date(year, 1, 1),
        easter - 2 * _DAY,
        easter + _DAY,
        koningsdag - _DAY if koningsdag.weekday() == 6 else koningsdag,
        easter + 39 * _DAY,
        easter + 40 * _DAY,
        easter + 50 * _DAY,
        date(year, 12, 25),
        date(year, 12, 26),
    }
    return frozenset(days | {date(year, 5, 5)} if year % 5 == 0 else days)


def _easter(year: int) -> date:
    """The Sunday, of the Gregorian calendar (Meeus, Jones and Butcher)."""
    century, rest = divmod(year, 100)
    golden, leap = year % 19, century // 4
    moon = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _is_weekday(day: date) -> bool:
    return day.weekday() < 5 and day not in national_days_off(day.year)


def _days(since: date, until: date) -> Iterator[date]:
    return (since + n * _DAY for n in range((until - since).days + 1))
