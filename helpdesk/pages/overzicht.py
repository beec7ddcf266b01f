"""The first page: how it goes today and this week, and what needs attention first. It renews itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection
from starlette.responses import Response

from database.attention import UNUSED_AFTER, StuckSchool, moment_of, stuck_schools, unused_koppelingen
from database.figures import Backlog, Day, backlog, per_day
from database.overview import NamedKoppeling, named_koppelingen
from database.silence import SilentKoppeling, still_silent
from dossier.identifiers import SwvId
from dossier.reden import CATALOGUE, RedenCode, Wie
from dossier.timestamps import day_in_amsterdam, utc_now
from helpdesk.pages.zoekvraag import PATH, REDENEN
from helpdesk.roles import Person, Right
from helpdesk.silence_words import in_words
from helpdesk.visit import Visit
from routing.schoolvakanties import Schoolkalender
from web.page import Page
from web.render import AMSTERDAM, midnight
from web.url import url

DAYS = 7  # today among them
STUCK_WITHIN = timedelta(days=30)
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
class Silent:
    koppeling: NamedKoppeling
    found: SilentKoppeling
    since: datetime
    rhythm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Silences:
    """The koppelingen that fell silent, as they were found some minutes ago at most."""

    rows: list[Silent]
    more: int
    known: bool  # False: it could not be found
    kalender_until: date | None  # its end, if that is near


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
    silent: Silences

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
    silences = visit.desk.silences
    found = silences.found(visit.desk.engine)  # before we hold a connection: it may need one
    with visit.reading() as connection:
        silent = _silences(connection, found, silences.kalender, visit.person)
        figures = read_figures(connection, utc_now(), visit.person.swv_id, silent)
    template = "overzicht_live.html" if visit.is_partial else "overzicht.html"
    return visit.page(template, cijfers=figures, REDENEN=REDENEN, live=visit.query("live") != "nee")


def read_figures(connection: Connection, now: datetime, swv_id: SwvId | None, silent: Silences) -> Figures:
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
        silent=silent,
    )


def _silences(
    connection: Connection,
    found: Sequence[SilentKoppeling] | None,
    kalender: Schoolkalender,
    person: Person,
) -> Silences:
    current = still_silent(connection, found or (), person.swv_id)
    shown = {one.koppeling_id: one for one in current[:_MOST]}
    warn = person.may(Right.KOPPELINGEN) and kalender.ends_soon(day_in_amsterdam(utc_now()))
    return Silences(
        rows=[
            Silent(
                koppeling=named,
                found=shown[named.koppeling_id],
                since=moment_of(shown[named.koppeling_id].last),
                rhythm=in_words(shown[named.koppeling_id].silence),
            )
            for named in named_koppelingen(connection, list(shown))
        ],
        more=max(0, len(current) - _MOST),
        known=found is not None,
        kalender_until=kalender.end if warn else None,
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
