"""One process: its parts are started in order, run until a signal or a defect, and stopped in reverse.

SIGTERM and SIGINT end it cleanly: what was begun is finished, nothing is lost; a second one, or the end
of the drain time, ends it as it is (drain.py). A part that cannot go
on (`Failure`) ends the process with exit code 1, for whoever supervises it to start it again.
"""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from dossier.errors import ConfigurationError, Draining
from gateway.drain import Drain
from gateway.logs import get_logger, where

_THREADS = 32


class Part(Protocol):
    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class Failure:
    """Where a part reports that the process must end."""

    def __init__(self) -> None:
        self._happened = asyncio.Event()

    def report(self, what: str, error: BaseException | None = None) -> None:
        get_logger().error(
            "part_failed",
            what=what,
            message=str(error) if isinstance(error, ConfigurationError) else None,  # it has the remedy
            error_type=type(error).__name__ if error else None,
            trace=where(error) if error else None,
        )
        self._happened.set()

    @property
    def happened(self) -> bool:
        return self._happened.is_set()

    async def wait(self) -> None:
        await self._happened.wait()


def watched(work: Coroutine[Any, Any, None], what: str, failure: Failure) -> asyncio.Task[None]:
    """A task whose unexpected end ends the process: nothing that must run may stop silently."""
    task = asyncio.create_task(work, name=what)

    def ended(task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, Draining):
            failure.report(what, error)

    task.add_done_callback(ended)
    return task


async def run(parts: Sequence[Part], failure: Failure, drain: Drain) -> int:
    """Starts the parts, waits, stops them. The exit code: 0 after a signal, 1 after a failure.

    `drain` begins with the stopping; it is finished by the caller, when the threads have ended too.
    """
    log = get_logger()
    signalled = asyncio.Event()
    loop = asyncio.get_running_loop()
    # Python's own number (cores + 4) would let a few slow disk writes hold up all else.
    loop.set_default_executor(ThreadPoolExecutor(_THREADS, thread_name_prefix="io"))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _signal, signalled, drain)
    started: list[Part] = []
    try:
        for part in parts:
            started.append(part)  # also a part that fails half-way is stopped
            await _unless(signalled, part.start())
            if signalled.is_set():
                break
        else:
            _calm_collector()
            log.info("process_ready")
            await _first(signalled.wait(), failure.wait())
        log.info("process_stopping")
    finally:
        drain.begin()
        for part in reversed(started):
            try:
                await part.stop()
            except Exception as exc:
                failure.report(type(part).__name__, exc)
        for number in (signal.SIGTERM, signal.SIGINT):  # nothing is in hand any more
            loop.add_signal_handler(number, lambda: None)
        log.info("process_stopped")
    return 1 if failure.happened else 0


def _signal(signalled: asyncio.Event, drain: Drain) -> None:
    if signalled.is_set() or drain.has_begun:
        drain.hurry()
    signalled.set()


def _calm_collector() -> None:
    """What lives as long as the process is never looked through again for garbage.

    Measured at 32 senders: full collections took 90 ms each, and 15 % of all time; p99 was 130 ms with
    them and 50 without.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


async def _unless(event: asyncio.Event, start: Coroutine[Any, Any, None]) -> None:
    """Runs `start`, but no longer than until `event`."""
    task = asyncio.create_task(start)
    await _first(event.wait(), _done(task))
    if not task.done():
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return
    task.result()


async def _first(*waits: Coroutine[Any, Any, bool | None]) -> None:
    tasks = [asyncio.create_task(wait) for wait in waits]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


async def _done(task: asyncio.Task[None]) -> None:
    await asyncio.wait({task})
