"""Where nothing is traced nothing is wrapped; what is traced says only what a log line might say."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from components.traces import Seen, from_memory
from gateway.settings import read_settings
from gateway.traced import Step, Traced, open_tracing, read_facts
from gateway.tracing import Spans, Tracing, TracingSettings

CANARY = "Kanarievogel de Vries"
FOREIGN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
EVENT_ID = "0190a0b0c0d0700080000000000000ab"


class Traces:
    def __init__(self, **settings: Any) -> None:
        self.exporter = InMemorySpanExporter()
        self.tracing = Tracing(
            self.exporter, TracingSettings(batch_seconds=3600, stop_seconds=30, **settings)
        )
        self.spans: Spans = self.tracing.of("intake")

    def ended(self) -> list[Seen]:
        asyncio.run(self.tracing.stop())
        return [from_memory(span) for span in self.exporter.get_finished_spans()]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Tracing silences a logger: not for other tests."""
    logger = logging.getLogger("opentelemetry")
    level = logger.level
    yield
    logger.setLevel(level)


def test_without_tracing_each_seam_hands_back_what_it_was_given() -> None:
    off, thing = Traced(None), object()

    assert open_tracing(read_settings()) is None
    for seam in (
        off.app,
        off.message_observer,
        off.receiver,
        off.use_cases,
        off.committer,
        off.publish_event,
        off.publish_receipt,
        off.store_observer,
    ):
        assert seam(thing) is thing
    assert off.transact(thing, Step.STORE_COMMIT) is thing
    assert off.handler(thing, Step.HANDLE) is thing  # type: ignore[arg-type, comparison-overlap]
    assert off.traceparent() is None


def test_a_url_turns_it_on() -> None:
    tracing = open_tracing(read_settings(traces_url="http://127.0.0.1:9/v1/traces"))

    assert isinstance(tracing, Tracing)
    asyncio.run(tracing.stop())


def test_attributes_that_a_log_line_may_not_have_are_dropped_and_counted() -> None:
    traces = Traces()
    with traces.spans.begin(Step.REQUEST, referentie=EVENT_ID, naam=CANARY, code=f"{CANARY}\n"):
        traces.spans.tell(outcome="José", soort=None, redenen=["NOËL"], bytes=5)

    [span] = traces.ended()
    assert span.attributes == {"referentie": EVENT_ID, "bytes": 5, "dropped": 2}
    assert CANARY not in span.whole


def test_of_an_exception_only_the_type_is_told() -> None:
    traces = Traces()
    secret = CANARY
    begin, within = traces.spans.begin, traces.spans.within
    with pytest.raises(ValueError, match=CANARY), begin(Step.REQUEST), within(Step.DECIDE):
        raise ValueError(secret)

    inner, outer = traces.ended()
    for span in (inner, outer):
        assert (span.attributes, span.failed) == ({"error_type": "ValueError"}, True)
        assert CANARY not in span.whole


def test_what_begins_is_no_child_of_what_is_current_and_what_continues_is_one_of_its_traceparent() -> None:
    traces = Traces()
    with traces.spans.begin(Step.REQUEST):
        with traces.spans.begin(Step.HANDLE, FOREIGN), traces.spans.within(Step.STORE_COMMIT):
            assert str(traces.spans.traceparent()).startswith(FOREIGN[:36])
        with traces.spans.begin(Step.PUBLISH):
            pass

    commit, handle, publish, request = traces.ended()
    assert (handle.trace_id, handle.parent_id) == (FOREIGN[3:35], FOREIGN[36:52])
    assert (commit.trace_id, commit.parent_id) == (handle.trace_id, handle.span_id)
    assert len({handle.trace_id, publish.trace_id, request.trace_id}) == 3
    assert publish.parent_id == request.parent_id == ""


def test_outside_of_a_span_there_is_no_traceparent() -> None:
    assert Traces().spans.traceparent() is None


def test_what_begins_here_is_sampled_by_ratio_and_what_continues_as_it_was() -> None:
    traces = Traces(ratio=0.0)
    with traces.spans.begin(Step.REQUEST), traces.spans.within(Step.DECIDE):
        unsampled = str(traces.spans.traceparent())
    with traces.spans.begin(Step.HANDLE, unsampled), traces.spans.begin(Step.PUBLISH, FOREIGN):
        pass

    assert int(unsampled[-2:], 16) & 1 == 0
    assert [span.name for span in traces.ended()] == [Step.PUBLISH]


def test_about_the_ratio_of_what_begins_is_sampled() -> None:
    traces = Traces(ratio=0.25)
    for _ in range(2000):
        with traces.spans.begin(Step.REQUEST):
            pass

    assert 350 < len(traces.ended()) < 650  # within 7 standard deviations


class Raising(SpanExporter):
    def export(self, spans: Any) -> SpanExportResult:
        raise RuntimeError(CANARY)


def test_an_exporter_that_raises_hurts_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    tracing = Tracing(Raising(), TracingSettings(stop_seconds=30))
    with tracing.of("intake").begin(Step.REQUEST):
        pass
    asyncio.run(tracing.stop())

    shown = capsys.readouterr()
    assert "traces_lost" in shown.out
    assert CANARY not in shown.out + shown.err


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "id", "traceparent", "dossiernummer", "versie", "bijlagen"]), inner
        )
    ),
    max_leaves=10,
)


@given(body=st.binary() | JSON.map(json.dumps).map(str.encode))
@example(body=b"[" * 100_000)
@example(body=json.dumps({"id": CANARY, "data": {"dossiernummer": 1, "versie": 1}}).encode())
@example(body=json.dumps({"id": EVENT_ID, "data": {"dossiernummer": 2**63, "versie": 1}}).encode())
@example(body=json.dumps({"id": EVENT_ID, "data": {"dossiernummer": CANARY, "versie": 1}}).encode())
def test_of_whatever_came_nothing_is_told_but_ids_and_numbers(body: bytes) -> None:
    traceparent, facts = read_facts(body)

    assert traceparent is None or len(traceparent) == 55
    assert set(facts) <= {"referentie", "dossiernummer", "versie", "bijlagen"}
    assert all(v in (None, EVENT_ID) or (type(v) is int and 0 <= v < 2**63) for v in facts.values())


def test_an_event_of_which_only_the_trace_can_be_read_keeps_its_trace() -> None:
    body = json.dumps({"id": EVENT_ID, "traceparent": FOREIGN, "data": {"schemaversie": 99}}).encode()

    assert read_facts(body) == (FOREIGN, {})
