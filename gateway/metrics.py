"""Every metric, once. Labels come from closed sets only: never a BRIN, a name or an id.

What must survive a restart is read from the database at each scrape; the rest counts this process, and
every label value that there can be stands at 0 from the start: an absent line would hide a first time.

Two sums hold whenever somebody looks, and say at once that something is lost:

    messages_received = messages, summed over their outcomes, + messages_in_flight
    versions_accepted = versions_delivered + outbox_events, summed over their states

The first because counters change, and are rendered, on the event loop's thread only; the second because one
transaction reads all of it (readings.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from adapters.parnassys.exchange import Outcome
from adapters.parnassys.names import Operation
from database.outbox_rows import State
from dossier.reden import RedenCode
from dossier.verdict import Soort
from routing.tables import KoppelingStatus

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_PHASE_SECONDS = (
    0.000_01,
    0.000_05,
    0.000_1,
    0.000_25,
    0.000_5,
    *_SECONDS,
)  # a route is found in microseconds
# To a day: how long it took to be in the store, also when that was away. 60 is the service level.
_DELIVERY_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600, 14_400, 86_400)
_GROUPS = (1, 2, 4, 8, 16, 32, 64, 128)
NO_OPERATION = "none"  # of a message that ended before its operation was read


class Phase(StrEnum):
    """What the time of one message goes to."""

    AUTHENTICATE = "authenticate"
    RECEIVE = "receive"  # waiting for its bytes, and for the disk that takes its bijlagen
    PARSE = "parse"
    VALIDATE = "validate"
    ROUTE = "route"
    COMMIT = "commit"  # all else until it is durable: waiting for the group, the statements, the commit


class RelayEvent(StrEnum):
    PUBLISHED = "published"  # for the first time
    REPUBLISHED = "republished"
    REFUSED = "refused"
    DEAD = "dead"
    FENCED = "fenced"
    MENDED = "mended"
    PAUSED_BROKER = "paused_broker"
    PAUSED_DATABASE = "paused_database"
    DELIVERED = "delivered"
    RECEIPT_REJECTED = "receipt_rejected"


class StoreEvent(StrEnum):
    STORED = "stored"
    MOVED = "moved"
    DUPLICATE = "duplicate"  # the inbox had it
    POSTPONED = "postponed"
    FAILED = "failed"
    DEAD = "dead"


class BrokerEvent(StrEnum):
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    SERVER_EXITED = "server_exited"
    HANDLER_FAILED = "handler_failed"


class Party(StrEnum):
    """Whose doing a Fault is."""

    GATEWAY = "gateway"
    AFZENDER = "afzender"


class Disk(StrEnum):
    """What we write on; a bucket is none."""

    DATA = "data"  # databases that are files, spool, embedded broker
    BIJLAGEN = "bijlagen"
    KINDKANS_BIJLAGEN = "kindkans_bijlagen"


class Place(StrEnum):
    """Whose front it is that shows a certificate, in the order of CERTIFICATES_AT."""

    PARNASSYS = "parnassys"
    HELPDESK = "helpdesk"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseReading:
    """What one look at the gateway's database gives, in one transaction."""

    accepted: int  # versions that were ever accepted, moves among them
    delivered: int  # those that the store has confirmed
    events: Mapping[State, int]  # of the outbox, but for what is delivered
    oldest_seconds: float  # of what the store has not confirmed; 0 if there is none
    attempts: int  # by the broker refused, of the events that are open
    koppelingen: Mapping[KoppelingStatus, int]
    unused: int  # active koppelingen that nobody ever used
    silent: int | None  # active ones that fell silent (database/silence.py); None: not known yet
    swvs_with: int  # that have an active koppeling
    swvs_without: int


class Metrics:
    """One per process, with a registry of its own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a line more per counter, unused
        self.registry = CollectorRegistry()

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(name, text, labels, registry=self.registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(name, text, labels, registry=self.registry)

        def histogram(name: str, text: str, buckets: Sequence[float], *labels: str) -> Histogram:
            return Histogram(name, text, labels, buckets=buckets, registry=self.registry)

        # --- intake ---
        self.received = counter("kindkans_messages_received", "Messages of which the head was read")
        self.in_flight = gauge("kindkans_messages_in_flight", "Messages begun and not ended")
        text = "Messages that ended, by what was answered"
        self.messages = counter("kindkans_messages", text, "operation", "outcome")
        self.faults = counter("kindkans_faults", "Faults, by whose doing they are", "party")
        self.accepted = counter("kindkans_accepted", "Messages with a number for answer", "soort")
        self.redenen = counter("kindkans_redenen", "Redenen given with -1", "code")
        text = "From the head of a message to its answer"
        self.message_seconds = histogram("kindkans_message_seconds", text, _SECONDS, "operation")
        text = "Of each message that got through the phase"
        self.phase_seconds = histogram("kindkans_phase_seconds", text, _PHASE_SECONDS, "phase")
        self.received_bytes = counter("kindkans_received_bytes", "Bytes of the bodies of messages")
        self.bijlagen = counter("kindkans_bijlagen", "Bijlagen in messages that were read")
        text = "Requests refused before they were messages"
        self.refused_requests = counter("kindkans_refused_requests", text, "status")
        self.group_size = histogram("kindkans_commit_group_size", "Pieces of work per commit", _GROUPS)
        # --- relay, store, broker ---
        self.relay_events = counter("kindkans_relay_events", "What the relay met", "event")
        text = "From acceptance to bezorgd"
        self.delivery_seconds = histogram("kindkans_delivery_seconds", text, _DELIVERY_SECONDS)
        text = "What the core store met; duplicate: its inbox had the event"
        self.store_events = counter("kindkans_store_events", text, "event")
        self.store_seconds = histogram("kindkans_store_seconds", "For the store to take one event", _SECONDS)
        text = "What a role's connection to the broker met"
        self.broker_events = counter("kindkans_broker_events", text, "role", "event")
        text = "1 while all of the connection is there; of role broker: while the server runs"
        self.broker_connected = gauge("kindkans_broker_connected", text, "role", "broker")
        text = "1 while an alarm keeps the broker from taking messages, as RabbitMQ tells"
        self.broker_blocked = gauge("kindkans_broker_blocked", text, "role", "broker")
        # --- the process ---
        ProcessCollector(registry=self.registry)  # process_start_time_seconds, among others
        name, text = (
            "kindkans_certificate_expiry_timestamp_seconds",
            "When the certificate that is served ends",
        )
        self.certificate_expiry = gauge(name, text, "place")
        gauge("kindkans_build_info", "1", "version").labels(version("kindkans-gateway")).set(1)
        self._seen = _Seen()
        self.registry.register(self._seen)

    def of_intake(self) -> None:
        """All lines of an intake, at 0."""
        for operation in (*(o.value for o in Operation), NO_OPERATION):
            self.message_seconds.labels(operation)
            for outcome in Outcome:
                self.messages.labels(operation, outcome.value)
        _at_zero(self.faults, Party)
        _at_zero(self.accepted, Soort)
        _at_zero(self.redenen, RedenCode)
        _at_zero(self.phase_seconds, Phase)

    def of_relay(self) -> None:
        _at_zero(self.relay_events, RelayEvent)

    def of_store(self) -> None:
        _at_zero(self.store_events, StoreEvent)

    def of_broker(self, role: str, broker: str) -> None:
        for event in BrokerEvent:
            self.broker_events.labels(role, event.value)
        self.broker_connected.labels(role, broker)
        self.broker_blocked.labels(role, broker)

    def of_http(self, statuses: Iterable[int]) -> None:
        for status in statuses:
            self.refused_requests.labels(str(status))

    def show_database(self, found: DatabaseReading | None) -> None:
        """From now on; None: it did not answer. Of a process that never shows it, no line tells of it."""
        self._seen.has_database, self._seen.database = True, found

    def show_disks(self, free_bytes: Mapping[Disk, int]) -> None:
        """From now on: what is free at each; none of one that is not there."""
        self._seen.free_bytes = free_bytes

    def render(self) -> bytes:
        """In the event loop's thread, as every change: else the first of the two sums may not hold."""
        return generate_latest(self.registry)


def _at_zero(metric: Counter | Histogram, values: Iterable[StrEnum]) -> None:
    for value in values:
        metric.labels(value.value)


class _Seen(Collector):
    """What was last seen of the database and the disks."""

    def __init__(self) -> None:
        self.has_database = False
        self.database: DatabaseReading | None = None
        self.free_bytes: Mapping[Disk, int] = {}

    def collect(self) -> Iterator[GaugeMetricFamily]:
        free = {disk.value: number for disk, number in self.free_bytes.items()}
        yield _gauges("kindkans_disk_free_bytes", "Free for us", "folder", free)
        if self.has_database:
            up = float(self.database is not None)
            yield _gauge("kindkans_database_up", "1 if the database answered in time", up)
        if self.database is not None:
            yield from _of_database(self.database)


def _of_database(found: DatabaseReading) -> Iterator[GaugeMetricFamily]:
    yield _gauge("kindkans_versions_accepted", "Versions accepted, ever", found.accepted)
    yield _gauge("kindkans_versions_delivered", "Of those, confirmed by the store", found.delivered)
    events = {state.value: number for state, number in found.events.items()}
    yield _gauges("kindkans_outbox_events", "Events that are not delivered", "state", events)
    yield _gauge(
        "kindkans_outbox_oldest_seconds",
        "Since the oldest event was accepted that the store has not confirmed; 0 if there is none",
        found.oldest_seconds,
    )
    yield _gauge("kindkans_outbox_attempts", "Refused by the broker, of open events", found.attempts)
    koppelingen = {status.value: number for status, number in found.koppelingen.items()}
    yield _gauges("kindkans_koppelingen", "Koppelingen per status", "status", koppelingen)
    yield _gauge("kindkans_koppelingen_unused", "Active ones that nobody ever used", found.unused)
    if found.silent is not None:
        yield _gauge("kindkans_koppelingen_silent", "Active ones that fell silent", found.silent)
    swvs = {"with_koppeling": found.swvs_with, "without_koppeling": found.swvs_without}
    yield _gauges("kindkans_swvs", "SWVs, by whether they have an active koppeling", "state", swvs)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _gauges(name: str, text: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family
