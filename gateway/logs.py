"""Structured logs: JSON for machines, lines for people; one line per event, and no personal data.

Fails closed: only the fields named here are written, a text only when it looks like an id or a
code, and of another library's record only who spoke and the type of an exception. Whatever else
somebody hands to a logger is dropped, and the line says how many fields were.
"""

from __future__ import annotations

import contextlib
import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

FIELDS = frozenset(
    {
        "attempts", "bericht_id", "bijlagen", "bytes", "code", "component", "count", "delay_seconds",
        "dossiernummer", "duration_ms", "error_type", "event", "event_id", "free_bytes", "function",
        "group", "host", "inzending_id", "level", "library", "line", "message", "omgeving_id",
        "operation", "outcome", "phase_ms", "pid", "port", "queue", "redenen", "role", "signal",
        "soort", "state", "status", "timestamp", "trace", "url", "version", "versie", "what",
    }
)  # fmt: skip
_SAFE_TEXT = re.compile(r"[A-Za-z0-9 _.,:;/@+=()\[\]#%-]{0,300}", re.ASCII)
# Their messages hold addresses and states, never bodies: checked in uvicorn 0.54 and here.
_TRUSTED_LIBRARIES = frozenset({"uvicorn.error", "uvicorn", "alembic.runtime.migration"})

Event = MutableMapping[str, Any]


def configure_logs(*, log_format: str, log_level: str) -> None:
    """Once per process, from the composition root."""
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        only_safe_fields,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=28)
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, log_level.upper())),
        logger_factory=structlog.PrintLoggerFactory(_Unfailing(sys.stderr)),  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [_LibraryHandler()]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)


class _Unfailing:
    """Loses a line rather than the process: a full disk under the log is no reason to stop working."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()


def get_logger(**fields: Any) -> Any:
    return structlog.get_logger(**fields)


def only_safe_fields(_logger: Any, _method: str, event: Event) -> Event:
    """Keeps known fields with safe values; counts what it drops in `dropped`."""
    kept: dict[str, Any] = {}
    dropped = 0
    for name, value in event.items():
        if name in FIELDS and _is_safe(value):
            kept[name] = value
        else:
            dropped += 1
    kept.setdefault("event", "unnamed_event")
    if dropped:
        kept["dropped"] = dropped
    return kept


def _is_safe(value: Any) -> bool:
    if value is None or isinstance(value, bool | int | float):
        return True
    if isinstance(value, str):
        return _SAFE_TEXT.fullmatch(value) is not None
    if isinstance(value, list | tuple):
        return all(_is_safe(item) for item in value)
    if isinstance(value, dict):
        return all(_is_safe(k) and _is_safe(v) for k, v in value.items())
    return False


class _LibraryHandler(logging.Handler):
    """Other libraries' records: their texts may hold anything, so only trusted ones are shown."""

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = {
            "library": record.name,
            "function": record.funcName,
            "line": record.lineno,
        }
        if record.name in _TRUSTED_LIBRARIES:
            fields["message"] = record.getMessage().strip().replace("\n", " ")[:300]
        if record.exc_info and record.exc_info[1] is not None:
            fields["error_type"] = type(record.exc_info[1]).__name__
            fields["trace"] = where(record.exc_info[1])
        structlog.get_logger().log(max(record.levelno, logging.DEBUG), "library_record", **fields)


def where(error: BaseException) -> list[str]:
    """The last frames of an exception as file:line, and no word of its text."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames]
