"""Figures from Prometheus, of all SWVs together: it knows none of them. Two questions a page.

Counts are increases that Prometheus estimates from scrapes: right to within one scrape at each border
of an hour. Percentiles are estimated within the buckets of gateway/metrics.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from helpdesk.status.figures import HOUR, WITHIN, Course, Hour, Took
from helpdesk.status.prometheus import Prometheus, Series

_MESSAGES = 'kindkans_messages_total{operation="indienenHulpvraag",outcome="%s"}'
_BUCKET = "kindkans_delivery_seconds_bucket"
_OPEN = 'kindkans_outbox_events{state=~"wachtend|gepubliceerd"}'


def _increase(of: str) -> str:
    return f"sum(increase({of}[1h]))"


def _percentile(percent: int) -> str:
    return f"histogram_quantile({percent / 100}, sum by (le) (increase({_BUCKET}[1h])))"


_TOOK = MappingProxyType(
    {
        "delivered": _increase("kindkans_delivery_seconds_count"),
        "in_time": _increase(f'{_BUCKET}{{le="{WITHIN.total_seconds()}"}}'),
        "p50": _percentile(50),
        "p95": _percentile(95),
        "p99": _percentile(99),
    }
)
# Each process that reads the database tells the same of it: one of them is enough.
_HOURS = MappingProxyType(
    {
        "accepted": _increase('kindkans_accepted_total{soort=~"nieuw|versie"}'),
        "dubbel": _increase('kindkans_accepted_total{soort="dubbel"}'),
        "rejected": _increase(_MESSAGES % "afgewezen"),
        "faults": _increase('kindkans_faults_total{party="gateway"}'),
        "waiting": f"max_over_time(max(sum without (state) ({_OPEN}))[1h:15s])",
        "oldest_seconds": "max(max_over_time(kindkans_outbox_oldest_seconds[1h]))",
    }
    | _TOOK
)


def _together(questions: Mapping[str, str]) -> str:
    """One expression for all: each with its name as a label."""
    return " or ".join(
        f'label_replace({expr}, "figure", "{name}", "", "")' for name, expr in questions.items()
    )


_PER_HOUR, _LATELY = _together(_HOURS), _together(_TOOK)
Values = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PrometheusFigures:
    prometheus: Prometheus

    def course(self, since: datetime, hours: int, now: datetime) -> Course:
        """An hour is asked for at its end, also that which is not over."""
        ends = [since + (number + 1) * HOUR for number in range(hours)]
        per_hour = _by_moment(self.prometheus.over_time(_PER_HOUR, ends[0], ends[-1], HOUR))
        lately = _by_moment(self.prometheus.now(_LATELY, now))
        return Course(
            hours=tuple(_hour(end - HOUR, per_hour.get(round(end.timestamp()), {})) for end in ends),
            lately=_took(next(iter(lately.values()), {})),
        )


def _by_moment(found: list[Series]) -> dict[int, dict[str, float]]:
    moments: dict[int, dict[str, float]] = {}
    for series in found:
        for at, value in series.points:
            moments.setdefault(round(at), {})[series.labels.get("figure", "")] = value
    return moments


def _hour(since: datetime, values: Values) -> Hour:
    return Hour(
        since=since,
        known="accepted" in values,
        accepted=_count(values, "accepted"),
        dubbel=_count(values, "dubbel"),
        rejected=_count(values, "rejected"),
        faults=_count(values, "faults") if "faults" in values else None,
        took=_took(values),
        waiting=_count(values, "waiting") if "waiting" in values else None,
        oldest_seconds=values.get("oldest_seconds"),
    )


def _took(values: Values) -> Took:
    delivered = _count(values, "delivered")
    if not delivered:  # the percentiles of nothing are no numbers, or of what was before
        return Took()
    return Took(
        delivered=delivered,
        in_time=min(delivered, _count(values, "in_time")),
        p50=values.get("p50"),
        p95=values.get("p95"),
        p99=values.get("p99"),
    )


def _count(values: Values, name: str) -> int:
    return max(0, round(values.get(name, 0.0)))
