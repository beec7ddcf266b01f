"""The first page: how it goes today and this week, and what needs attention first. It renews itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection
from starlette.responses import Response

from database.attention import StuckSchool, stuck_schools, unused_koppelingen
from database.figures import Backlog, Day, backlog, per_day
from database.overview import NamedKoppeling, named_koppelingen
from dossier.identifiers import SwvId
from dossier.reden import CATALOGUE, RedenCode, Wie
from dossier.timestamps import utc_now
from helpdesk.pages.zoekvraag import PATH, REDENEN
from helpdesk.roles import Right
from helpdesk.web.page import Page
from helpdesk.web.render import AMSTERDAM, midnight
from helpdesk.web.visit import Visit, url

DAYS = 7  # today among them
STUCK_WITHIN = timedelta(days=30)
UNUSED_AFTER = timedelta(days=14)  # a school that was linked last week may not have had a hulpvraag yet
_MOST = 20  # of each list; the rest is a number
_DAY_NAMES = ("ma", "di", "wo", "do", "vr", "za", "zo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    accepted: int
    rejected: int
    dubbel: int
    delivered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RedenRow:
    code: RedenCode
    today: int
    week: int
    wie: Wie
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    school: StuckSchool
    wie: Wie
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All that the page shows, read in one transaction."""

    now: datetime
    days: list[Day]  # the last is today
    backlog: Backlog
    stuck: list[Stuck]
    more_stuck: bool
    unused: list[NamedKoppeling]
    more_unused: int

    @property
    def date_of_today(self) -> str:
        return _date(self.now)

    @property
    def today(self) -> Totals:
        return _totals(self.days[-1:])

    @property
    def week(self) -> Totals:
        return _totals(self.days)

    @property
    def dead(self) -> int:
        return sum(self.backlog.dead.values())

    @property
    def redenen(self) -> list[RedenRow]:
        """Of this week; the one that most schools ran into first."""
        since = {"van": _date(self.days[0].since)}
        rows = [
            RedenRow(
                code=code,
                today=self.days[-1].redenen.get(code, 0),
                week=sum(day.redenen.get(code, 0) for day in self.days),
                wie=CATALOGUE[code].wie,
                link=url(PATH, {"reden": code.value, **since}),
            )
            for code in RedenCode
        ]
        return sorted((row for row in rows if row.week), key=lambda row: -row.week)

    @property
    def received(self) -> list[tuple[str, tuple[tuple[str, int], ...]]]:
        """Rows of a chart: what came in, per day."""
        return [
            (_tick(day), (("goed", day.accepted), ("let-op", day.dubbel), ("fout", day.rejected)))
            for day in self.days
        ]

    @property
    def delivered(self) -> list[tuple[str, tuple[tuple[str, int], ...]]]:
        return [(_tick(day), (("bezig", day.delivered),)) for day in self.days]


def overzicht(visit: Visit) -> Response:
    """Who sees no inzendingen has the audit as first page. `live=nee` keeps the page as it is."""
    if not visit.person.may(Right.INZENDINGEN):
        return visit.redirect("/audit")
    with visit.reading() as connection:
        figures = read_figures(connection, utc_now(), visit.person.swv_id)
    template = "overzicht_live.html" if visit.is_partial else "overzicht.html"
    return visit.page(template, cijfers=figures, REDENEN=REDENEN, live=visit.query("live") != "nee")


def read_figures(connection: Connection, now: datetime, swv_id: SwvId | None) -> Figures:
    """Of one SWV, or of all."""
    stuck = stuck_schools(connection, now - STUCK_WITHIN, swv_id, limit=_MOST + 1)
    unused = unused_koppelingen(connection, now - UNUSED_AFTER, swv_id)
    since = _date(now - STUCK_WITHIN)
    return Figures(
        now=now,
        days=per_day(connection, day_borders(now), swv_id),
        backlog=backlog(connection, swv_id),
        stuck=[_stuck(school, since) for school in stuck[:_MOST]],
        more_stuck=len(stuck) > _MOST,
        unused=named_koppelingen(connection, unused[:_MOST]),
        more_unused=max(0, len(unused) - _MOST),
    )


def day_borders(now: datetime) -> list[datetime]:
    """The midnights in Amsterdam between which the last `DAYS` days are, today the last of them."""
    today = now.astimezone(AMSTERDAM).date()
    return [midnight(today + timedelta(days=n)) for n in range(1 - DAYS, 2)]


def _stuck(school: StuckSchool, since: str) -> Stuck:
    """With a link to the list of these rejections, as far as its filters go."""
    of = {"zoek": school.brin, "omgeving": school.omgeving_id, "reden": school.code.value, "van": since}
    return Stuck(school=school, wie=CATALOGUE[school.code].wie, link=url(PATH, of))


def _totals(days: Sequence[Day]) -> Totals:
    return Totals(
        accepted=sum(day.accepted for day in days),
        rejected=sum(day.rejected for day in days),
        dubbel=sum(day.dubbel for day in days),
        delivered=sum(day.delivered for day in days),
    )


def _date(at: datetime) -> str:
    """As a filter of the list takes it."""
    return f"{at.astimezone(AMSTERDAM):%Y-%m-%d}"


def _tick(day: Day) -> str:
    at = day.since.astimezone(AMSTERDAM)
    return f"{_DAY_NAMES[at.weekday()]} {at.day}"


PAGES = (Page(path="/", handler=overzicht),)
