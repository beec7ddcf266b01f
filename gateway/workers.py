"""The intake as several processes on one port: starts them, starts again who ends, stops them together.

All take connections from one listening socket, which is bound here once: one that waits is taken by whoever
is free, and is not lost with one that dies. A worker dies with its supervisor, however that dies.
One that ends is started again, after a while if it ends again and again; one that says that a setting is
wrong (exit 2) ends all. Only the first does what must be done once (the sweeper, retention), and only it gets
FAILPOINTS, in its first life: else no fault would ever heal.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from socket import socket

import httpx

from brokers import die_with_parent
from brokers.backoff import Backoff
from gateway.health import CHECK_SECONDS, Health, Readiness
from gateway.logs import get_logger
from gateway.process import Failure, watched
from gateway.servers import bind
from gateway.worker_metrics import WorkerMetrics

WRONG_SETTING = 2
"""Exit code of a process that no second try would help."""

_NOT_STARTED = -1
_STEADY_SECONDS = 10.0  # a worker that lived so long did not end at once
_ASK_SECONDS = CHECK_SECONDS + 0.5
_LOOPBACK = "127.0.0.1"


@dataclass(slots=True)
class _Worker:
    """A place for a worker: the processes that fill it come and go."""

    number: int
    ops: socket  # its own port of operations, for us
    process: Process | None = None
    lives: int = 0

    @property
    def name(self) -> str:
        return f"worker {self.number}"

    @property
    def readyz(self) -> str:
        return f"http://{_LOOPBACK}:{self.ops.getsockname()[1]}/readyz"


class Workers:
    """A part of the supervisor."""

    def __init__(self, count: int, *, listening: socket, metrics: WorkerMetrics, failure: Failure) -> None:
        self._workers = [_Worker(number + 1, bind(_LOOPBACK, 0)) for number in range(count)]
        self._listening = listening
        self._metrics = metrics
        self._failure = failure
        self._backoff = Backoff(first_seconds=0.1, cap_seconds=10.0)
        self._stopping = asyncio.Event()
        self._keeping: list[asyncio.Task[None]] = []
        self._log = get_logger(role="intake")
        self.found_setting_wrong = False

    async def start(self) -> None:
        """Returns at once; who connects before a worker is there waits for it."""
        self._keeping = [watched(self._keep(worker), worker.name, self._failure) for worker in self._workers]

    async def stop(self) -> None:
        """Returns when all have finished what they had in hand. No new connection is taken."""
        self._stopping.set()
        self._listening.close()
        for worker in self._workers:
            _terminate(worker)
        await asyncio.gather(*self._keeping, return_exceptions=True)  # `watched` has reported them
        for worker in self._workers:
            worker.ops.close()

    async def checks(self) -> Mapping[str, str]:
        """What each worker's own /readyz says, by the worker's name."""
        async with httpx.AsyncClient(timeout=_ASK_SECONDS, trust_env=False) as client:
            found = await asyncio.gather(*(_ask(client, worker) for worker in self._workers))
        return {name: result for checks in found for name, result in checks.items()}

    async def _keep(self, worker: _Worker) -> None:
        tries = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            code = await self._run(worker)
            if self._stopping.is_set():
                if code not in (0, -signal.SIGTERM, _NOT_STARTED):  # the latter two: it had not begun to work
                    self._failure.report(worker.name)
                return
            if code == WRONG_SETTING:
                self.found_setting_wrong = True
                self._failure.report(worker.name)
                return
            tries = 1 if time.monotonic() - began > _STEADY_SECONDS else tries + 1
            delay = self._backoff.delay_seconds(tries)
            self._log.error(
                "worker_ended", what=worker.name, code=code, attempts=tries, delay_seconds=round(delay, 2)
            )
            with suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._stopping.wait()

    async def _run(self, worker: _Worker) -> int:
        """One life of it; the exit code."""
        descriptors = self._listening.fileno(), worker.ops.fileno()
        worker.lives += 1
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", die_with_parent.__file__, str(os.getpid())),
                *(sys.executable, "-m", "gateway.worker", str(worker.number)),
                *(str(descriptor) for descriptor in descriptors),
                pass_fds=descriptors,
                stdin=DEVNULL,
                env=self._environment(worker),
                start_new_session=True,  # Ctrl+C is for us
            )
        except OSError as exc:  # no memory, no process to be had: another time
            self._log.error("worker_not_started", what=worker.name, error_type=type(exc).__name__)
            return _NOT_STARTED
        worker.process = process
        self._log.info("worker_started", what=worker.name, pid=process.pid)
        if self._stopping.is_set():
            _terminate(worker)
        try:
            return await process.wait()
        finally:
            worker.process = None
            self._metrics.bury(process.pid)

    def _environment(self, worker: _Worker) -> dict[str, str]:
        environment = os.environ | self._metrics.environment
        if worker.number > 1 or worker.lives > 1:
            environment["FAILPOINTS"] = ""
        return environment


class WorkersHealth(Health):
    """Ready when all workers are: one that is away is a third of what was reckoned with, or half."""

    def __init__(self, workers: Workers) -> None:
        super().__init__({})
        self._workers = workers

    async def readiness(self) -> Readiness:
        own = await super().readiness()
        checks = {**own.checks, **await self._workers.checks()}
        return Readiness(all(result == "ok" for result in checks.values()), checks)


async def _ask(client: httpx.AsyncClient, worker: _Worker) -> dict[str, str]:
    if worker.process is None:
        return {worker.name: "not running"}
    try:
        checks = (await client.get(worker.readyz)).json()["checks"]
    except (httpx.HTTPError, ValueError):
        return {worker.name: "no answer in time"}
    return {f"{worker.name} {name}": str(result) for name, result in checks.items()}


def _terminate(worker: _Worker) -> None:
    if worker.process is not None:
        with suppress(ProcessLookupError):
            worker.process.terminate()
