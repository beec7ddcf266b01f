"""Whether schools are being served, for who has no Grafana; and the dashboards, where there is a Prometheus.

An applicatiebeheerder sees the own SWV, from the database only: Prometheus knows no SWVs, and its figures
of all of them together are for who may see everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from dossier.timestamps import utc_now
from helpdesk.dashboards.panel import Dashboard
from helpdesk.roles import Person, Right
from helpdesk.status import hours
from helpdesk.status.figures import SERVICE_LEVEL, Course, NoAnswer
from helpdesk.status.from_database import DatabaseFigures, read_standing
from helpdesk.status.from_prometheus import PrometheusFigures
from helpdesk.status.panels import DASHBOARDS, show
from helpdesk.status.periods import DAY, PERIODS, WEEK, WINDOWS, Period, period
from helpdesk.status.units import said
from helpdesk.status.verdict import judge
from helpdesk.visit import Visit
from web.errors import BadInput, NotAllowed, NotHere
from web.page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the figures are from, and what went wrong on the way."""

    prometheus: bool = False  # it answered
    silent: bool = False  # it should have, and did not
    filled: int = 0  # hours that it does not know


def status(visit: Visit) -> Response:
    """`live=nee` keeps the page as it is."""
    now = utc_now()
    key = visit.query("periode") or DAY
    if key not in PERIODS:
        raise BadInput("Kies een periode van 24 uur of van 7 dagen.")
    chosen = period(key, now)
    # First, so that no connection of the database waits for it.
    course, source = _from_prometheus(visit, chosen, now)
    swv_id = visit.person.swv_id
    with visit.reading() as connection:
        standing = read_standing(connection, swv_id)
        if course is None or course.unknown:
            known = DatabaseFigures(connection, swv_id).course(chosen.since, chosen.hours, now)
            course = known if course is None else course.filled(known)
    return visit.page(
        "status_live.html" if visit.is_partial else "status.html",
        now=now,
        oordeel=judge(standing, course, now),
        stand=standing,
        verloop=course,
        grafieken=hours.charts(course, chosen.axis),
        bron=source,
        cijfer=said,
        norm=SERVICE_LEVEL,
        periode=key,
        PERIODES=PERIODS,
        dashboards=_dashboards_of(visit.person),
        live=visit.query("live") != "nee",
    )


def dashboard(visit: Visit) -> Response:
    if not _sees_all(visit.person):
        raise NotAllowed
    board = DASHBOARDS.get(visit.path("dashboard"))
    if board is None:
        raise NotHere
    key = visit.query("periode") or (DAY if board.days == 1 else WEEK)
    if key not in WINDOWS:
        raise BadInput("Kies een van de periodes.")
    now = utc_now()
    prometheus = visit.desk.prometheus
    shown = [
        (row.title, [show(prometheus, panel, WINDOWS[key], now) for panel in row.panels])
        for row in board.rows
        if prometheus is not None
    ]
    return visit.page(
        "status_dashboard.html",
        now=now,
        board=board,
        rijen=shown,
        is_er=prometheus is not None,
        periode=key,
        keuzes=[(name, window.name) for name, window in WINDOWS.items()],
        dashboards=_dashboards_of(visit.person),
    )


def _from_prometheus(visit: Visit, chosen: Period, now: datetime) -> tuple[Course | None, Source]:
    if visit.desk.prometheus is None or not _sees_all(visit.person):
        return None, Source()
    try:
        course = PrometheusFigures(visit.desk.prometheus).course(chosen.since, chosen.hours, now)
    except NoAnswer:
        return None, Source(silent=True)
    return course, Source(prometheus=True, filled=course.unknown)


def _sees_all(person: Person) -> bool:
    return person.may(Right.INZENDINGEN) and person.swv_id is None


def _dashboards_of(person: Person) -> tuple[Dashboard, ...]:
    return tuple(DASHBOARDS.values()) if _sees_all(person) else ()


PAGES = (
    Page(path="/status", handler=status, right=Right.INZENDINGEN),
    Page(path="/status/{dashboard}", handler=dashboard, right=Right.INZENDINGEN),
)
