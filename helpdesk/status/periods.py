"""The times that can be chosen. Hours and days are those of Amsterdam: a day has 23, 24 or 25 hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from helpdesk.status.chart import Axis
from helpdesk.status.figures import HOUR
from web.render import AMSTERDAM, midnight

DAY, WEEK = "24u", "7d"
PERIODS: Mapping[str, str] = MappingProxyType({DAY: "24 uur", WEEK: "7 dagen"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole hours; `now` is in the last of them. `slots`: those to the end of the last day too."""

    key: str
    since: datetime
    hours: int
    slots: int

    @property
    def axis(self) -> Axis:
        moments = [self.since + n * HOUR for n in range(self.hours)]
        return Axis(moments=moments, step=HOUR, slots=self.slots, parts=4 if self.key == DAY else 7)


def period(key: str, now: datetime) -> Period:
    """Raises KeyError for one that there is not."""
    this_hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if PERIODS[key] is PERIODS[DAY]:
        return Period(key=key, since=this_hour - 23 * HOUR, hours=24, slots=24)
    today = now.astimezone(AMSTERDAM).date()
    since = midnight(today - timedelta(days=6)).astimezone(UTC)
    until = midnight(today + timedelta(days=1)).astimezone(UTC)
    return Period(
        key=key, since=since, hours=(this_hour - since) // HOUR + 1, slots=round((until - since) / HOUR)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Of a dashboard: so many moments, the last of them now."""

    name: str
    step: timedelta
    count: int
    parts: int = 4

    def axis(self, now: datetime) -> Axis:
        moments = [now - (self.count - 1 - n) * self.step for n in range(self.count)]
        return Axis(moments=moments, step=self.step, slots=self.count, parts=self.parts)


WINDOWS: Mapping[str, Window] = MappingProxyType(
    {
        "5m": Window(name="5 minuten", step=timedelta(seconds=5), count=60),
        "15m": Window(name="15 minuten", step=timedelta(seconds=15), count=60),
        "1u": Window(name="1 uur", step=timedelta(seconds=30), count=120),
        "6u": Window(name="6 uur", step=timedelta(minutes=3), count=120),
        DAY: Window(name="24 uur", step=timedelta(minutes=10), count=144),
        WEEK: Window(name="7 dagen", step=timedelta(hours=1), count=168, parts=7),
    }
)
