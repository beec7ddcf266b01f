"""Ends the process when its event loop stands still, so that the supervisor starts another.

A loop that hangs answers nobody, not even /healthz, and keeps what it has in hand from everybody else.
It ends with exit code 1 and without cleaning up: what was in hand is safe, as after a kill.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import threading
from collections.abc import Callable

from gateway.logs import get_logger

_LOOKS = 10  # within the limit
_STDERR = 2


class Watchdog:
    """A part: the first to start and the last to stop."""

    def __init__(self, seconds: float, end: Callable[[], None] | None = None) -> None:
        """`end` is what happens after `seconds` without a turn of the loop; for tests."""
        self._seconds = seconds
        self._end = end or _end
        self._missed = 0
        self._stopping = threading.Event()
        self._beating: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    async def start(self) -> None:
        self._beating = asyncio.create_task(self._beat(), name="watchdog")
        self._thread.start()

    async def stop(self) -> None:
        self._stopping.set()
        faulthandler.cancel_dump_traceback_later()
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)

    async def _beat(self) -> None:
        while True:
            self._missed = 0
            # For a loop that hangs in C and holds the interpreter: then our thread can't run either.
            # It writes where each thread was: functions and lines, never values.
            faulthandler.dump_traceback_later(2 * self._seconds, exit=True, file=_STDERR)
            await asyncio.sleep(self._seconds / _LOOKS)

    def _watch(self) -> None:
        # It counts its own looks, not seconds: a process that was paused as a whole has missed none.
        while not self._stopping.wait(self._seconds / _LOOKS):
            self._missed += 1
            if self._missed > _LOOKS:
                get_logger().error("event_loop_stuck", delay_seconds=self._seconds)
                self._end()
                return


def _end() -> None:
    os._exit(1)
