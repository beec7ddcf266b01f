"""What the core store does beside its queue, in the background: at start, and then every hour.

Each may be stopped anywhere and be done by several processes at once. What goes wrong is told, whatever it
is, and tried again: it keeps nobody from being served.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, Row

from database.engine import reading
from dossier.errors import Unavailable
from dossier.identifiers import Dossiernummer
from gateway.logs import get_logger, where
from kindkans.dossiers.bijlagen import ErasableObjects, erase, overdue
from kindkans.dossiers.indexing import Indexed, Keys, prepare, read_unindexed, write_index
from kindkans.taking import Transact

_EVERY_SECONDS = 3600.0
_AGAIN_SECONDS = 30.0
_BATCH = 100  # rows per transaction: receiving waits for no more than that


class _Background:
    """A part that does one thing again and again."""

    def __init__(self) -> None:
        self._log = get_logger(role="kindkans")
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def once(self) -> None:
        """Raises whatever went wrong."""
        raise NotImplementedError

    def tell(self, exc: Exception) -> None:
        """It went wrong."""
        raise NotImplementedError

    async def _run(self) -> None:
        while True:
            pause = _EVERY_SECONDS
            try:
                await self.once()
            except Exception as exc:  # nothing here may end silently
                self.tell(exc)
                pause = _AGAIN_SECONDS
            await asyncio.sleep(pause)


class Indexing(_Background):
    """Makes the dossiers that were received before there was an index be found (dossiers/indexing.py)."""

    def __init__(self, engine: Engine, transact: Transact, seal: Keys) -> None:
        super().__init__()
        self._engine = engine
        self._transact = transact
        self._seal = seal

    async def once(self) -> None:
        """All of them, once; what came meanwhile from a process of before is the next round's."""
        last, count = Dossiernummer(0), 0
        while (done := await self._batch(last)) is not None:
            last, count = done.last, count + done.count
            for number in done.unreadable:
                self._log.error("content_unreadable", dossiernummer=number)
        if count:
            self._log.info("indexed", count=count)

    def tell(self, exc: Exception) -> None:
        self._log.warning("indexing_failed", error_type=type(exc).__name__, trace=where(exc))

    async def _batch(self, after: Dossiernummer) -> Indexed | None:
        made = await asyncio.to_thread(lambda: prepare(self._seal, self._read(after)))
        if not made:
            return None
        return await self._transact(lambda connection: write_index(connection, made))

    def _read(self, after: Dossiernummer) -> Sequence[Row[Any]]:
        with reading(self._engine) as connection:
            return read_unindexed(connection, after, _BATCH)


class Erasing(_Background):
    """The net under the removal of a bijlage: what did not go from storage then goes now."""

    def __init__(self, engine: Engine, objects: ErasableObjects) -> None:
        super().__init__()
        self._engine = engine
        self._objects = objects

    async def once(self) -> None:
        """Raises Unavailable if any is left."""
        object_ids = await asyncio.to_thread(self._overdue)
        if await erase(self._objects, object_ids):
            raise Unavailable("storage")

    def tell(self, exc: Exception) -> None:
        self._log.warning("erasing_failed", error_type=type(exc).__name__, trace=where(exc))

    def _overdue(self) -> list[str]:
        with reading(self._engine) as connection:
            return overdue(connection)
