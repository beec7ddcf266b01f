"""The dashboards without Grafana: the very same queries, asked of Prometheus and drawn here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from helpdesk.dashboards.desk import DESK
from helpdesk.dashboards.panel import RATE, Dashboard, Kind, Panel, Query
from helpdesk.dashboards.service import SERVICE
from helpdesk.status.chart import Axis, Chart, Values, areas, lines
from helpdesk.status.figures import NoAnswer
from helpdesk.status.periods import Window
from helpdesk.status.prometheus import Prometheus, Series
from helpdesk.status.units import figure

DASHBOARDS: Mapping[str, Dashboard] = MappingProxyType({board.key: board for board in (SERVICE, DESK)})
COLOURS = 8  # classes s0 to s7 of style.css; they come round again with other dashes
MOST = 24  # lines in one panel; what is beyond cannot be told apart
_SCRAPE = timedelta(seconds=15)  # of deploy/prometheus/prometheus.yml
_LABEL = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_NO_ANSWER = "Prometheus gaf op deze vraag geen antwoord. Probeer het over een minuut opnieuw."
_NO_DATA = "Geen cijfers in deze periode."


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    name: str
    text: str
    worry: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A panel as it is on the page: a chart, or numbers, or why there is neither."""

    panel: Panel
    limit: str = ""  # when somebody should look
    chart: Chart | None = None
    numbers: tuple[Number, ...] = ()
    why_not: str = ""
    left_out: int = 0


def show(prometheus: Prometheus, panel: Panel, window: Window, now: datetime) -> Shown:
    try:
        if panel.kind is Kind.NUMBER:
            return _numbers(prometheus, panel, window, now)
        return _chart(prometheus, panel, window.axis(now))
    except NoAnswer:
        return Shown(panel=panel, why_not=_NO_ANSWER)


def expression(query: Query, step: timedelta) -> str:
    """As Prometheus takes it: a rate over no less than four scrapes, and over all of a step."""
    seconds = max(step + _SCRAPE, 4 * _SCRAPE).total_seconds()
    return query.expr.replace(RATE, f"{seconds:.0f}s")


def _numbers(prometheus: Prometheus, panel: Panel, window: Window, now: datetime) -> Shown:
    found = [
        Number(name=name, text=figure(value, panel.unit), worry=_worries(panel, value))
        for query in panel.queries
        for name, value in _last(query, prometheus.now(expression(query, window.step), now))
    ]
    return Shown(
        panel=panel,
        limit=_limit(panel),
        numbers=tuple(found[:MOST]),
        left_out=max(0, len(found) - MOST),
        why_not="" if found else panel.empty_because or _NO_DATA,
    )


def _chart(prometheus: Prometheus, panel: Panel, axis: Axis) -> Shown:
    start, end = axis.moments[0], axis.moments[-1]
    named = [
        (_name(query, series) or panel.title, _at_moments(series, axis))
        for query in panel.queries
        for series in _sorted(prometheus.over_time(expression(query, axis.step), start, end, axis.step))
    ]
    values = [
        Values(name=name, soort=f"s{n % COLOURS}{' r' if n >= COLOURS else ''}", values=of)
        for n, (name, of) in enumerate(named[:MOST])
    ]
    if not any(value is not None for one in values for value in one.values):
        return Shown(panel=panel, limit=_limit(panel), why_not=panel.empty_because or _NO_DATA)
    draw = areas if panel.kind is Kind.STACKED else lines
    chart = draw(panel.key, panel.title, panel.text, axis, values, panel.unit)
    return Shown(panel=panel, limit=_limit(panel), chart=chart, left_out=max(0, len(named) - MOST))


def _at_moments(series: Series, axis: Axis) -> list[float | None]:
    values: list[float | None] = [None] * len(axis.moments)
    start, step = axis.moments[0].timestamp(), axis.step.total_seconds()
    for at, value in series.points:
        n = round((at - start) / step)
        if 0 <= n < len(values):
            values[n] = value
    return values


def _last(query: Query, found: list[Series]) -> Iterator[tuple[str, float]]:
    for series in _sorted(found):
        if series.points:
            yield _name(query, series), series.points[-1][1]


def _name(query: Query, series: Series) -> str:
    return _LABEL.sub(lambda label: series.labels.get(label[1], ""), query.legend)


def _sorted(found: list[Series]) -> list[Series]:
    """Always in the same order, so that a colour stays whose it is."""
    return sorted(found, key=lambda series: sorted(series.labels.items()))


def _worries(panel: Panel, value: float) -> bool:
    return (panel.worry_from is not None and value >= panel.worry_from) or (
        panel.worry_below is not None and value < panel.worry_below
    )


def _limit(panel: Panel) -> str:
    said = []
    if panel.worry_from is not None:
        said.append(f"vanaf {figure(panel.worry_from, panel.unit)}")
    if panel.worry_below is not None:
        said.append(f"onder {figure(panel.worry_below, panel.unit)}")
    return f"Kijk ernaar {' of '.join(said)}." if said else ""
