"""The logs fail closed: what nobody vouched for is not written."""

from __future__ import annotations

import ast
import asyncio
import io
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.contextvars import get_contextvars

from brokers.contract.examples import CORRECTION, DELIVERY, RECEIPT
from brokers.messages import Incoming
from gateway import logs
from gateway.log_words import ALWAYS, EVENTS, FIELDS
from gateway.logs import about, about_bericht, configure_logs, get_logger
from gateway.metrics import Metrics
from gateway.observers import OutboxLog, StoreLog
from kindkans.handler import DeliveryHandler
from outbox.receipts import ReceiptHandler

CANARY = "Kanarievogel de Vries"
BERICHT = "7a1cbb0e-6f2f-4f0c-9f0e-3c5b7c1f8a11"
ROOT = Path(logs.__file__).parent.parent


class Liar:
    """Says that it is a text."""

    def __init__(self, text: str) -> None:
        self.text = text

    __class__ = str  # type: ignore[assignment]


class Broken:
    def __repr__(self) -> str:
        raise RuntimeError(CANARY)

    __str__ = __repr__


class BrokenList(list[str]):
    def __iter__(self) -> Iterator[str]:
        raise RuntimeError(CANARY)


class TwoFaced(str):
    """A text that shows something else to who writes it."""

    def __str__(self) -> str:
        return CANARY

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return CANARY


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is written to the error stream, with logging set up as a process does."""
    written = io.StringIO()
    root = logging.getLogger()
    before = root.handlers, root.level
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    monkeypatch.setattr(sys, "stderr", written)
    configure_logs(log_format="json", log_level="debug")
    yield written
    root.handlers, root.level = before
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    logging.captureWarnings(False)
    structlog.reset_defaults()


def records(lines: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_known_fields_with_harmless_values_are_written(lines: io.StringIO) -> None:
    get_logger(role="intake").info("message", referentie="0" * 32, dossiernummer=5, redenen=["X"])

    [record] = records(lines)
    assert record["event"] == "message"
    assert (record["referentie"], record["dossiernummer"], record["redenen"]) == ("0" * 32, 5, ["X"])
    assert "dropped" not in record


@pytest.mark.parametrize(
    "fields",
    [
        {"naam": "Jan"},
        {"code": "José"},
        {"code": "two\nlines"},
        {"code": "x" * 301},
        {"code": ["fine", "Noël"]},
        {"code": {"naam": "Noël"}},
        {"code": object()},
        {"code": b"bytes"},
        {"code": float("nan")},
        {"duration_ms": float("inf")},
        {"count": 10**5000},
        {"code": {5: "key"}},
        {"code": {"ok": {"Noël": 1}}},
        {"phase_ms": [[[["deep"]]]]},
        {"redenen": ["x"] * 101},
        {"code": "x" * 10_000_000},
        {"exc_info": ValueError("Jan")},
        {"stack_info": "Jan"},
        {"code": Liar("x")},
        {"code": Broken()},
        {"redenen": BrokenList(["x"])},
        {"level_name": "x"},
        {"referentie": "Jan"},
        {"referentie": "A" * 32},
        {"bericht_id": "Jan"},
        {"bericht_id": "Jan_de_Vries:2016-02-17"},
        {"bericht_id": "{7A1CBB0E-6F2F-4F0C-9F0E-3C5B7C1F8A11}"},
        {"bericht_id": f"{BERICHT}\n"},
        {"kopie": "Jan"},
    ],
)
def test_any_other_field_or_value_is_dropped_and_counted(
    lines: io.StringIO, fields: dict[str, object]
) -> None:
    get_logger().info("message", **fields)

    [record] = records(lines)
    assert record["dropped"] == 1
    assert not set(fields) & set(record)


def test_an_event_that_is_no_constant_is_not_shown(lines: io.StringIO) -> None:
    get_logger().info("Leerling Noël kwam binnen")

    assert records(lines)[0]["event"] == "unnamed_event"


def test_of_another_library_only_who_spoke_and_the_kind_of_error_is_shown(lines: io.StringIO) -> None:
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("some.library").exception("failed on %s", CANARY)

    [record] = records(lines)
    assert CANARY not in lines.getvalue()
    assert (record["library"], record["error_type"]) == ("some.library", "ValueError")
    assert any("test_logs.py" in str(frame) for frame in record["trace"])  # type: ignore[attr-defined]


def test_a_library_that_is_trusted_speaks_in_one_line(lines: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").error("Port 80 is\ntaken")

    assert records(lines)[0]["message"] == "Port 80 is taken"


def test_a_warning_is_a_record_too(lines: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        logging.captureWarnings(True)
        warnings.warn(CANARY, stacklevel=1)

    assert records(lines)[0]["library"] == "py.warnings"
    assert CANARY not in lines.getvalue()


def test_a_log_that_cannot_be_written_stops_nobody() -> None:
    program = (
        "from gateway.logs import configure_logs, get_logger\n"
        "configure_logs(log_format='json', log_level='info')\n"
        "for _ in range(3): get_logger().info('process_ready')\n"
        "print('went on', flush=True)\n"
        "import os; os._exit(0)\n"
    )
    with open("/dev/full", "w") as full:
        found = subprocess.run(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=full, check=False
        )
    assert (found.returncode, found.stdout) == (0, b"went on\n")


def test_a_text_that_shows_two_faces_is_written_as_it_was_judged(lines: io.StringIO) -> None:
    get_logger().info("message", code=TwoFaced("ONLEESBAAR"), redenen=[TwoFaced("X")], phase_ms={"a": 1})

    [record] = records(lines)
    assert (record["code"], record["redenen"]) == ("ONLEESBAAR", ["X"])


@pytest.mark.parametrize(
    "event", [CANARY, "kanarievogel", "Message", 5, None, b"message", ["message"], Broken()]
)
def test_an_event_that_nobody_named_is_not_shown(lines: io.StringIO, event: Any) -> None:
    get_logger().info(event, code="X")

    [record] = records(lines)
    assert (record["event"], record["code"]) == ("unnamed_event", "X")


def wrong_uses(log: Any) -> Iterator[Any]:
    yield lambda: log.info("message %s", CANARY)
    yield lambda: log.info("message %d", CANARY, CANARY)
    yield lambda: log.info("message", event=CANARY)
    yield lambda: log.info("message", method_name=CANARY)
    yield lambda: log.log(logging.INFO, "message", CANARY)
    yield lambda: log.bind(naam=CANARY).info(CANARY, CANARY)


def test_a_wrong_use_of_a_logger_costs_the_line_and_nothing_else(lines: io.StringIO) -> None:
    uses = list(wrong_uses(get_logger(role="intake")))
    for use in uses:
        use()

    written = records(lines)
    assert len(written) == len(uses)
    assert {record["event"] for record in written} == {"log_failed"}
    assert "kanarie" not in lines.getvalue().lower()


def test_a_renderer_that_fails_gives_a_line_without_fields(
    lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> str:
        raise RuntimeError(CANARY)

    monkeypatch.setattr(structlog.processors.JSONRenderer, "__call__", broken)
    get_logger().info("message", code="X")

    assert records(lines) == [{"event": "log_failed", "level": "error"}]


@pytest.mark.parametrize(
    ("text", "arguments"),
    [("%s and %s", (CANARY,)), ("%d", (CANARY,)), ("%s", (Broken(),)), (CANARY, ()), ("%(a)s", ({},))],
)
@pytest.mark.parametrize("name", ["some.library", "uvicorn.error"])
def test_a_library_that_cannot_say_it_is_no_trouble(
    lines: io.StringIO, name: str, text: str, arguments: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = [one for one in logging.getLogger().handlers if isinstance(one, logs._LibraryHandler)]
    monkeypatch.setattr(logging.getLogger(), "handlers", ours)  # pytest's own raises
    logging.getLogger(name).error(text, *arguments, stack_info=True)

    [record] = records(lines)
    assert (record["event"], record["library"]) == ("library_record", name)
    assert CANARY not in lines.getvalue() or (name, text) == ("uvicorn.error", CANARY)


def test_what_nobody_caught_is_told_without_its_text(lines: io.StringIO) -> None:
    def fails() -> None:
        raise ValueError(CANARY)

    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    try:
        fails()
    except ValueError as exc:
        sys.excepthook(type(exc), exc, exc.__traceback__)
        unraisable = type("Unraisable", (), {"exc_type": ValueError, "exc_value": exc, "exc_traceback": None})
        sys.unraisablehook(unraisable)  # type: ignore[arg-type]

    written = records(lines)
    assert [(one["event"], one["error_type"]) for one in written] == [("uncaught", "ValueError")] * 3
    assert all("test_logs.py" in str(one["trace"]) for one in written)
    assert CANARY not in lines.getvalue()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9) | st.integers(), inner),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.dictionaries(st.sampled_from(sorted(FIELDS)) | st.text(max_size=9), ANYTHING), event=ANYTHING
)
def test_whatever_is_handed_over_one_line_of_json_is_written(
    lines: io.StringIO, fields: dict[str, Any], event: Any
) -> None:
    lines.seek(0)
    lines.truncate()
    get_logger().info(event, **fields)

    text = lines.getvalue()
    assert text.isascii()
    [record] = records(lines)
    assert record.keys() <= FIELDS.keys()
    assert record["event"] in EVENTS


def test_all_within_is_about_the_push_in_hand_and_nothing_after(lines: io.StringIO) -> None:
    with about("a" * 32):
        get_logger().info("refused")
        about_bericht(BERICHT)
        logging.getLogger("some.library").error(CANARY)
        with about("b" * 32, "Jan"):
            get_logger().info("stored")
        get_logger().info("stored", referentie="c" * 32)
    get_logger().info("swept")

    told = [(one.get("referentie"), one.get("bericht_id"), one.get("dropped")) for one in records(lines)]
    a, b, c = "a" * 32, "b" * 32, "c" * 32
    assert told == [(a, None, None), (a, BERICHT, None), (b, None, 1), (c, BERICHT, None), (None, None, None)]


async def test_what_runs_side_by_side_is_never_taken_for_its_neighbour(lines: io.StringIO) -> None:
    turn = asyncio.Barrier(8)

    async def push(number: int) -> None:
        with about(f"{number:032x}"):
            await turn.wait()
            about_bericht(f"{number:08x}-0000-4000-8000-000000000000")
            await turn.wait()
            await asyncio.to_thread(get_logger().info, "message", count=number)
            await asyncio.create_task(later(number))

    async def later(number: int) -> None:
        await turn.wait()
        logging.getLogger("some.library").error("x")
        get_logger().info("stored", count=number)

    await asyncio.gather(*(push(number) for number in range(8)))

    written = records(lines)
    assert len(written) == 24
    for one in written:
        number = int(str(one["bericht_id"])[:8], 16)
        assert one["referentie"] == f"{number:032x}"
        assert one.get("count", number) == number
    assert get_contextvars() == {}


def logged() -> Iterator[tuple[str, str, set[str]]]:
    """Of each call of a logger in the sources: where, event, fields."""
    for path in sorted((ROOT / "gateway").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            called = ast.unparse(node.func)
            if called.endswith((".info", ".warning", ".error", ".critical", ".debug")) or called == "write":
                yield path.name, str(node.args[0].value), {str(one.arg) for one in node.keywords}


def test_every_line_that_the_code_writes_is_named_with_its_fields_and_no_other() -> None:
    found = list(logged())
    unnamed = [(where, event) for where, event, _ in found if event not in EVENTS]
    assert unnamed == []
    of_itself = {"library_record", "unnamed_event", "log_failed"}
    assert set(EVENTS) - {event for _, event, _ in found} == of_itself
    shared = {"referentie", "bericht_id"}
    for where, event, fields in found:
        assert fields - shared <= set(EVENTS[event].fields), (where, event)


def test_every_field_that_is_named_is_one_of_some_event() -> None:
    of_events = {field for event in EVENTS.values() for field in event.fields}
    assert of_events | {*ALWAYS, "role", "referentie", "bericht_id", "dropped"} == set(FIELDS)


async def out_of_order(_work: Any) -> Any:
    raise RuntimeError(CANARY)


async def test_a_defect_while_an_event_is_in_hand_says_of_which(lines: io.StringIO) -> None:
    store = DeliveryHandler(
        out_of_order,
        publish=None,  # type: ignore[arg-type]
        receipts_subject="",
        seal=None,  # type: ignore[arg-type]
        source=None,  # type: ignore[arg-type]
        own=None,  # type: ignore[arg-type]
        observer=StoreLog(Metrics()),
    )
    receipts = ReceiptHandler(out_of_order, observer=OutboxLog(Metrics()))
    for handler, event in ((store, DELIVERY), (store, CORRECTION), (receipts, RECEIPT)):
        with pytest.raises(RuntimeError):
            await handler(Incoming(body=event.encode(), deliveries=1))

    broke = [one for one in records(lines) if one["event"] == "handling_broke"]
    told = [(one["role"], one["referentie"], one.get("bericht_id"), one["error_type"]) for one in broke]
    herkomst = DELIVERY.herkomst
    assert herkomst is not None
    assert told == [
        ("kindkans", DELIVERY.event_id, herkomst.bericht_id, "RuntimeError"),
        ("kindkans", CORRECTION.event_id, None, "RuntimeError"),
        ("relay", RECEIPT.event_id, None, "RuntimeError"),
    ]
    assert CANARY not in lines.getvalue()
