"""A whole gateway in the process of the test: SQLite, an embedded NATS, files; its spans kept in memory."""

from __future__ import annotations

import asyncio
import io
import logging
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import structlog
from opentelemetry.sdk.trace.export import SpanExporter
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from acceptance.process import Gateway
from adapters.parnassys.standin.messages import Push, indienen
from components.nats import used_nats
from components.traces import Seen, Trace, from_memory, traces
from database.engine import writing
from gateway.databases import open_gateway_database
from gateway.process import Failure
from gateway.roles.shared import Role
from gateway.tracing import Tracing, TracingSettings
from gateway.wiring import build

GATEWAY = {Role.BROKER, Role.INTAKE, Role.RELAY}
ALL = {*GATEWAY, Role.KINDKANS}
GONG = {"brin": "17GU", "school": "PCBO De Gong"}


class Memory(InMemorySpanExporter):
    """Keeps what it has, and takes more, also after one of its processes has stopped."""

    def shutdown(self) -> None: ...


class House:
    """`running` some roles, `post` to them, and see what was traced."""

    def __init__(self, folder: Path) -> None:
        self.gateway = Gateway(folder)
        self.gateway.make_world()
        self.exporter = Memory()
        self.soap_url = ""

    @asynccontextmanager
    async def running(
        self, roles: set[Role], *, exporter: SpanExporter | None = None, **settings: Any
    ) -> AsyncIterator[None]:
        quick = TracingSettings(**{"batch_seconds": 0.02, "stop_seconds": 0.5} | settings)
        async with self._running(roles, Tracing(exporter or self.exporter, quick)):
            yield

    @asynccontextmanager
    async def running_untraced(self, roles: set[Role]) -> AsyncIterator[None]:
        async with self._running(roles, None):
            yield

    @asynccontextmanager
    async def _running(self, roles: set[Role], tracing: Tracing | None) -> AsyncIterator[None]:
        built = build(self.gateway.settings, Failure(), roles, tracing=tracing)
        self.soap_url = built.soap_url or self.soap_url
        started = []
        try:
            for part in built.parts:
                started.append(part)
                await part.start()
            await self.until(lambda: requests.get(f"{built.ops_url}/readyz", timeout=30).ok)
            yield
        finally:
            for part in reversed(started):
                await part.stop()

    async def post(self, body: bytes, **headers: str) -> requests.Response:
        fields = {"Authorization": self.gateway.authorization(), "Content-Type": "text/xml", **headers}
        return await asyncio.to_thread(requests.post, self.soap_url, data=body, headers=fields, timeout=60)

    async def push(self, push: Push | None = None, **fields: Any) -> str:
        """The referentie."""
        answer = await self.post(indienen(push or Push(**GONG, **fields)).body)
        assert answer.ok, answer.text
        return answer.headers["X-Kindkans-Referentie"]

    def change(self, statement: str) -> None:
        """In the gateway's database."""
        engine = open_gateway_database(self.gateway.settings)
        with writing(engine) as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    @property
    def spans(self) -> list[Seen]:
        return [from_memory(span) for span in self.exporter.get_finished_spans()]

    async def until(self, condition: Callable[[], Any], seconds: float = 120.0) -> None:
        end = time.monotonic() + seconds
        while not await asyncio.to_thread(condition):
            assert time.monotonic() < end, sorted(span.name for span in self.spans)
            await asyncio.sleep(0.02)

    async def until_seen(self, name: str, times: int = 1) -> None:
        await self.until(lambda: sum(span.name == name for span in self.spans) >= times)

    def trace_of(self, referentie: str) -> Trace:
        [found] = [
            trace
            for trace in traces(self.spans)
            if any(span.attributes.get("referentie") == referentie for span in trace.spans)
        ]
        return found


@pytest.fixture
def log_lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is written to the error stream once logs are configured; undone afterwards."""
    written = io.StringIO()
    root = logging.getLogger()
    before = root.handlers, root.level
    monkeypatch.setattr(sys, "stderr", written)
    yield written
    root.handlers, root.level = before
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.fixture
def house(tmp_path: Path) -> House:
    used_nats("the gateway's own")
    return House(tmp_path / "data")
