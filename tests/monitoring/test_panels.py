"""Every query of every panel, asked of a real Prometheus that scraped a gateway under load."""

from __future__ import annotations

import re

import pytest

from helpdesk.dashboards.panel import Panel, Query
from monitoring.panels import PANELS, answers, expr_of, finite, numbers
from monitoring.watched import Watched

# The first test starts six processes and sends to them.
pytestmark = [pytest.mark.xdist_group("monitoring"), pytest.mark.timeout(600)]

NAME = re.compile(r"\b(kindkans_\w+|up)\b")
MATCHER = re.compile(r'(\w+)="([^"]*)"')

every_panel = pytest.mark.parametrize("panel", [pytest.param(panel, id=name) for name, panel in PANELS])
QUERIES = [
    pytest.param(query, id=f"{name}-{n}") for name, panel in PANELS for n, query in enumerate(panel.queries)
]


@every_panel
def test_a_panel_shows_numbers_for_each_of_its_queries(seen: Watched, panel: Panel) -> None:
    for query, found in answers(seen.prometheus, panel, seen.began, seen.ended):
        assert found != [], expr_of(query)
        assert finite(found), expr_of(query)


@pytest.mark.parametrize("query", QUERIES)
def test_no_query_hides_that_a_metric_it_asks_for_is_gone(seen: Watched, query: Query) -> None:
    for one in NAME.finditer(query.expr):
        assert _asked(seen, query, one.start(1), one.end(1), one[1] + "s") == [], one[1]


@pytest.mark.parametrize("query", QUERIES)
def test_no_query_hides_that_a_label_has_another_value_or_name(seen: Watched, query: Query) -> None:
    for one in MATCHER.finditer(query.expr):
        assert _asked(seen, query, one.start(1), one.end(1), one[1] + "s") == [], one[0]
        assert _asked(seen, query, one.start(2), one.end(2), one[2] + "s") == [], one[0]


def _asked(seen: Watched, query: Query, start: int, end: int, instead: str) -> list[float]:
    """Over the whole time, with this part of the query written otherwise."""
    wrong = Query(expr=query.expr[:start] + instead + query.expr[end:])
    return numbers(seen.prometheus.query_range(expr_of(wrong), seen.began, seen.ended, 10))
