"""What parts of a process ask of its databases while it runs."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine

from database import monitored, outbox_rows
from database.attention import UNUSED_AFTER, unused_koppelingen
from database.engine import reading
from database.silence_memory import SilenceMemory
from dossier.errors import Unavailable
from dossier.identifiers import InzendingId
from dossier.timestamps import utc_now
from gateway.logs import get_logger, where
from gateway.metrics import DatabaseReading, Disk, Metrics

T = TypeVar("T")

# Prometheus itself gives up after 10: what does not answer must not keep the rest from being told.
_PATIENCE_SECONDS = 3.0
# An answer is given again for this many times what it took, so that however large the database, and whoever
# asks, looking at it takes a twentieth of one core at most. That is less than the time between two scrapes.
_REST, _REST_AT_MOST_SECONDS = 20, 10.0


def asking(
    engine: Engine, query: Callable[[Connection, Sequence[InzendingId]], set[InzendingId]]
) -> Callable[[Sequence[InzendingId]], Coroutine[Any, Any, set[InzendingId]]]:
    """`query` for the sweeper: in a thread, in a transaction of its own."""

    def read(ids: Sequence[InzendingId]) -> set[InzendingId]:
        with reading(engine) as connection:
            return query(connection, ids)

    return lambda ids: asyncio.to_thread(read, ids)


def read_database(engine: Engine, silences: SilenceMemory | None) -> DatabaseReading:
    """For the metrics, in one transaction. Raises Unavailable("database")."""
    with reading(engine) as connection:
        return look_at(connection, silences.count(engine) if silences is not None else None)


def look_at(connection: Connection, silent: int | None) -> DatabaseReading:
    """What the metrics tell of the gateway's database; `silent` is remembered, not looked for here."""
    having, lacking = monitored.swvs_with_and_without(connection)
    return DatabaseReading(
        accepted=monitored.versions_accepted(connection),
        delivered=monitored.versions_delivered(connection),
        events=monitored.events_by_state(connection),
        oldest_seconds=outbox_rows.oldest_open_age_ms(connection) / 1000,
        attempts=monitored.open_attempts(connection),
        koppelingen=monitored.koppelingen_by_status(connection),
        unused=len(unused_koppelingen(connection, utc_now() - UNUSED_AFTER)),
        silent=silent,
        swvs_with=having,
        swvs_without=lacking,
    )


def free_bytes(folders: Mapping[Disk, Path]) -> dict[Disk, int]:
    """Of those that are there: of one that is not made yet, or gone, no number is better than a wrong one."""
    free: dict[Disk, int] = {}
    for disk, folder in folders.items():
        try:
            free[disk] = shutil.disk_usage(folder).free
        except OSError:
            continue
    return free


class Look(Generic[T]):
    """What `read` gives, in a thread: by one at a time, waited for so long, and not again at once."""

    def __init__(self, read: Callable[[], T], *, patience_seconds: float = _PATIENCE_SECONDS) -> None:
        """`read` may raise."""
        self._read = read
        self._patience_seconds = patience_seconds
        self._found: T | None = None
        self._again_at = 0.0
        self._asking: asyncio.Task[None] | None = None
        self._log = get_logger(role="ops")

    async def __call__(self) -> T | None:
        """As it is, or was a moment ago; None if there was no answer in time."""
        if self._asking is None:
            if time.monotonic() < self._again_at:
                return self._found
            self._asking = asyncio.create_task(self._ask())
        done, _ = await asyncio.wait({self._asking}, timeout=self._patience_seconds)
        return self._found if done else None

    async def _ask(self) -> None:
        began = time.monotonic()
        self._found, self._again_at = None, began
        try:
            self._found = await asyncio.to_thread(self._read)
            now = time.monotonic()
            self._again_at = now + min(_REST * (now - began), _REST_AT_MOST_SECONDS)
        except Unavailable:
            pass  # the metrics say so
        except Exception as exc:  # a defect, or a newer database: the other metrics are told all the same
            self._log.error("look_failed", error_type=type(exc).__name__, trace=where(exc))
        finally:
            self._asking = None


class Scrape:
    """All that a scrape asks for, and then /metrics."""

    def __init__(
        self,
        metrics: Metrics,
        disks: Mapping[Disk, Path],
        database: Engine | None,
        silences: SilenceMemory | None,
        render: Callable[[], bytes] | None = None,
    ) -> None:
        """`database` is the gateway's, if this process has it; `silences` if it tells of those. `render` if
        more is told than `metrics`."""
        self._metrics = metrics
        self._render = render or metrics.render
        self._disks = Look(lambda: free_bytes(disks))
        self._database = Look(lambda: read_database(database, silences)) if database is not None else None

    async def __call__(self) -> bytes:
        self._metrics.show_disks(await self._disks() or {})
        if self._database is not None:
            self._metrics.show_database(await self._database())
        return self._render()
