"""How long a stop may take. After DRAIN_SECONDS, or at a second signal, the process ends as it is.

That loses nothing: whatever may be cut off here is what a kill -9 may cut off anywhere (tests/faults).
What was begun and not answered is repeated by whoever sent it; claims and messages end by themselves.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from gateway.logs import get_logger

CUT_SHORT = 1
"""Exit code of a process that did not finish what it had in hand."""


class Drain:
    """Armed when the stop begins. By a thread: an event loop that hangs can not hold it up."""

    def __init__(
        self, seconds: float, end: Callable[[int], object] = os._exit, *, hurries: bool = True
    ) -> None:
        """Without `hurries` only the time ends it: that of a worker, which gets a signal of its supervisor
        and perhaps one of whoever stops them all. The supervisor that is hurried takes its workers along.
        """
        self._seconds = seconds
        self._end = end
        self._hurries = hurries
        self._timer: threading.Timer | None = None

    @property
    def has_begun(self) -> bool:
        return self._timer is not None

    def begin(self) -> None:
        """The first call counts."""
        if self._timer is None:
            self._timer = threading.Timer(self._seconds, self._cut_short, ("deadline",))
            self._timer.daemon = True
            self._timer.start()

    def hurry(self) -> None:
        """A second signal: whoever sent it does not want to wait."""
        if self._hurries:
            self._cut_short("signal")

    def finish(self) -> None:
        """The process has nothing in hand any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _cut_short(self, what: str) -> None:
        get_logger().warning("drain_cut_short", what=what)
        self._end(CUT_SHORT)
