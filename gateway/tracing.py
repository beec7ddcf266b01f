"""Traces, by OpenTelemetry: how spans are made, what may stand in them, and where they go.

The only module that imports opentelemetry, and it is imported only where TRACES_URL is set. What is wrapped
is in traced.py. Fails closed, as the logs do: names are those of `Step`, attributes those that a log line may
have, of an exception only its type. And it fails alone: a collector that is away, slow or wrong costs spans,
never a message. There is no global provider: a process has one `Tracing`, from the composition root.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from dossier.errors import ConfigurationError
from gateway.logs import get_logger, only_safe_fields
from gateway.traced import Step

_KINDS = {
    Step.REQUEST: SpanKind.SERVER,
    Step.PUBLISH: SpanKind.PRODUCER,
    Step.HANDLE: SpanKind.CONSUMER,
    Step.RECEIPT_PUBLISH: SpanKind.PRODUCER,
    Step.RECEIPT_HANDLE: SpanKind.CONSUMER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TracingSettings:
    ratio: float = 1.0  # of what begins here; what comes with a trace follows that
    stop_seconds: float = 3.0  # for what is not sent yet when the process stops
    batch_seconds: float = 2.0  # that a span waits for others
    batch: int = 512
    waiting: int = 8192  # spans; beyond it they are dropped
    send_seconds: float = 5.0  # for one batch, with its retries


def otlp(url: str, settings: TracingSettings) -> SpanExporter:
    """To a collector, by OTLP over HTTP. Raises ConfigurationError."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or "@" in parts.netloc:
        raise ConfigurationError(
            "TRACES_URL must be like http://collector:4318/v1/traces, without a password: "
            "what a collector asks for goes in OTEL_EXPORTER_OTLP_HEADERS"
        )
    return OTLPSpanExporter(endpoint=url, timeout=settings.send_seconds)


class Tracing:
    """A part of the process: started first and stopped last, so that the others' last spans are sent."""

    def __init__(self, exporter: SpanExporter, settings: TracingSettings | None = None) -> None:
        self._settings = settings or TracingSettings()
        # Its records name URLs and errors of others, several per batch; `_Exporter` says what matters.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL + 1)
        self._exporter = _Exporter(exporter)
        self._processor = BatchSpanProcessor(
            self._exporter,
            max_queue_size=self._settings.waiting,
            schedule_delay_millis=self._settings.batch_seconds * 1000,
            max_export_batch_size=self._settings.batch,
        )

    def of(self, role: str) -> Spans:
        sampler = ParentBased(TraceIdRatioBased(self._settings.ratio))
        resource = Resource(
            {
                "service.name": "kindkans-gateway",
                "service.version": version("kindkans-gateway"),
                "kindkans.role": role,
            }
        )
        provider = TracerProvider(sampler=sampler, resource=resource, shutdown_on_exit=False)
        provider.add_span_processor(self._processor)
        return Spans(provider.get_tracer(f"gateway.{role}"))

    async def start(self) -> None: ...

    async def stop(self) -> None:
        """Sends what waits, for a short while: a collector that is away must not hold up the stop."""
        loop, sent = asyncio.get_running_loop(), asyncio.Event()

        def send() -> None:
            self._processor.shutdown()  # type: ignore[no-untyped-call]
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(sent.set)

        # Not one of the executor's threads: the process would wait for it at its end.
        threading.Thread(target=send, name="traces", daemon=True).start()
        try:
            async with asyncio.timeout(self._settings.stop_seconds):
                await sent.wait()
        except TimeoutError:
            self._exporter.give_up()


class Spans:
    """The spans of one role. The current span is that of the task (or thread), as contextvars are."""

    def __init__(self, tracer: trace.Tracer) -> None:
        self._tracer = tracer

    def begin(
        self, step: Step, traceparent: str | None = None, **fields: Any
    ) -> AbstractContextManager[None]:
        """A span that continues `traceparent`, or begins a trace; whatever is current is no parent of it."""
        return self._span(step, _context_of(traceparent), fields)

    def within(self, step: Step, **fields: Any) -> AbstractContextManager[None]:
        """A span below the current one."""
        return self._span(step, contexts.get_current(), fields)

    def tell(self, **fields: Any) -> None:
        """Attributes of the current span."""
        span = trace.get_current_span()
        if span.is_recording():
            span.set_attributes(_attributes(fields))

    def fail(self) -> None:
        """The current span ends in an error of ours."""
        trace.get_current_span().set_status(Status(StatusCode.ERROR))

    def traceparent(self) -> str | None:
        """Of the current span, also of one that is not sampled: then whoever goes on is not either."""
        here = trace.get_current_span().get_span_context()
        if not here.is_valid:
            return None
        return f"00-{here.trace_id:032x}-{here.span_id:016x}-{here.trace_flags:02x}"

    @contextmanager
    def _span(self, step: Step, context: Context, fields: dict[str, Any]) -> Iterator[None]:
        span = self._tracer.start_span(step.value, context, _KINDS.get(step, SpanKind.INTERNAL))
        token = contexts.attach(trace.set_span_in_context(span, context))
        try:
            self.tell(**fields)
            yield
        except BaseException as exc:
            # Not OpenTelemetry's own record of it, which has the text and the stack.
            self.tell(error_type=type(exc).__name__)
            self.fail()
            raise
        finally:
            contexts.detach(token)
            span.end()


class _Exporter(SpanExporter):
    """Says once that spans get lost, and once that they no longer do. Never raises."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner
        self._lost = 0
        self._log = get_logger()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            result = self._inner.export(spans)
        except Exception:
            result = SpanExportResult.FAILURE
        if result is not SpanExportResult.SUCCESS:
            if not self._lost:
                self._log.warning("traces_lost", what="TRACES_URL")
            self._lost += len(spans)
        elif self._lost:
            self._log.info("traces_sent_again", count=self._lost)
            self._lost = 0
        return result

    def shutdown(self) -> None:
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self._inner.force_flush(timeout_millis)

    def give_up(self) -> None:
        """Ends the waiting for a next try."""
        self._inner.shutdown()


def _context_of(traceparent: str | None) -> Context:
    """`traceparent` is valid, or None."""
    if traceparent is None:
        return Context()
    _, trace_id, span_id, flags = traceparent.split("-")
    parent = SpanContext(
        trace_id=int(trace_id, 16),
        span_id=int(span_id, 16),
        is_remote=True,
        trace_flags=TraceFlags(int(flags, 16)),
    )
    return trace.set_span_in_context(NonRecordingSpan(parent), Context())


def _attributes(fields: dict[str, Any]) -> dict[str, Any]:
    """What a log line might have of `fields`, and how many were dropped. OpenTelemetry knows no None."""
    kept = only_safe_fields(None, "", dict(fields))
    return {name: value for name, value in kept.items() if name != "event" and value is not None}
