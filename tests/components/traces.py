"""What was traced, as one shape, whether it was kept in memory or sent over the wire; and who receives it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A span that has ended."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    kind: str  # internal, server, producer or consumer
    role: str
    version: str
    failed: bool
    attributes: dict[str, Any]
    whole: str  # everything that there is of it, to look for what must not be there

    @property
    def here(self) -> str:
        """How a traceparent begins that names this span."""
        return f"00-{self.trace_id}-{self.span_id}-"


class Trace:
    """Spans, by name and by parent."""

    def __init__(self, spans: Iterable[Seen]) -> None:
        self.spans = list(spans)
        self._by_id = {span.span_id: span for span in self.spans}

    def tree(self) -> dict[str, str]:
        """Each span's name and its parent's: of a trace in which each name is there once."""
        found = {span.name: self.parent(span) for span in self.spans}
        assert len(found) == len(self.spans), sorted(span.name for span in self.spans)
        return found

    def parent(self, span: Seen) -> str:
        """Its name; "" of a root; "?" of one that was never sent."""
        if not span.parent_id:
            return ""
        return self._by_id[span.parent_id].name if span.parent_id in self._by_id else "?"

    def named(self, name: str) -> list[Seen]:
        return [span for span in self.spans if span.name == name]

    def one(self, name: str) -> Seen:
        [span] = self.named(name)
        return span


def traces(spans: Iterable[Seen]) -> list[Trace]:
    """In the order in which their first span ended."""
    found: dict[str, list[Seen]] = {}
    for span in spans:
        found.setdefault(span.trace_id, []).append(span)
    return [Trace(of_one) for of_one in found.values()]


def from_memory(span: ReadableSpan) -> Seen:
    assert span.context is not None
    assert span.start_time is not None
    assert span.end_time is not None
    assert span.start_time <= span.end_time
    assert not span.events
    return Seen(
        name=span.name,
        trace_id=f"{span.context.trace_id:032x}",
        span_id=f"{span.context.span_id:016x}",
        parent_id=f"{span.parent.span_id:016x}" if span.parent else "",
        kind=span.kind.name.lower(),
        role=str(span.resource.attributes["kindkans.role"]),
        version=str(span.resource.attributes["service.version"]),
        failed=span.status.status_code.name == "ERROR",
        attributes=dict(span.attributes or {}),
        whole=span.to_json(),
    )


class Collector:
    """A receiver of OTLP over HTTP. `status` is what it answers; `hang` keeps each request waiting."""

    def __init__(self) -> None:
        self.status = 200
        self.requests = 0
        self.headers: list[dict[str, str]] = []
        self.spans: list[Seen] = []
        self.unhang = threading.Event()
        self.unhang.set()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.take(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
                collector.unhang.wait(600)
                self.send_response(collector.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign] - who hung up on it
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1/traces"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def take(self, path: str, headers: dict[str, str], body: bytes) -> None:
        self.requests += 1
        self.headers.append(headers)
        if self.status == 200 and path == "/v1/traces" and self.unhang.is_set():
            self.spans += _decoded(body)

    def stop(self) -> None:
        self.unhang.set()
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()
    try:
        yield collector
    finally:
        collector.stop()


def _decoded(body: bytes) -> Iterator[Seen]:
    for group in ExportTraceServiceRequest.FromString(body).resource_spans:
        resource = {one.key: _value(one.value) for one in group.resource.attributes}
        for scope in group.scope_spans:
            for span in scope.spans:
                assert 0 < span.start_time_unix_nano <= span.end_time_unix_nano
                yield Seen(
                    name=span.name,
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    kind=span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
                    role=resource["kindkans.role"],
                    version=resource["service.version"],
                    failed=span.status.code == span.status.STATUS_CODE_ERROR,
                    attributes={one.key: _value(one.value) for one in span.attributes},
                    whole=f"{group.resource} {span}",
                )


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return tuple(_value(one) for one in value.array_value.values)
    return getattr(value, kind)
