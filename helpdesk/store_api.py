"""Asks the core store, over its JSON API, whether an account sees a dossier (FAQ 2, 3 and 7).

It knows the API's contract and nothing else of the store. An answer is bounded in time and size and is not
believed to be what it should be; what goes wrong is a value, for the page to show.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx

from dossier.errors import ConfigurationError
from dossier.identifiers import Dossiernummer

_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = 3.0
_LARGEST_BYTES = 256 * 1024
_MOST_LINES = 20
_KEY = re.compile(r"[!-~]{1,200}", re.ASCII)


class Misgelukt(StrEnum):
    """Why there is no answer, as a page says it."""

    GEEN_ANTWOORD = "Kindkans antwoordt niet. Probeer het over een minuut opnieuw."
    SLEUTEL = (
        "Kindkans neemt onze sleutel niet aan. Laat de beheerder van de gateway KINDKANS_API_KEY nakijken: "
        "een sleutel van een account met de rol Uitleg aan de helpdesk."
    )
    ONVERWACHT = "Kindkans gaf een antwoord dat wij niet begrijpen. Meld dit aan de beheerder van de gateway."


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    naam: str
    mag: str | None  # None: not seen
    reden: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Zichtbaarheid:
    """In the words of the core store."""

    ziet: bool
    kern: str
    tabs: tuple[Tab, ...] = ()
    redenen: tuple[str, ...] = ()
    advies: tuple[str, ...] = ()


class StoreApi:
    """Thread-safe."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        http: httpx.Client | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises ConfigurationError."""
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL:
            raise ConfigurationError("KINDKANS_API_URL cannot be read") from None  # it may hold a password
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise ConfigurationError("KINDKANS_API_URL must start with http:// or https://")
        if not _KEY.fullmatch(key):
            raise ConfigurationError("KINDKANS_API_KEY must be a key of the core store, for KINDKANS_API_URL")
        self._url = parsed.copy_with(path=parsed.path.rstrip("/") + "/api/")
        self._headers = {"Authorization": f"Bearer {key}"}
        timeout = httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS)
        self._http = http or httpx.Client(timeout=timeout, trust_env=False)
        self._clock = clock

    def close(self) -> None:
        self._http.close()

    def visibility(self, number: Dossiernummer, gebruikersnaam: str) -> Zichtbaarheid | Misgelukt:
        """Does this account see this dossier, and why (not)?"""
        try:
            status, content = self._get(f"dossiers/{number}/zichtbaarheid", {"account": gebruikersnaam})
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError):
            return Misgelukt.GEEN_ANTWOORD
        if status in (401, 403, 429):
            return Misgelukt.SLEUTEL
        if status >= 500:
            return Misgelukt.GEEN_ANTWOORD
        if status != 200:
            return Misgelukt.ONVERWACHT
        try:
            return _read(json.loads(content))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return Misgelukt.ONVERWACHT

    def _get(self, path: str, query: dict[str, str]) -> tuple[int, bytes]:
        """Raises what httpx does, and TimeoutError for an answer that is too slow or too large."""
        until = self._clock() + _ANSWER_SECONDS
        content = bytearray()
        url = self._url.join(path)
        with self._http.stream("GET", url, params=query, headers=self._headers) as answer:
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > _LARGEST_BYTES or self._clock() > until:
                    raise TimeoutError
            return answer.status_code, bytes(content)


def _read(answer: Any) -> Zichtbaarheid:
    if not isinstance(answer["ziet"], bool):
        raise TypeError
    return Zichtbaarheid(
        ziet=answer["ziet"],
        kern=_text(answer["kern"]),
        tabs=tuple(_tab(one) for one in answer["tabs"][:_MOST_LINES]),
        redenen=tuple(_text(one) for one in answer["redenen"][:_MOST_LINES]),
        advies=tuple(_text(one) for one in answer["advies"][:_MOST_LINES]),
    )


def _tab(answer: Any) -> Tab:
    mag = answer["mag"]
    return Tab(
        naam=_text(answer["naam"]), mag=None if mag is None else _text(mag), reden=_text(answer["reden"])
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
