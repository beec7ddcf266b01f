"""Every line that /metrics can have, each label with every value, as of a gateway that just started."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from database.outbox_rows import State
from gateway.metrics import DatabaseReading, Disk, Metrics
from routing.tables import KoppelingStatus

READING = DatabaseReading(
    accepted=0,
    delivered=0,
    events={state: 0 for state in State if state is not State.BEZORGD},
    oldest_seconds=0,
    attempts=0,
    koppelingen=dict.fromkeys(KoppelingStatus, 1),
    unused=0,
    silent=0,
    swvs_with=1,
    swvs_without=0,
)
CERTIFICATE_ENDS = 2e9  # in 2033


@dataclass(frozen=True, kw_only=True)
class Line:
    name: str
    labels: dict[str, str]
    value: float


def every_role() -> Metrics:
    metrics = Metrics()
    metrics.of_intake()
    metrics.of_relay()
    metrics.of_store()
    for role in ("relay", "kindkans"):
        metrics.of_broker(role, "nats")
    metrics.of_http([404, 503])
    metrics.show_database(READING)
    metrics.show_disks(dict.fromkeys(Disk, 1 << 40))
    for place in ("parnassys", "helpdesk"):
        metrics.certificate_expiry.labels(place).set(CERTIFICATE_ENDS)
    return metrics


def lines(metrics: Metrics) -> Iterator[Line]:
    for family in text_string_to_metric_families(metrics.render().decode()):
        for sample in family.samples:
            yield Line(name=sample.name, labels=dict(sample.labels), value=sample.value)
