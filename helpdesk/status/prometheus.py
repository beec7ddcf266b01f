"""Questions to Prometheus, that never hurt who asks: short, bounded in time and size, no answer is believed
to be what it should be. Raises NoAnswer; after one nobody asks again for a while.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from dossier.errors import ConfigurationError
from helpdesk.status.figures import NoAnswer

_CONNECT_SECONDS = 1.0
_READ_SECONDS = 3.0  # for each piece of an answer
_LARGEST_BYTES = 4 * 1024 * 1024
_REST_SECONDS = 15.0
ANSWER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Series:
    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]  # (seconds since 1970, value); what is no number is left out


class Prometheus:
    """Thread-safe. `url` may hold a path, and a name and password."""

    def __init__(
        self, url: str, *, http: httpx.Client | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Raises ConfigurationError."""
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL:
            raise ConfigurationError("PROMETHEUS_URL cannot be read") from None  # it may hold a password
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise ConfigurationError("PROMETHEUS_URL must start with http:// or https://")
        self._url = parsed.copy_with(path=parsed.path.rstrip("/") + "/api/v1/")
        timeout = httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS)
        self._http = http or httpx.Client(timeout=timeout, trust_env=False)
        self._clock = clock
        self._lock = threading.Lock()
        self._rests_until = -math.inf

    def close(self) -> None:
        self._http.close()

    def now(self, expr: str, at: datetime) -> list[Series]:
        """How it was at that moment: one point each."""
        return _series(self._ask("query", {"query": expr, "time": f"{at.timestamp():.3f}"}), "vector")

    def over_time(self, expr: str, start: datetime, end: datetime, step: timedelta) -> list[Series]:
        form = {
            "query": expr,
            "start": f"{start.timestamp():.3f}",
            "end": f"{end.timestamp():.3f}",
            "step": f"{step.total_seconds():.3f}",
        }
        return _series(self._ask("query_range", form), "matrix")

    def _ask(self, what: str, form: Mapping[str, str]) -> Any:
        with self._lock:
            if self._clock() < self._rests_until:
                raise NoAnswer
        form = {**form, "timeout": str(_READ_SECONDS)}
        try:
            status, content = self._post(self._url.join(what), form)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, NoAnswer):
            with self._lock:
                self._rests_until = self._clock() + _REST_SECONDS
            raise NoAnswer from None
        if status != 200:  # it answers, but not this: a query that it does not take, or too much at once
            raise NoAnswer
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            raise NoAnswer from None

    def _post(self, url: httpx.URL, form: Mapping[str, str]) -> tuple[int, bytes]:
        """By POST, for a query may be longer than an address."""
        until = self._clock() + ANSWER_SECONDS
        content = bytearray()
        with self._http.stream("POST", url, data=dict(form)) as answer:
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > _LARGEST_BYTES or self._clock() > until:
                    raise NoAnswer
            return answer.status_code, bytes(content)


def _series(answer: Any, kind: str) -> list[Series]:
    """Raises NoAnswer for what is no answer of Prometheus, whatever it is."""
    try:
        if answer["status"] != "success" or answer["data"]["resultType"] != kind:
            raise NoAnswer
        return [
            Series(
                {str(name): str(value) for name, value in one["metric"].items()},
                tuple(_points(one["values"] if kind == "matrix" else [one["value"]])),
            )
            for one in answer["data"]["result"]
        ]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NoAnswer from None


def _points(values: Iterable[Any]) -> Iterable[tuple[float, float]]:
    for at, value in values:
        number = float(value)
        if math.isfinite(number):
            yield float(at), number
