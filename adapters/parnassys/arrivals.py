"""The bijlagen of one message as they arrive, inline or as a part: numbered, counted, told as events."""

from __future__ import annotations

from adapters.parnassys.events import BijlageData, BijlageEnd, BijlageStart, Event


class Arrivals:
    """begin(), data() any number of times, end(). One bijlage at a time."""

    __slots__ = ("_events", "_limit_bytes", "_number", "size_bytes")

    def __init__(self, events: list[Event], limit_bytes: int) -> None:
        self._events = events
        self._limit_bytes = limit_bytes  # what comes beyond it is counted and not handed on
        self._number = 1
        self.size_bytes = 0  # of the one that is arriving

    def begin(self) -> None:
        self.size_bytes = 0

    def data(self, chunk: bytes) -> None:
        if not chunk:
            return
        if not self.size_bytes:
            self._events.append(BijlageStart(self._number))
        self.size_bytes += len(chunk)
        if self.size_bytes <= self._limit_bytes:
            self._events.append(BijlageData(self._number, chunk))

    def end(self) -> int | None:
        """Its number; None if it had no bytes, and so no number."""
        if not self.size_bytes:
            return None
        number = self._number
        self._events.append(BijlageEnd(number, self.size_bytes))
        self._number += 1
        return number
