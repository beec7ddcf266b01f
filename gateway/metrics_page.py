"""The page of docs/reference on the metrics: each that there is, with every value its labels can have."""

from __future__ import annotations

from database.outbox_rows import State
from gateway.metrics import DatabaseReading, Disk, Metrics, Place
from gateway.refusals import REFUSALS
from routing.tables import KoppelingStatus

BROKER_ROLES, BROKERS = ("relay", "kindkans", "broker"), ("nats", "rabbitmq")
_ELSEWHERE = {"code": "every code of [redenen](redenen.md)", "version": "the version"}
_NOTHING = DatabaseReading(
    accepted=0,
    delivered=0,
    events={state: 0 for state in State if state is not State.BEZORGD},
    oldest_seconds=0,
    attempts=0,
    koppelingen=dict.fromkeys(KoppelingStatus, 0),
    unused=0,
    silent=0,
    swvs_with=0,
    swvs_without=0,
)
_HEAD = """\
# Metrics

Each process tells its own at `/metrics` on `OPS_PORT`, in the format of Prometheus. The values of every label
are a closed set, and here they are: never a BRIN, a name or an id. What there can be is 0 from the start.

Two sums hold in every answer; where one does not, something is lost, or counted wrong:

    sum(kindkans_messages_received_total) = sum(kindkans_messages_total) + sum(kindkans_messages_in_flight)
    kindkans_versions_accepted = kindkans_versions_delivered + sum(kindkans_outbox_events)

The `outcome` of a message that ended is what was answered: accepted (`geaccepteerd`), rejected
(`afgewezen`), faulted (`fault`), aborted by its sender (`afgebroken`); of the other operations
`gecontroleerd` and `status`.

Counters and histograms are of one process, and begin at 0 with it. What is read from the database
(versions, outbox, koppelingen, SWVs) is the same in every process that has it, and outlives all: take the
`max`, never the `sum`. It is read in one transaction, some seconds old at most, and absent, with
`kindkans_database_up` 0, while the database does not answer within three seconds.

| metric | type | labels | tells |
|---|---|---|---|
"""


def metrics_page() -> str:
    """Every metric, from a process that has them all."""
    rows = []
    for family in _everything().registry.collect():
        name = f"{family.name}_total" if family.type == "counter" else family.name
        values: dict[str, dict[str, None]] = {}
        for sample in family.samples:
            for label, value in sample.labels.items():
                if label != "le":
                    values.setdefault(label, {})[value] = None
        labels = "; ".join(f"`{label}`: {_shown(label, list(found))}" for label, found in values.items())
        rows.append(f"| `{name}` | {family.type} | {labels} | {family.documentation} |")
    return _HEAD + "\n".join(rows) + "\n"


def _shown(label: str, values: list[str]) -> str:
    return _ELSEWHERE.get(label) or ", ".join(values)


def _everything() -> Metrics:
    metrics = Metrics()
    metrics.of_intake()
    metrics.of_relay()
    metrics.of_store()
    metrics.of_http(refusal.status for refusal in REFUSALS)
    for role in BROKER_ROLES:
        for broker in BROKERS:
            metrics.of_broker(role, broker)
    for place in Place:
        metrics.certificate_expiry.labels(place.value)
    metrics.show_disks(dict.fromkeys(Disk, 0))
    metrics.show_database(_NOTHING)
    return metrics
