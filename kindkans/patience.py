"""Whose fault it is when handling an event takes too long: the event's own, or a neighbour's.

A neighbour (database, storage, broker) that answered others while this event waited for it is not away.
One that answered nobody is, and that never makes an event dead.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Neighbours:
    """When each last answered anybody; one per handler."""

    def __init__(self) -> None:
        self._answered: dict[str, float] = {}

    def answered(self, what: str) -> None:
        self._answered[what] = time.monotonic()

    def answered_since(self, what: str, moment: float) -> bool:
        return self._answered.get(what, float("-inf")) > moment


class Waits:
    """What one handling waits for."""

    def __init__(self, neighbours: Neighbours) -> None:
        self._neighbours = neighbours
        self._what = ""
        self._since = 0.0

    @contextmanager
    def on(self, what: str) -> Iterator[None]:
        """Around one request to a neighbour. An exception is no answer, and leaves it being waited for."""
        self._what, self._since = what, time.monotonic()
        yield
        self._neighbours.answered(what)
        self._what = ""

    @property
    def away(self) -> str:
        """The neighbour that is waited for and answers nobody; "" when it is the event itself."""
        if self._what and not self._neighbours.answered_since(self._what, self._since):
            return self._what
        return ""
