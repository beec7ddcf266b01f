"""What the parts report, as log lines and metrics: ids, codes, sizes and durations, never content."""

from __future__ import annotations

from collections.abc import Callable

from adapters.parnassys.exchange import Exchange
from brokers.observer import SilentBroker
from dossier.correction import Correction
from dossier.delivery import Delivery
from dossier.errors import PoisonCode
from dossier.identifiers import Dossiernummer, InzendingId
from gateway.logs import get_logger, where
from gateway.metrics import Metrics
from gateway.refusals import Refusal
from kindkans.observer import SilentStore
from outbox.observer import SilentOutbox


class MessageObserver:
    """One line and one count per message of ParnasSys."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._log = get_logger(role="intake")

    def finished(self, exchange: Exchange) -> None:
        operation = exchange.operation.value if exchange.operation else "none"
        m = self._metrics
        m.messages.labels(operation, exchange.outcome.value).inc()
        m.message_seconds.labels(operation).observe(exchange.total_seconds)
        m.received_bytes.inc(exchange.received_bytes)
        for code in exchange.reden_codes:
            m.redenen.labels(code.value).inc()
        write = self._log.error if exchange.defect else self._log.info
        write(
            "message",
            inzending_id=exchange.inzending_id,
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
            phase_ms={
                "authenticate": round(exchange.authenticate_seconds * 1000, 1),
                "receive": round(exchange.receive_seconds * 1000, 1),
                "parse": round(exchange.parse_seconds * 1000, 1),
                "handle": round(exchange.handle_seconds * 1000, 1),
            },
        )


class RefusalLog:
    """One line and one count per request that is refused before it is a message."""

    def __init__(self, role: str, metrics: Metrics) -> None:
        self._count = metrics.refused_requests
        self._log = get_logger(role=role)

    def refused(self, refusal: Refusal, referentie: InzendingId) -> None:
        self._count.labels(str(refusal.status)).inc()
        self._log.info("refused", inzending_id=referentie, status=refusal.status, code=refusal.code)


class PageLog:
    """What went wrong under a page of the helpdesk."""

    def __init__(self) -> None:
        self._log = get_logger(role="helpdesk")

    def failed(self, reference: str, path: str, error: BaseException) -> None:
        self._log.error(
            "page_failed",
            inzending_id=reference,
            what=path,
            error_type=type(error).__name__,
            trace=where(error),
        )


class OutboxLog(SilentOutbox):
    """The relay and the receipts."""

    def __init__(self, metrics: Metrics) -> None:
        self._count = metrics.loop_events
        self._log = get_logger(role="relay")

    def published(self, event_id: InzendingId, age_seconds: float, repeat: bool) -> None:
        self._count.labels("published").inc()
        self._log.info(
            "published", event_id=event_id, duration_ms=round(age_seconds * 1000), state=_repeat(repeat)
        )

    def refused(self, event_id: InzendingId, attempts: int) -> None:
        self._count.labels("refused").inc()
        self._log.warning("publish_refused", event_id=event_id, attempts=attempts)

    def dead(self, event_id: InzendingId, code: str) -> None:
        self._count.labels("dead").inc()
        self._log.error("dead_letter", event_id=event_id, code=code)

    def fenced(self, events: int) -> None:
        self._count.labels("fenced").inc(events)
        self._log.info("fenced", count=events)

    def mended(self, events: int) -> None:
        self._count.labels("mended").inc(events)
        self._log.warning("clock_was_ahead", count=events)

    def paused(self, what: str, seconds: float) -> None:
        self._count.labels("paused").inc()
        self._log.warning("relay_paused", what=what, delay_seconds=round(seconds, 2))

    def delivered(self, event_id: InzendingId) -> None:
        self._count.labels("delivered").inc()
        self._log.info("delivered", event_id=event_id)

    def receipt_rejected(self, code: str) -> None:
        self._count.labels("receipt_rejected").inc()
        self._log.error("receipt_rejected", code=code)


class StoreLog(SilentStore):
    """The core store."""

    def __init__(self, metrics: Metrics) -> None:
        self._count = metrics.loop_events
        self._log = get_logger(role="kindkans")

    def stored(self, delivery: Delivery, seconds: float) -> None:
        self._count.labels("stored").inc()
        self._log.info(
            "stored",
            event_id=delivery.event_id,
            dossiernummer=delivery.dossiernummer,
            versie=delivery.versie,
            bijlagen=len(delivery.bijlagen),
            duration_ms=round(seconds * 1000, 1),
        )

    def moved(self, correction: Correction, seconds: float) -> None:
        self._count.labels("moved").inc()
        self._log.info(
            "moved",
            event_id=correction.event_id,
            dossiernummer=correction.dossiernummer,
            versie=correction.versie,
            organisatie=correction.naar.organisatie_id,
            duration_ms=round(seconds * 1000, 1),
        )

    def duplicate(self, event_id: InzendingId) -> None:
        self._count.labels("duplicate").inc()
        self._log.info("duplicate", event_id=event_id)

    def postponed(self, event_id: InzendingId, what: str) -> None:
        self._count.labels("postponed").inc()
        self._log.warning("postponed", event_id=event_id, what=what)

    def failed(self, event_id: InzendingId, tries: int, kind: str) -> None:
        self._count.labels("failed").inc()
        self._log.error("event_failed", event_id=event_id, attempts=tries, error_type=kind)

    def dead(
        self, event_id: InzendingId | None, dossiernummer: Dossiernummer | None, code: PoisonCode
    ) -> None:
        self._count.labels("store_dead").inc()
        self._log.error("event_dead", event_id=event_id, dossiernummer=dossiernummer, code=code.value)

    def left_behind(self, copy_id: InzendingId) -> None:
        self._log.warning("objects_left", inzending_id=copy_id)


class BrokerLog(SilentBroker):
    """A connection, or the embedded server. `on_closed` ends the process."""

    def __init__(self, role: str, metrics: Metrics, on_closed: Callable[[], None]) -> None:
        self._count = metrics.loop_events
        self._log = get_logger(role=role)
        self._on_closed = on_closed

    def server_started(self, pid: int, port: int) -> None:
        self._log.info("broker_started", pid=pid, port=port)

    def server_exited(self, returncode: int) -> None:
        self._count.labels("broker_exited").inc()
        self._log.error("broker_exited", code=str(returncode))

    def connected(self) -> None:
        self._log.info("broker_connected")

    def disconnected(self) -> None:
        self._count.labels("broker_disconnected").inc()
        self._log.warning("broker_disconnected")

    def connection_error(self, kind: str) -> None:
        self._log.warning("broker_error", error_type=kind)

    def closed(self) -> None:
        self._log.error("broker_closed")
        self._on_closed()

    def handler_failed(self, subject: str, kind: str) -> None:
        self._count.labels("handler_failed").inc()
        self._log.error("handler_failed", queue=subject, error_type=kind)


def _repeat(repeat: bool) -> str:
    return "repeat" if repeat else "first"
