"""Tracing from outside: processes apart send one trace to a collector; and off, it is not even imported."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from acceptance.process import Gateway, wait_for
from adapters.parnassys.standin.messages import File, Push, indienen
from components.rabbitmq import rabbit_environment
from components.traces import Collector, Trace, collecting, traces

GONG = {"brin": "17GU", "school": "PCBO De Gong"}
APART = ("intake", "relay", "kindkans")
CHAIN = {
    "soap request": "",
    "decide": "soap request",
    "commit": "decide",
    "outbox publish": "decide",
    "store handle": "decide",
    "store commit": "store handle",
    "receipt publish": "store handle",
    "receipt handle": "store handle",
    "receipt commit": "receipt handle",
}
# FastStream looks whether opentelemetry.semconv is installed: half a millisecond.
IMPORTED = re.compile(r"import time:.*\| +(opentelemetry\.(?!semconv\b)\S+|google\.protobuf\S*)")


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as made:
        yield made


@pytest.fixture(params=["nats", "rabbitmq"])
def apart(request: pytest.FixtureRequest, own: Gateway, collector: Collector) -> Iterator[Gateway]:
    """Every role a process of its own, which traces."""
    own.environment["TRACES_URL"] = collector.url
    if request.param == "nats":
        own.start_all("broker", *APART)
        yield own
        return
    with rabbit_environment() as environment:
        own.environment |= environment
        own.start_all(*APART)
        yield own


def test_roles_apart_send_one_trace_of_one_dossier(apart: Gateway, collector: Collector) -> None:
    push = Push(**GONG, achternaam="Kanarievogel", files=(File(naam="Kanarievogel.txt"),))
    answer = apart.post(indienen(push).body, role="intake")
    apart.reconciled()
    wait_for(lambda: "receipt commit" in {span.name for span in collector.spans})
    apart.stop("intake", "kindkans", "relay")

    trace = trace_of(collector, answer.headers["X-Kindkans-Referentie"])
    parents = {span.name: trace.parent(span) for span in trace.spans if not span.failed}
    assert parents.items() >= CHAIN.items()
    assert {span.name: span.role for span in trace.spans if span.name in CHAIN} == {
        **dict.fromkeys(("soap request", "decide", "commit"), "intake"),
        **dict.fromkeys(("outbox publish", "receipt handle", "receipt commit"), "relay"),
        **dict.fromkeys(("store handle", "store commit", "receipt publish"), "kindkans"),
    }
    [(number,)] = apart.rows("SELECT dossiernummer FROM dossier")
    for name in ("soap request", "outbox publish", "store handle", "receipt handle"):
        assert trace.named(name)[-1].attributes["dossiernummer"] == number
    assert "kanarievogel" not in "".join(span.whole for span in collector.spans).lower()


def test_where_traces_url_is_empty_opentelemetry_is_not_imported_and_the_event_has_no_trace(
    own: Gateway, collector: Collector
) -> None:
    own.environment["PYTHONPROFILEIMPORTTIME"] = "1"
    own.start()
    assert own.post(indienen(Push(**GONG)).body, traceparent=f"00-{'1' * 32}-{'2' * 16}-01").ok
    own.reconciled()
    own.stop()
    [(body,)] = own.rows("SELECT body FROM outbox_payload")
    off = own.log().read_text()
    own.environment["TRACES_URL"] = collector.url
    own.start()
    own.stop()

    assert "import time:" in off
    assert IMPORTED.findall(off) == []
    assert IMPORTED.findall(own.log().read_text()) != []  # the search itself finds them
    assert set(json.loads(body)) == {
        *("specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"),
    }
    assert collector.requests == 0


def test_a_process_whose_collector_hangs_stops_cleanly_and_within_its_drain_time(
    own: Gateway, collector: Collector
) -> None:
    collector.unhang.clear()
    own.environment |= {"TRACES_URL": collector.url, "DRAIN_SECONDS": "20"}
    own.start()
    assert own.post(indienen(Push(**GONG)).body).ok
    own.reconciled()
    wait_for(lambda: collector.requests)
    own.stop()  # with exit code 0: not cut short

    assert "drain_cut_short" not in own.log().read_text()
    assert "library_record" not in own.log().read_text()


def test_a_wrong_traces_url_is_told_at_the_start(own: Gateway) -> None:
    own.environment["TRACES_URL"] = "http://me:geheimpje@collector/v1/traces"
    told = own.cli("relay")

    assert told.returncode == 2
    assert "TRACES_URL must be like" in told.stderr
    assert "geheimpje" not in told.stdout + told.stderr


def trace_of(collector: Collector, referentie: str) -> Trace:
    [found] = [
        trace
        for trace in traces(collector.spans)
        if any(span.attributes.get("referentie") == referentie for span in trace.spans)
    ]
    return found
