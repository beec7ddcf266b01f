"""A collector that is away, wrong, slow or silent costs spans, and nothing else."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from components.traces import Collector, collecting
from dossier.errors import ConfigurationError
from gateway.logs import configure_logs
from gateway.tracing import TracingSettings, otlp
from integration.tracing.conftest import ALL, House

SETTINGS = TracingSettings(send_seconds=1.0)


@contextmanager
def free_port() -> Iterator[int]:
    """On which nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as made:
        yield made


@pytest.fixture
def lines(log_lines: Any) -> Any:
    configure_logs(log_format="json", log_level="debug")
    return log_lines


def told(lines: Any, event: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in lines.getvalue().splitlines()]
    return [record for record in found if record["event"] == event]


async def deliver(house: House, times: int = 1) -> None:
    for _ in range(times):
        await house.push()
    rows = "SELECT count(*) FROM outbox WHERE state = 'bezorgd'"
    await house.until(lambda: house.gateway.rows(rows)[0][0] >= times)


async def test_all_spans_reach_a_collector_in_protobuf(house: House, collector: Collector) -> None:
    async with house.running(ALL, exporter=otlp(collector.url, SETTINGS), stop_seconds=30):
        await deliver(house)

    assert len(collector.spans) == 14
    assert {span.role for span in collector.spans} == {"intake", "relay", "kindkans"}
    assert len({span.trace_id for span in collector.spans}) == 1
    assert collector.headers[0]["content-type"] == "application/x-protobuf"


async def test_the_last_spans_are_sent_when_the_process_stops(house: House, collector: Collector) -> None:
    async with house.running(
        ALL, exporter=otlp(collector.url, SETTINGS), batch_seconds=3600, stop_seconds=30
    ):
        await deliver(house)
        assert collector.requests == 0

    assert "receipt write" in {span.name for span in collector.spans}


async def test_where_nobody_listens_nothing_fails_and_one_line_says_so(house: House, lines: Any) -> None:
    with free_port() as port:
        exporter = otlp(f"http://127.0.0.1:{port}/v1/traces", TracingSettings(send_seconds=0.05))
        async with house.running(ALL, exporter=exporter):
            await deliver(house, 3)
            await house.until(lambda: told(lines, "traces_lost"))

    assert len(told(lines, "traces_lost")) == 1
    assert told(lines, "library_record") == []
    assert str(port) not in json.dumps(told(lines, "traces_lost"))


@pytest.mark.parametrize("status", [400, 401, 404, 500, 503])
async def test_a_collector_that_refuses_loses_spans_until_it_takes_them_again(
    house: House, collector: Collector, lines: Any, status: int
) -> None:
    collector.status = status
    exporter = otlp(collector.url, TracingSettings(send_seconds=0.2))
    async with house.running(ALL, exporter=exporter):
        await deliver(house)
        await house.until(lambda: told(lines, "traces_lost"))
        collector.status = 200
        await deliver(house, 2)
        await house.until(lambda: told(lines, "traces_sent_again"))

    assert len(told(lines, "traces_lost")) == 1
    assert told(lines, "traces_sent_again")[0]["count"] > 0
    assert told(lines, "library_record") == []


async def test_one_that_never_answers_neither_slows_a_push_nor_holds_up_the_stop(
    house: House, collector: Collector, lines: Any
) -> None:
    collector.unhang.clear()
    exporter = otlp(collector.url, TracingSettings(send_seconds=600))
    async with house.running(ALL, exporter=exporter, waiting=32, batch=8):
        await deliver(house, 10)  # more spans than may wait
        assert collector.requests == 1

    assert not collector.unhang.is_set()  # it has it in hand still: nothing waited for its answer
    assert told(lines, "library_record") == []


@pytest.mark.parametrize(
    "url",
    [
        "collector:4318",
        "http://",
        "http:///v1/traces",
        "ftp://x/v1/traces",
        "http://x:port/",
        "http://me:geheimpje@x/",
    ],
)
def test_an_address_that_is_none_is_refused_at_the_start_and_not_shown(url: str) -> None:
    with pytest.raises(ConfigurationError, match="TRACES_URL") as caught:
        otlp(url, SETTINGS)
    assert "geheimpje" not in str(caught.value)


def test_what_a_collector_asks_for_comes_from_the_environment(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "api-key=geheimpje")
    otlp(collector.url, SETTINGS).export([])

    assert collector.headers[0]["api-key"] == "geheimpje"
