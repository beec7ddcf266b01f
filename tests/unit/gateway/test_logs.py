"""The logs fail closed: what nobody vouched for is not written."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator

import pytest
import structlog

from gateway.logs import configure_logs, get_logger

CANARY = "Kanarievogel de Vries"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is written to the error stream, with logging set up as a process does."""
    written = io.StringIO()
    root = logging.getLogger()
    before = root.handlers, root.level
    monkeypatch.setattr(sys, "stderr", written)
    configure_logs(log_format="json", log_level="debug")
    yield written
    root.handlers, root.level = before
    logging.captureWarnings(False)
    structlog.reset_defaults()


def records(lines: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_known_fields_with_harmless_values_are_written(lines: io.StringIO) -> None:
    get_logger(role="intake").info("message", inzending_id="0" * 32, dossiernummer=5, redenen=["X"])

    [record] = records(lines)
    assert record["event"] == "message"
    assert (record["inzending_id"], record["dossiernummer"], record["redenen"]) == ("0" * 32, 5, ["X"])
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
