"""What /status shows of a gateway under load: each panel, by Grafana's queries; the database's hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from database.engine import reading
from gateway.databases import open_gateway_database
from helpdesk.dashboards.panel import Kind, Panel
from helpdesk.status.figures import HOUR
from helpdesk.status.from_database import DatabaseFigures
from helpdesk.status.from_prometheus import PrometheusFigures
from helpdesk.status.panels import DASHBOARDS, show
from helpdesk.status.periods import WINDOWS
from helpdesk.status.prometheus import Prometheus
from monitoring.panels import PANELS
from monitoring.watched import Watched

# The first test starts six processes and sends to them.
pytestmark = [pytest.mark.xdist_group("monitoring"), pytest.mark.timeout(600)]

every_panel = pytest.mark.parametrize("panel", [pytest.param(panel, id=name) for name, panel in PANELS])
BEFORE = 3  # pushes before Prometheus looked for the first time


def about(number: int) -> object:
    """Prometheus draws the rise through to where a scrape more would have been."""
    return pytest.approx(number, rel=0.1, abs=BEFORE)


@pytest.fixture
def prometheus(seen: Watched) -> Iterator[Prometheus]:
    made = Prometheus(seen.prometheus.url)
    yield made
    made.close()


def test_every_panel_of_grafana_is_here_too() -> None:
    shown = [f"{board.key}-{panel.key}" for board in DASHBOARDS.values() for panel in board.panels]
    assert shown == [name for name, _ in PANELS]


@every_panel
def test_a_panel_is_drawn_from_what_prometheus_answers(
    seen: Watched, prometheus: Prometheus, panel: Panel
) -> None:
    shown = show(prometheus, panel, WINDOWS["5m"], datetime.fromtimestamp(seen.ended, UTC))

    if panel.kind is Kind.NUMBER:
        assert shown.numbers
    else:
        assert shown.chart is not None, shown.why_not
        assert len(shown.chart.legend) >= len(panel.queries)
    assert shown.left_out == 0


@every_panel
def test_a_panel_says_why_it_is_empty(seen: Watched, prometheus: Prometheus, panel: Panel) -> None:
    yesterday = datetime.fromtimestamp(seen.began, UTC) - timedelta(days=1)
    shown = show(prometheus, panel, WINDOWS["5m"], yesterday)

    assert (shown.chart, shown.numbers) == (None, ())
    assert shown.why_not == (panel.empty_because or "Geen cijfers in deze periode.")


def test_the_hours_are_those_of_the_database(seen: Watched, prometheus: Prometheus) -> None:
    now = datetime.fromtimestamp(seen.ended, UTC)
    since = now.replace(minute=0, second=0, microsecond=0) - HOUR
    engine = open_gateway_database(seen.gateway.settings)
    with reading(engine) as connection:
        exact = DatabaseFigures(connection).course(since, 2, now)
    engine.dispose()
    told = PrometheusFigures(prometheus).course(since, 2, now)

    for name in ("accepted", "dubbel", "rejected"):
        ours, theirs = (sum(getattr(hour, name) for hour in course.hours) for course in (told, exact))
        assert ours == about(theirs), name
        assert theirs > BEFORE
    assert told.total.delivered == about(exact.total.delivered)
    assert told.hours[-1].faults == 0
    assert told.hours[-1].waiting is not None
