"""What the parts report, as log lines and metrics: ids, codes, sizes and durations, never content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from adapters.parnassys.exchange import Exchange, Outcome
from adapters.parnassys.names import Operation
from brokers.observer import SilentBroker
from dossier.correction import Correction
from dossier.delivery import Delivery
from dossier.errors import PoisonCode
from dossier.identifiers import BerichtId, Dossiernummer, InzendingId
from gateway.logs import about, about_bericht, get_logger, where
from gateway.metrics import NO_OPERATION, BrokerEvent, Metrics, Party, Phase, RelayEvent, StoreEvent
from gateway.refusals import REFUSALS, Refusal
from kindkans.observer import SilentStore
from outbox.observer import SilentOutbox


class MessageObserver:
    """One line and one count per message of ParnasSys."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        metrics.of_intake()
        # Looked up once: each message takes eight of these.
        self._phases = {phase: metrics.phase_seconds.labels(phase.value) for phase in Phase}
        operations = (*(operation.value for operation in Operation), NO_OPERATION)
        self._seconds = {name: metrics.message_seconds.labels(name) for name in operations}
        self._ended = {
            (name, outcome): metrics.messages.labels(name, outcome.value)
            for name in operations
            for outcome in Outcome
        }
        self._log = get_logger(role="intake")

    def about(self, exchange: Exchange) -> AbstractContextManager[None]:
        return about(exchange.inzending_id)

    def read(self, exchange: Exchange) -> None:
        about_bericht(exchange.bericht_id)

    def began(self) -> None:
        self._metrics.received.inc()
        self._metrics.in_flight.inc()

    def took(self, phase: Phase, seconds: float) -> None:
        self._phases[phase].observe(seconds)

    def finished(self, exchange: Exchange) -> None:
        operation = exchange.operation.value if exchange.operation else NO_OPERATION
        m = self._metrics
        self._ended[operation, exchange.outcome].inc()
        m.in_flight.dec()
        if exchange.outcome is Outcome.FAULT:
            m.faults.labels((Party.GATEWAY if exchange.fault_is_ours else Party.AFZENDER).value).inc()
        if exchange.outcome is Outcome.GEACCEPTEERD and exchange.soort:
            m.accepted.labels(exchange.soort.value).inc()
        self._seconds[operation].observe(exchange.total_seconds)
        phases = dict(_phases(exchange))
        for phase, seconds in phases.items():
            self.took(phase, seconds)
        m.received_bytes.inc(exchange.received_bytes)
        m.bijlagen.inc(exchange.bijlagen)
        if exchange.outcome is Outcome.AFGEWEZEN:
            for code in exchange.reden_codes:
                m.redenen.labels(code.value).inc()
        write = self._log.error if exchange.defect else self._log.info
        write(
            "message",
            referentie=exchange.inzending_id,
            bericht_id=exchange.bericht_id,
            omgeving_id=exchange.omgeving,
            operation=operation,
            outcome=exchange.outcome.value,
            status=exchange.http_status,
            code=exchange.fault_code or None,
            error_type=exchange.defect or None,
            dossiernummer=exchange.dossiernummer,
            soort=exchange.soort.value if exchange.soort else None,
            redenen=[code.value for code in exchange.reden_codes],
            bytes=exchange.received_bytes,
            bijlagen=exchange.bijlagen,
            duration_ms=round(exchange.total_seconds * 1000, 1),
            phase_ms={phase.value: round(seconds * 1000, 1) for phase, seconds in phases.items()}
            | {"handle": round(exchange.handle_seconds * 1000, 1)},
        )


class RefusalLog:
    """One line and one count per request that is refused before it is a message."""

    def __init__(self, role: str, metrics: Metrics) -> None:
        metrics.of_http(refusal.status for refusal in REFUSALS)
        self._count = metrics.refused_requests
        self._log = get_logger(role=role)

    def refused(self, refusal: Refusal, referentie: InzendingId) -> None:
        self._count.labels(str(refusal.status)).inc()
        self._log.info("refused", referentie=referentie, status=refusal.status, code=refusal.code)


class PageLog:
    """What went wrong under a page of the helpdesk."""

    def __init__(self) -> None:
        self._log = get_logger(role="helpdesk")

    def failed(self, reference: str, path: str, error: BaseException) -> None:
        self._log.error(
            "page_failed",
            referentie=reference,
            what=path,
            error_type=type(error).__name__,
            trace=where(error),
        )


def silence_failed(error: BaseException) -> None:
    """Which koppelingen are silent could not be found."""
    get_logger(role="ops").error("silence_failed", error_type=type(error).__name__, trace=where(error))


class OutboxLog(SilentOutbox):
    """The relay and the receipts."""

    def __init__(self, metrics: Metrics) -> None:
        self._count = metrics.relay_events
        self._delivery_seconds = metrics.delivery_seconds
        metrics.of_relay()
        self._log = get_logger(role="relay")

    def about(self, event_id: InzendingId, bericht_id: BerichtId | None) -> AbstractContextManager[None]:
        return _in_hand(self._log, event_id, bericht_id)

    def published(self, event_id: InzendingId, age_seconds: float, repeat: bool) -> None:
        self._count.labels((RelayEvent.REPUBLISHED if repeat else RelayEvent.PUBLISHED).value).inc()
        self._log.info(
            "published", referentie=event_id, duration_ms=round(age_seconds * 1000), state=_repeat(repeat)
        )

    def refused(self, event_id: InzendingId, attempts: int) -> None:
        self._count.labels(RelayEvent.REFUSED.value).inc()
        self._log.warning("publish_refused", referentie=event_id, attempts=attempts)

    def dead(self, event_id: InzendingId, code: str) -> None:
        self._count.labels(RelayEvent.DEAD.value).inc()
        self._log.error("dead_letter", referentie=event_id, code=code)

    def fenced(self, events: int) -> None:
        self._count.labels(RelayEvent.FENCED.value).inc(events)
        self._log.info("fenced", count=events)

    def mended(self, events: int) -> None:
        self._count.labels(RelayEvent.MENDED.value).inc(events)
        self._log.warning("clock_was_ahead", count=events)

    def paused(self, what: str, seconds: float) -> None:
        self._count.labels(_PAUSED[what].value).inc()
        self._log.warning("relay_paused", what=what, delay_seconds=round(seconds, 2))

    def delivered(self, event_id: InzendingId, age_seconds: float) -> None:
        self._count.labels(RelayEvent.DELIVERED.value).inc()
        self._delivery_seconds.observe(age_seconds)
        self._log.info("delivered", referentie=event_id, duration_ms=round(age_seconds * 1000))

    def receipt_rejected(self, code: str) -> None:
        self._count.labels(RelayEvent.RECEIPT_REJECTED.value).inc()
        self._log.error("receipt_rejected", code=code)


class StoreLog(SilentStore):
    """The core store."""

    def __init__(self, metrics: Metrics) -> None:
        self._count = metrics.store_events
        self._seconds = metrics.store_seconds
        metrics.of_store()
        self._log = get_logger(role="kindkans")

    def about(self, event_id: InzendingId, bericht_id: BerichtId | None) -> AbstractContextManager[None]:
        return _in_hand(self._log, event_id, bericht_id)

    def stored(self, delivery: Delivery, seconds: float) -> None:
        self._count.labels(StoreEvent.STORED.value).inc()
        self._seconds.observe(seconds)
        self._log.info(
            "stored",
            referentie=delivery.event_id,
            dossiernummer=delivery.dossiernummer,
            versie=delivery.versie,
            bijlagen=len(delivery.bijlagen),
            duration_ms=round(seconds * 1000, 1),
        )

    def moved(self, correction: Correction, seconds: float) -> None:
        self._count.labels(StoreEvent.MOVED.value).inc()
        self._seconds.observe(seconds)
        self._log.info(
            "moved",
            referentie=correction.event_id,
            dossiernummer=correction.dossiernummer,
            versie=correction.versie,
            organisatie_id=correction.naar.organisatie_id,
            duration_ms=round(seconds * 1000, 1),
        )

    def duplicate(self, event_id: InzendingId) -> None:
        self._count.labels(StoreEvent.DUPLICATE.value).inc()
        self._log.info("duplicate", referentie=event_id)

    def postponed(self, event_id: InzendingId, what: str) -> None:
        self._count.labels(StoreEvent.POSTPONED.value).inc()
        self._log.warning("postponed", referentie=event_id, what=what)

    def failed(self, event_id: InzendingId, tries: int, kind: str) -> None:
        self._count.labels(StoreEvent.FAILED.value).inc()
        self._log.error("event_failed", referentie=event_id, attempts=tries, error_type=kind)

    def dead(
        self, event_id: InzendingId | None, dossiernummer: Dossiernummer | None, code: PoisonCode
    ) -> None:
        self._count.labels(StoreEvent.DEAD.value).inc()
        self._log.error("event_dead", referentie=event_id, dossiernummer=dossiernummer, code=code.value)

    def unreadable(self, dossiernummer: Dossiernummer, versie: int) -> None:
        self._log.error("content_unreadable", dossiernummer=dossiernummer, versie=versie)

    def left_behind(self, copy_id: InzendingId) -> None:
        self._log.warning("objects_left", kopie=copy_id)


class BrokerLog(SilentBroker):
    """A connection, or the embedded server. `on_closed` ends the process."""

    def __init__(self, role: str, broker: str, metrics: Metrics, on_closed: Callable[[], None]) -> None:
        """`broker` is nats or rabbitmq."""
        metrics.of_broker(role, broker)
        self._count = {event: metrics.broker_events.labels(role, event.value) for event in BrokerEvent}
        self._connected = metrics.broker_connected.labels(role, broker)
        self._blocked = metrics.broker_blocked.labels(role, broker)
        self._log = get_logger(role=role)
        self._on_closed = on_closed

    def server_started(self, pid: int, port: int) -> None:
        self._connected.set(1)
        self._log.info("broker_started", pid=pid, port=port)

    def server_exited(self, returncode: int) -> None:
        self._count[BrokerEvent.SERVER_EXITED].inc()
        self._connected.set(0)
        self._log.error("broker_exited", code=str(returncode))

    def connected(self) -> None:
        self._count[BrokerEvent.CONNECTED].inc()
        self._connected.set(1)
        self._log.info("broker_connected")

    def disconnected(self) -> None:
        self._count[BrokerEvent.DISCONNECTED].inc()
        self._connected.set(0)
        self._blocked.set(0)
        self._log.warning("broker_disconnected")

    def blocked(self) -> None:
        self._blocked.set(1)
        self._log.warning("broker_blocked")

    def unblocked(self) -> None:
        self._blocked.set(0)
        self._log.info("broker_unblocked")

    def connection_error(self, kind: str) -> None:
        self._log.warning("broker_error", error_type=kind)

    def closed(self) -> None:
        self._connected.set(0)
        self._log.error("broker_closed")
        self._on_closed()

    def handler_failed(self, subject: str, kind: str) -> None:
        self._count[BrokerEvent.HANDLER_FAILED].inc()
        self._log.error("handler_failed", queue=subject, error_type=kind)


def _phases(exchange: Exchange) -> Iterator[tuple[Phase, float]]:
    """Those that the endpoint sees, of what the message got through. (The others are told by Intake.)"""
    if exchange.authenticate_seconds is not None:
        yield Phase.AUTHENTICATE, exchange.authenticate_seconds
    if exchange.receive_seconds is not None and exchange.parse_seconds is not None:
        yield Phase.RECEIVE, exchange.receive_seconds - exchange.parse_seconds
        yield Phase.PARSE, exchange.parse_seconds


@contextmanager
def _in_hand(log: Any, event_id: InzendingId, bericht_id: BerichtId | None) -> Iterator[None]:
    with about(event_id, bericht_id):
        try:
            yield
        except Exception as exc:  # the broker's side, which catches it, does not know which event it was
            log.error("handling_broke", error_type=type(exc).__name__, trace=where(exc))
            raise


_PAUSED = {"broker": RelayEvent.PAUSED_BROKER, "database": RelayEvent.PAUSED_DATABASE}


def _repeat(repeat: bool) -> str:
    return "repeat" if repeat else "first"
