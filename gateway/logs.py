"""Structured logs: JSON for machines, lines for people; one line per event, and no personal data.

Fails closed: only the events and fields of log_words.py are written, a text only when it looks like an id or
a code, and of another library's record only who spoke and the type of an exception. Whatever else somebody
hands to a logger is dropped, and the line says how many fields were. When writing itself fails there is a
line without fields, never the raw one, and whoever logged goes on.

While a push is in hand (`about`) each line has its referentie, also those of libraries.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from collections.abc import Iterator, MutableMapping
from typing import Any, TextIO

import structlog
from structlog.contextvars import bind_contextvars, bound_contextvars, merge_contextvars

from gateway.log_safety import clean, is_event, where

__all__ = ["about", "about_bericht", "configure_logs", "get_logger", "only_safe_fields", "where"]

# Their messages hold addresses and states, never bodies: checked in uvicorn 0.54 and here.
_TRUSTED_LIBRARIES = frozenset({"uvicorn.error", "uvicorn", "alembic.runtime.migration"})
_FAILED_LINE = '{"event": "log_failed", "level": "error"}'
_METHODS = ("debug", "info", "warning", "error", "critical")

Event = MutableMapping[str, Any]


def configure_logs(*, log_format: str, log_level: str) -> None:
    """Once per process, from the composition root."""
    renderer: Any = (
        structlog.processors.JSONRenderer(allow_nan=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=28)
    )
    structlog.configure(
        processors=[
            merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_safe_fields,
            renderer,
        ],
        wrapper_class=_logger_class(getattr(logging, log_level.upper())),
        logger_factory=structlog.PrintLoggerFactory(_Unfailing(sys.stderr)),  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [_LibraryHandler()]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)
    # By themselves they print the text of an exception, which may hold a child's data.
    sys.excepthook = _uncaught
    threading.excepthook = lambda one: _uncaught(one.exc_type, one.exc_value, one.exc_traceback)
    sys.unraisablehook = lambda one: _uncaught(one.exc_type, one.exc_value, one.exc_traceback)


def get_logger(**fields: Any) -> Any:
    return structlog.get_logger(**fields)


@contextlib.contextmanager
def about(referentie: str, bericht_id: str | None = None) -> Iterator[None]:
    """What is logged within is about this push: in this task, and in tasks and threads that it begins."""
    with bound_contextvars(referentie=referentie, bericht_id=bericht_id):
        yield


def about_bericht(bericht_id: str | None) -> None:
    """Within `about`: now its berichtId is known too."""
    bind_contextvars(bericht_id=bericht_id)


def only_safe_fields(_logger: Any, _method: str, event: Event) -> Event:
    """Keeps known fields with safe values; counts what it drops in `dropped`."""
    kept, dropped = clean(event)
    if kept.get("bericht_id", "") is None:
        del kept["bericht_id"]  # not known (yet)
    if not is_event(kept.get("event")):
        kept["event"] = "unnamed_event"
    if dropped:
        kept["dropped"] = dropped
    return kept


def _logger_class(lowest: int) -> type[structlog.BoundLoggerBase]:
    """As structlog's own filtering class, but no use of it raises; and %-arguments are never filled in."""

    class Logger(structlog.BoundLoggerBase):
        def log(self, level: int, /, *arguments: Any, **fields: Any) -> None:
            if level >= lowest:
                self._write(logging.getLevelName(min(level, logging.CRITICAL)).lower(), arguments, fields)

        def debug(self, /, *arguments: Any, **fields: Any) -> None:
            self.log(logging.DEBUG, *arguments, **fields)

        def info(self, /, *arguments: Any, **fields: Any) -> None:
            self.log(logging.INFO, *arguments, **fields)

        def warning(self, /, *arguments: Any, **fields: Any) -> None:
            self.log(logging.WARNING, *arguments, **fields)

        def error(self, /, *arguments: Any, **fields: Any) -> None:
            self.log(logging.ERROR, *arguments, **fields)

        def critical(self, /, *arguments: Any, **fields: Any) -> None:
            self.log(logging.CRITICAL, *arguments, **fields)

        def _write(self, method: str, arguments: tuple[Any, ...], fields: dict[str, Any]) -> None:
            method = method if method in _METHODS else "info"
            try:
                self._proxy_to_logger(method, *arguments, **fields)
            except Exception:
                with contextlib.suppress(Exception):
                    self._logger.msg(_FAILED_LINE)

    return Logger


class _Unfailing:
    """Loses a line rather than the process: a full disk under the log is no reason to stop working."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # ValueError: it is closed
            self._stream.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()


class _LibraryHandler(logging.Handler):
    """Other libraries' records: their texts may hold anything, so only trusted ones are shown."""

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = {
            "library": record.name,
            "function": record.funcName,
            "line": record.lineno,
        }
        if record.name in _TRUSTED_LIBRARIES:
            with contextlib.suppress(Exception):  # arguments that do not fit
                fields["message"] = record.getMessage().strip().replace("\n", " ")[:300]
        if record.exc_info and record.exc_info[1] is not None:
            fields["error_type"] = type(record.exc_info[1]).__name__
            fields["trace"] = where(record.exc_info[1])
        level = record.levelno if isinstance(record.levelno, int) else logging.WARNING
        structlog.get_logger().log(max(level, logging.DEBUG), "library_record", **fields)


def _uncaught(kind: type[BaseException], error: BaseException | None, _traceback: Any) -> None:
    if not issubclass(kind, SystemExit):
        trace = where(error) if error is not None else []
        structlog.get_logger().critical("uncaught", error_type=kind.__name__, trace=trace)
