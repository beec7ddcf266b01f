"""The panels of both dashboards, and what Prometheus answers to their queries."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from components.prometheus import PrometheusServer
from gateway.grafana import DASHBOARDS
from helpdesk.dashboards.panel import RATE, Kind, Panel, Query

PANELS = [(f"{d.key}-{panel.key}", panel) for d in DASHBOARDS for panel in d.panels]
WINDOW = "15s"  # in the place of Grafana's: fifteen scrapes


def expr_of(query: Query) -> str:
    return query.expr.replace(RATE, WINDOW)


def answers(
    prometheus: PrometheusServer, panel: Panel, began: float, ended: float
) -> Iterator[tuple[Query, list[float]]]:
    """Of each query every number that the panel would show."""
    for query in panel.queries:
        if panel.kind is Kind.NUMBER:
            yield query, numbers(prometheus.query(expr_of(query), ended))
        else:
            yield query, numbers(prometheus.query_range(expr_of(query), began, ended, 1))


def numbers(result: list[dict[str, Any]]) -> list[float]:
    pairs = [pair for series in result for pair in series.get("values", [series.get("value")])]
    return [float(text) for _, text in pairs]


def finite(found: list[float]) -> bool:
    return all(math.isfinite(number) for number in found)
