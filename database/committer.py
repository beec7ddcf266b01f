"""Group commit: one thread takes all the work that waits and commits it together (architecture.md 3).

Every result is handed out after the commit that made it durable, never before. A group that fails is
repeated one by one, each in a transaction of its own, so that one bad piece of work hurts only
itself. Work may therefore run twice and must be safe to repeat: also when a commit's own outcome is
unknown, for then the second run finds what the first one wrote.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from database import deferred
from database.engine import RowRefused, writing
from dossier.errors import Draining, Unavailable

T = TypeVar("T")
Work = Callable[[Connection], T]

_STOP = object()
_MAX_RACES = 8  # lost by one push to other intakes, one after the other
_RACE_SECONDS = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitterSettings:
    max_group: int = 128  # pieces of work per commit
    max_waiting: int = 2_000  # beyond this, new work is refused as unavailable


@dataclass(frozen=True, slots=True)
class _Item:
    work: Work[Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]


class Committer:
    """Runs work on one database. Start it, `transact` from any event loop, stop it."""

    def __init__(
        self,
        engine: Engine,
        settings: CommitterSettings | None = None,
        *,
        on_group: Callable[[int], None] = lambda size: None,
    ) -> None:
        self._engine = engine
        self._settings = settings or CommitterSettings()
        self._on_group = on_group
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._closed = False
        self._gate = threading.Lock()  # nothing is put behind _STOP
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finishes what waits, then ends. Blocks; later work is refused with Draining."""
        with self._gate:
            self._closed = True
            self._queue.put(_STOP)
        if self._thread.is_alive():
            self._thread.join()

    async def transact(self, work: Work[T]) -> T:
        """The result of `work`, durable. Cancelling the caller does not cancel the work.

        Raises Unavailable when the database fails (the outcome is then unknown), and whatever
        the work itself raises (then nothing of it was written).
        """
        if self._queue.qsize() >= self._settings.max_waiting:
            raise Unavailable("database")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        with self._gate:
            if self._closed:
                raise Draining("gateway")
            self._queue.put(_Item(work, loop, future))
        return await future

    def _run(self) -> None:
        stopping = False
        while not stopping:
            group = [self._queue.get()]
            while len(group) < self._settings.max_group and not self._queue.empty():
                group.append(self._queue.get())
            stopping = _STOP in group
            items = [item for item in group if item is not _STOP]
            if items:
                self._on_group(len(items))
                _hand_out(self._commit(items))

    def _commit(self, items: list[_Item]) -> list[tuple[_Item, Any, BaseException | None]]:
        if len(items) > 1:
            # Whoever makes the group fail gets its exception below, when it runs alone.
            with contextlib.suppress(Exception):
                with _deferring(self._engine) as connection:
                    results = [item.work(connection) for item in items]
                return [(item, result, None) for item, result in zip(items, results, strict=True)]
        return self._commit_one_by_one(items)

    def _commit_one_by_one(self, items: list[_Item]) -> list[tuple[_Item, Any, BaseException | None]]:
        outcomes = []
        down: Unavailable | None = None
        for item in items:
            # Once the database is gone the others need not each wait for that: nobody would be left.
            outcome = self._commit_alone(item) if down is None else (item, None, down)
            outcomes.append(outcome)
            error = outcome[2]
            if isinstance(error, Unavailable) and not isinstance(error, RowRefused):
                down = error
        return outcomes

    def _commit_alone(self, item: _Item) -> tuple[_Item, Any, BaseException | None]:
        races, failed = 0, False
        while True:
            try:
                with _deferring(self._engine) as connection:
                    result = item.work(connection)
            except RowRefused as exc:
                races += 1
                if races == _MAX_RACES:
                    return item, None, exc
                time.sleep(random.uniform(0, races * _RACE_SECONDS))  # noqa: S311 - out of step with the winner
            except Unavailable as exc:
                if failed:  # the first failure may be a stale connection, or a commit of unknown outcome
                    return item, None, exc
                failed = True
            except Exception as exc:
                return item, None, exc
            else:
                return item, result, None


@contextlib.contextmanager
def _deferring(engine: Engine) -> Iterator[Connection]:
    """As `writing`, with the rows that may wait written at the end, together."""
    with writing(engine) as connection:
        deferred.begin(connection)
        try:
            yield connection
            deferred.flush(connection)
        finally:
            deferred.end(connection)


def _hand_out(outcomes: list[tuple[_Item, Any, BaseException | None]]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Item, Any, BaseException | None]]] = {}
    for outcome in outcomes:
        by_loop.setdefault(outcome[0].loop, []).append(outcome)
    for loop, its in by_loop.items():
        with contextlib.suppress(RuntimeError):  # that loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, its)


def _settle(outcomes: list[tuple[_Item, Any, BaseException | None]]) -> None:
    for item, result, exception in outcomes:
        if item.future.done():
            continue  # nobody waits any more; the work is done all the same
        if exception is not None:
            item.future.set_exception(exception)
        else:
            item.future.set_result(result)
