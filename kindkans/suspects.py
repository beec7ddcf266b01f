"""Events that are delivered again, for one of them may have killed the process that had it.

They are taken one at a time, and that one is begun is committed before anything is done with it. A
process that dies so leaves one beginning without an end: of an event that kills each time they add up
until it is dead. What came for the first time meanwhile has none, and goes on beside it.
An innocent may be the suspect in hand when another event kills for the first time: once for each such
event, far from `max_tries`, and its count goes when it succeeds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from dossier.errors import Unavailable
from dossier.identifiers import InzendingId
from kindkans.failures import count_failure, forget_failures, take_back_failure

T = TypeVar("T")


class Transact(Protocol):
    async def __call__(self, work: Callable[[Connection], T]) -> T: ...


class Suspects:
    """One per process. The counts are in the database, and shared."""

    def __init__(self, transact: Transact, wait_seconds: float) -> None:
        self._transact = transact
        self._wait_seconds = wait_seconds
        self._one = asyncio.Lock()
        self._owed: set[InzendingId] = set()  # counts that could not be taken back: the database was away

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[bool]:
        """True: it is yours until you leave. False: another has it, and you have waited long enough."""
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._one.acquire()
        except TimeoutError:
            yield False
            return
        try:
            yield True
        finally:
            self._one.release()

    async def begin(self, event_id: InzendingId) -> int:
        """Counts a beginning; how many beginnings and failures there are now. Raises Unavailable."""
        if event_id in self._owed:
            await self._transact(lambda connection: take_back_failure(connection, event_id))
            self._owed.discard(event_id)
        return await self._transact(lambda connection: count_failure(connection, event_id))

    async def take_back(self, event_id: InzendingId) -> None:
        """It ended, and it was not the event's fault."""
        try:
            await self._transact(lambda connection: take_back_failure(connection, event_id))
        except Unavailable:
            self._owed.add(event_id)  # before its next beginning, which needs the database too

    async def clear(self, event_id: InzendingId) -> None:
        """The store has it."""
        self._owed.discard(event_id)
        await self._transact(lambda connection: forget_failures(connection, event_id))
