"""When the silence of a koppeling is strange: against its own rhythm, counted in school days.

A koppeling is silent if it has sent nothing for more school days than `FACTOR` times its longest silence of
the year before, and for more than `FLOOR`. It must have been regular: pushes on `REGULAR` days of that year.

- The longest, not the average: hulpvragen come in waves, and a school year begins and ends quietly.
- Silence is counted in days that are school days for sure, the rhythm before it in days that may have been:
  what we do not know (a region, a holiday after the calendar's end) makes an alarm later, never earlier.
- A school by itself sends a handful a year: most small koppelingen can never be called silent. An earlier
  breakdown counts as a silence like any other, and makes us patient for a year.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from routing.schoolvakanties import SchoolDays

FACTOR = 2
FLOOR = (
    10  # school days: two weeks, so that a school that has its holiday a week off the advice is not called
)
REGULAR = 12  # days with a push
YEAR = timedelta(days=365)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    last: date  # the last day on which something came
    school_days: int  # since then; today is not over and does not count
    usual: float  # school days from one to the next, on average over the year before
    longest: int  # school days without anything, before this


def find_silence(
    pushes: Iterable[date], today: date, *, certain: SchoolDays, possible: SchoolDays, changed: date
) -> Silence | None:
    """Of a koppeling that sent something on `pushes`, days in Amsterdam in any order. None: nothing strange.

    Both SchoolDays reach from a year before the last push to today. `changed` is when somebody last set
    something of the koppeling: what is set anew gets as much time as what has just sent something.
    """
    days = sorted({day for day in pushes if day <= today})
    if not days:
        return None
    last, yesterday = days[-1], today - _DAY
    days = [day for day in days if day > last - YEAR]
    if len(days) < REGULAR:
        return None
    longest = max(possible.between(one, other - _DAY) for one, other in pairwise(days))
    if certain.between(max(last, changed), yesterday) <= max(FLOOR, FACTOR * longest):
        return None
    return Silence(
        last=last,
        school_days=certain.between(last, yesterday),
        usual=possible.between(days[0], last) / (len(days) - 1),
        longest=longest,
    )
