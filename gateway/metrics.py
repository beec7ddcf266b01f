"""Every metric, once. Labels come from closed sets only: never a BRIN, a name or an id.

What must survive a restart is read from the database at each scrape; the rest counts this process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from dossier.errors import Unavailable

_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxReading:
    """What one look at the outbox gives."""

    events: Mapping[str, int]  # per state
    oldest_seconds: float  # of what the store has not confirmed; 0 if there is none


class Metrics:
    """One per process, with a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        r = self.registry
        self.messages = Counter(
            "kindkans_messages", "Messages answered", ["operation", "outcome"], registry=r
        )
        self.redenen = Counter("kindkans_redenen", "Redenen given with -1", ["code"], registry=r)
        self.message_seconds = Histogram(
            "kindkans_message_seconds", "First byte to answer", ["operation"], buckets=_SECONDS, registry=r
        )
        self.received_bytes = Counter("kindkans_received_bytes", "Bytes of request bodies", registry=r)
        self.refused_requests = Counter(
            "kindkans_refused_requests", "Requests refused by the guard", ["status"], registry=r
        )
        self.group_size = Histogram(
            "kindkans_commit_group_size",
            "Pieces of work per commit",
            buckets=(1, 2, 4, 8, 16, 32, 64, 128),
            registry=r,
        )
        self.loop_events = Counter(
            "kindkans_loop_events", "Events of the relay, the receipts and the store", ["event"], registry=r
        )
        info = Gauge("kindkans_build", "1, with the version as label", ["version"], registry=r)
        info.labels(version("kindkans-gateway")).set(1)

    def read_outbox(self, read: Callable[[], OutboxReading]) -> None:
        """From now on each scrape asks `read`, which may raise Unavailable."""
        self.registry.register(_OutboxCollector(read))

    def render(self) -> bytes:
        return generate_latest(self.registry)


class _OutboxCollector(Collector):
    def __init__(self, read: Callable[[], OutboxReading]) -> None:
        self._read = read

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("kindkans_database_up", "1 if the database answered this scrape")
        events = GaugeMetricFamily("kindkans_outbox_events", "Events per state", labels=["state"])
        oldest = GaugeMetricFamily(
            "kindkans_outbox_oldest_seconds",
            "Since the oldest event was accepted that the store has not confirmed; 0 if there is none",
        )
        try:
            found = self._read()
            for state, number in found.events.items():
                events.add_metric([state], number)
            oldest.add_metric([], found.oldest_seconds)
            up.add_metric([], 1)
        except Unavailable:
            up.add_metric([], 0)
        yield up
        yield events
        yield oldest
