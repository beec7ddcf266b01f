"""PromQL that the dashboards share.

Nothing here hides that a metric or a label is gone: without data an answer is empty, never 0. And none is
NaN: where nothing happened a ratio is 0, and a quantile is not there.
"""

from __future__ import annotations

from collections.abc import Iterable

from helpdesk.dashboards.panel import RATE, Query

_LEAST = "1e-9"  # messages per second: less than one in thirty years, so that it only stands in for 0
_QUANTILES = ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))


def share(part: str, whole: str) -> str:
    """0 where there is nothing of the whole."""
    return f"{part} / clamp_min({whole}, {_LEAST})"


def per_second(counter: str, by: str = "") -> str:
    """Summed over processes."""
    return f"{_sum(by)}(rate({counter}[{RATE}]))"


def added(counter: str, window: str, by: str = "") -> str:
    """How many in `window`, whole ones: Prometheus reads between its scrapes."""
    return f"round({_sum(by)}(increase({counter}[{window}])))"


def mean(histogram: str, by: str = "", where: str = "") -> str:
    return share(per_second(f"{histogram}_sum{where}", by), per_second(f"{histogram}_count{where}", by))


def quantile(q: float, histogram: str, where: str = "") -> str:
    """Not there while nothing is observed: the comparison drops NaN."""
    return f"histogram_quantile({q}, {per_second(f'{histogram}_bucket{where}', 'le')}) >= 0"


def quantiles(histogram: str) -> tuple[Query, ...]:
    return tuple(Query(expr=quantile(q, histogram), legend=legend) for q, legend in _QUANTILES)


def per_value(expr: str, values: Iterable[tuple[str, str]]) -> tuple[Query, ...]:
    """A query per value of a label, for those whose values are not Dutch: (value, Dutch).

    In `expr` an @ stands for the value.
    """
    return tuple(Query(expr=expr.replace("@", value), legend=legend) for value, legend in values)


def _sum(by: str) -> str:
    return f"sum by ({by}) " if by else "sum"
