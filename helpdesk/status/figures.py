"""What the status page shows, and who can tell it: one Protocol, of the database and of Prometheus.

How it is *now* (what waits, what is dead) both ask of the database: no page comes without it, and it is
never behind. What the database does not know is None, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

HOUR = timedelta(hours=1)
WITHIN = timedelta(seconds=60)  # the service level: so soon in the store,
SERVICE_LEVEL = 0.99  # of so many


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """From acceptance to bezorgd, of what was delivered."""

    delivered: int = 0
    in_time: int = 0  # within WITHIN
    p50: float | None = None  # seconds; None: nothing was delivered
    p95: float | None = None
    p99: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.in_time / self.delivered if self.delivered else None

    @property
    def missed(self) -> bool:
        return self.ratio is not None and self.ratio < SERVICE_LEVEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    since: datetime
    known: bool = True  # False: whoever was asked has no figures of this hour
    accepted: int = 0  # new dossiers and new versions
    dubbel: int = 0
    rejected: int = 0
    faults: int | None = None  # that were our doing
    took: Took = Took()
    waiting: int | None = None  # at most, in this hour
    oldest_seconds: float | None = None  # the longest that anything waited, in this hour

    @property
    def received(self) -> int:
        return self.accepted + self.dubbel + self.rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How it went: each hour of a period, the last of them not over yet, and the last 60 minutes."""

    hours: tuple[Hour, ...]
    lately: Took

    @property
    def unknown(self) -> int:
        """Hours of which there are no figures."""
        return sum(not hour.known for hour in self.hours)

    def filled(self, other: Course) -> Course:
        """With those of the same hours of another who knows them."""
        pairs = zip(self.hours, other.hours, strict=True)
        return Course(
            hours=tuple(ours if ours.known else theirs for ours, theirs in pairs),
            lately=self.lately if self.hours[-1].known else other.lately,
        )

    @property
    def total(self) -> Took:
        """Without percentiles: those of hours make none of a day."""
        return Took(
            delivered=sum(hour.took.delivered for hour in self.hours),
            in_time=sum(hour.took.in_time for hour in self.hours),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How it is now."""

    waiting: int  # accepted, not yet confirmed by the store
    oldest_seconds: float  # 0 if none waits
    dead: int
    dead_since: datetime | None


class Figures(Protocol):
    def course(self, since: datetime, hours: int, now: datetime) -> Course:
        """Of the `hours` from `since`, a whole hour; `now` is in the last. Raises NoAnswer, Unavailable."""


class NoAnswer(Exception):
    """Prometheus gave none that can be used. Nothing of what it did say is in here."""
