"""The seams at which a process is traced: wrappers, as those of failpoints.py, put on in gateway/roles/.

Where nothing is traced the wrapped thing itself is returned, and OpenTelemetry is not imported. One trace:

    soap request > authenticate, receive, decide > commit > write
                                            decide > outbox publish
                                            decide > store handle > store commit > store write
                                                     store handle > receipt publish
                                                     store handle > receipt handle > receipt commit > ...

The arrow that crosses processes is `traceparent` in the event (dossier/cloud_events.py). A traceparent that a
sender puts in its request is not looked at: who is outside does not decide what is traced here, or as what.
What comes without one begins a trace of its own: a move, an event of before.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from adapters.parnassys.exchange import Outcome as Ended
from brokers.messages import Dead, Handler, Incoming, Outcome
from dossier.cloud_events import a_positive, a_traceparent
from dossier.verdict import Accepted
from gateway.settings import Settings

if TYPE_CHECKING:
    from gateway.tracing import Spans, Tracing


class Step(StrEnum):
    """The names of spans: no other is made."""

    REQUEST = "soap request"
    AUTHENTICATE = "authenticate"
    RECEIVE = "receive"  # read, parsed, bijlagen in storage
    DECIDE = "decide"
    CHECK = "check"
    LOOK_UP = "look up"
    COMMIT = "commit"  # waiting for the group, the group, its COMMIT
    WRITE = "write"  # of that, what is one's own; again if it was repeated
    PUBLISH = "outbox publish"
    HANDLE = "store handle"
    STORE_COMMIT = "store commit"
    STORE_WRITE = "store write"
    RECEIPT_PUBLISH = "receipt publish"
    RECEIPT_HANDLE = "receipt handle"
    RECEIPT_COMMIT = "receipt commit"
    RECEIPT_WRITE = "receipt write"


_WRITES = {
    Step.COMMIT: Step.WRITE,
    Step.STORE_COMMIT: Step.STORE_WRITE,
    Step.RECEIPT_COMMIT: Step.RECEIPT_WRITE,
}
_STOP_SHARE = 1 / 10  # of the drain time
_EVENT_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


def open_tracing(settings: Settings) -> Tracing | None:
    """None if nothing is traced. Raises ConfigurationError."""
    if not settings.traces_url:
        return None
    from gateway.tracing import Tracing, TracingSettings, otlp  # takes a third of a second to import

    own = TracingSettings(ratio=settings.traces_ratio, stop_seconds=settings.drain_seconds * _STOP_SHARE)
    return Tracing(otlp(settings.traces_url, own), own)


class Traced:
    """The seams of one role."""

    def __init__(self, spans: Spans | None) -> None:
        self._spans = spans

    @property
    def traceparent(self) -> Callable[[], str | None]:
        """Of what is in hand."""
        return self._spans.traceparent if self._spans else lambda: None

    def transact(self, transact: Any, step: Step) -> Any:
        """Of a committer."""
        return _Transact(transact, step, self._spans).transact if self._spans else transact

    def committer(self, committer: Any) -> Any:
        """Of the intake, which asks no more of it than `transact`."""
        return _Transact(committer.transact, Step.COMMIT, self._spans) if self._spans else committer

    # --- the intake ---

    def app(self, app: Any) -> Any:
        """The ASGI application of the intake."""
        return _App(app, self._spans) if self._spans else app

    def message_observer(self, observer: Any) -> Any:
        return _MessageObserver(observer, self._spans) if self._spans else observer

    def receiver(self, receiver: Any) -> Any:
        return _Receiver(receiver, self._spans) if self._spans else receiver

    def use_cases(self, use_cases: Any) -> Any:
        return _UseCases(use_cases, self._spans) if self._spans else use_cases

    # --- the relay and the store ---

    def publish_event(self, publish: Any) -> Any:
        """Of the relay: the trace is that of the event."""
        spans = self._spans
        if spans is None:
            return publish

        async def publish_(subject: str, message_id: str, body: bytes) -> None:
            traceparent, facts = read_facts(body)
            with spans.begin(Step.PUBLISH, traceparent, **facts, bytes=len(body)):
                await publish(subject, message_id, body)

        return publish_

    def publish_receipt(self, publish: Any) -> Any:
        """Of the store: within the handling."""
        spans = self._spans
        if spans is None:
            return publish

        async def publish_(subject: str, message_id: str, body: bytes) -> None:
            with spans.within(Step.RECEIPT_PUBLISH, bytes=len(body)):
                await publish(subject, message_id, body)

        return publish_

    def handler(self, handler: Handler, step: Step) -> Handler:
        """Of events, or of receipts."""
        spans = self._spans
        if spans is None:
            return handler

        async def handle(incoming: Incoming) -> Outcome:
            body = incoming.body
            traceparent, facts = read_facts(body)
            with spans.begin(step, traceparent, **facts, bytes=len(body), attempts=incoming.deliveries):
                outcome = await handler(incoming)
                spans.tell(outcome=type(outcome).__name__.lower())
                if isinstance(outcome, Dead):
                    spans.tell(code=outcome.code)
                    spans.fail()
                return outcome

        return handle

    def store_observer(self, observer: Any) -> Any:
        return _StoreObserver(observer, self._spans) if self._spans else observer


def read_facts(body: bytes) -> tuple[str | None, dict[str, Any]]:
    """The traceparent of an event and what it is about, as far as they can be read. Never raises.

    Whoever handles the event reads it properly, and finds what is wrong with it.
    """
    traceparent, facts = None, dict[str, Any]()
    with contextlib.suppress(Exception):
        event = json.loads(body)
        traceparent = a_traceparent(event.get("traceparent"))
        data = event["data"]
        event_id = data.get("gebeurtenis", event["id"])
        facts = {
            "referentie": event_id if _EVENT_ID.fullmatch(event_id) else None,
            "dossiernummer": a_positive(data["dossiernummer"]),
            "versie": a_positive(data["versie"]),
            "bijlagen": len(data["bijlagen"]) if "bijlagen" in data else None,
        }
    return traceparent, facts


class _Transact:
    def __init__(self, transact: Any, step: Step, spans: Spans) -> None:
        self._transact = transact
        self._step = step
        self._spans = spans

    async def transact(self, work: Callable[[Any], Any]) -> Any:
        spans, write = self._spans, _WRITES[self._step]
        with spans.within(self._step):
            here = spans.traceparent()

            def traced(connection: Any) -> Any:  # in the committer's thread, which has no current span
                with spans.begin(write, here):
                    return work(connection)

            return await self._transact(traced)


class _App:
    def __init__(self, inner: Any, spans: Spans) -> None:
        self._inner = inner
        self._spans = spans

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope.get("method") != "POST":
            await self._inner(scope, receive, send)
            return
        with self._spans.begin(Step.REQUEST):
            await self._inner(scope, receive, send)


class _MessageObserver:
    def __init__(self, inner: Any, spans: Spans) -> None:
        self._inner = inner
        self._spans = spans

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def finished(self, exchange: Any) -> None:
        self._inner.finished(exchange)
        self._spans.tell(
            referentie=exchange.inzending_id,
            operation=exchange.operation.value if exchange.operation else None,
            outcome=exchange.outcome.value,
            status=exchange.http_status,
            code=exchange.fault_code or None,
            error_type=exchange.defect.partition(" ")[0] or None,
            dossiernummer=exchange.dossiernummer,
            soort=exchange.soort.value if exchange.soort else None,
            redenen=[code.value for code in exchange.reden_codes] or None,
            bytes=exchange.received_bytes,
            bijlagen=exchange.bijlagen,
        )
        if (
            exchange.outcome is Ended.FAULT and exchange.fault_is_ours
        ):  # of a sender's own fault the request did what it should
            self._spans.fail()


class _Receiver:
    def __init__(self, inner: Any, spans: Spans) -> None:
        self._inner = inner
        self._spans = spans

    async def receive(self, reader: Any, body: Any, inzending_id: Any) -> Any:
        with self._spans.within(Step.RECEIVE, referentie=inzending_id):
            received = await self._inner.receive(reader, body, inzending_id)
            message = received.message
            self._spans.tell(operation=message.operation.value, bijlagen=len(message.bijlagen))
            return received


class _UseCases:
    def __init__(self, inner: Any, spans: Spans) -> None:
        self._inner = inner
        self._spans = spans

    async def authenticate(self, omgeving: str, secret: str) -> Any:
        with self._spans.within(Step.AUTHENTICATE):
            return await self._inner.authenticate(omgeving, secret)

    async def indienen(self, inzending_id: Any, omgeving: Any, dossier: Any, received_at: Any) -> Any:
        with self._spans.within(Step.DECIDE, referentie=inzending_id, bijlagen=len(dossier.bijlagen)):
            verdict = await self._inner.indienen(inzending_id, omgeving, dossier, received_at)
            if isinstance(verdict, Accepted):
                self._spans.tell(
                    dossiernummer=verdict.dossiernummer, versie=verdict.versie, soort=verdict.soort.value
                )
            else:
                self._spans.tell(redenen=[reden.code.value for reden in verdict.redenen])
            return verdict

    async def controleren(self, omgeving: Any, dossier: Any) -> Any:
        with self._spans.within(Step.CHECK):
            redenen = await self._inner.controleren(omgeving, dossier)
            self._spans.tell(redenen=[reden.code.value for reden in redenen] or None)
            return redenen

    async def opvragen(self, omgeving: Any, bericht_id: Any, dossiernummer: Any) -> Any:
        with self._spans.within(Step.LOOK_UP):
            return await self._inner.opvragen(omgeving, bericht_id, dossiernummer)


# What the store reports while it handles an event, as attributes of that span.
_TOLD: Mapping[str, Callable[..., dict[str, Any]]] = {
    "stored": lambda delivery, seconds: {"state": "stored"},
    "moved": lambda correction, seconds: {"state": "moved"},
    "duplicate": lambda event_id: {"state": "duplicate"},
    "postponed": lambda event_id, what: {"state": "postponed", "what": what},
    "failed": lambda event_id, tries, kind: {"state": "failed", "error_type": kind},
}


class _StoreObserver:
    def __init__(self, inner: Any, spans: Spans) -> None:
        self._inner = inner
        self._spans = spans

    def __getattr__(self, name: str) -> Callable[..., None]:
        tell, told = getattr(self._inner, name), _TOLD.get(name)
        if told is None:
            return tell  # type: ignore[no-any-return]

        def tell_both(*arguments: Any) -> None:
            tell(*arguments)
            self._spans.tell(**told(*arguments))

        return tell_both
