"""Removes what has had its time, and never what is not delivered.

Rows first, then objects: a row never promises content that is gone. Killed in between, the objects
are orphans, which the sweeper removes. Every batch is one small transaction, with the audit row of the
run brought up to date in it, so that the audit says exactly what is gone, wherever a run ended.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from sqlalchemy import Connection, Engine

from database import retention as rows
from database.audit import amend_audit, write_audit
from database.engine import reading, writing
from database.retention import Due
from dossier.errors import ConfigurationError, GatewayError, Unavailable
from dossier.identifiers import InzendingId
from dossier.timestamps import to_ms, utc_now
from gateway.logs import get_logger
from gateway.process import Failure, watched
from gateway.settings import Settings

EVERY_SECONDS = 24 * 3600.0
_CLOCKS_APART_MS = 3_600_000
_SHORTEST_PAUSE_SECONDS = 0.05


class Kind(StrEnum):
    INHOUD = "inhoud"  # payload and bijlagen of what was delivered
    HISTORIE = "historie"  # its outbox row and gebeurtenissen, once the content is gone
    AFWIJZINGEN = "afwijzingen"  # records of rejections


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Days per kind; 0 is never. Raises ConfigurationError."""

    content_days: int = 0
    history_days: int = 0
    rejection_days: int = 0
    batch: int = 100  # rows per transaction: intake waits for no more than that

    def __post_init__(self) -> None:
        if self.history_days and not 0 < self.content_days <= self.history_days:
            raise ConfigurationError(
                "RETENTION_HISTORY_DAYS must be at least RETENTION_CONTENT_DAYS, which may then not be 0: "
                "an event's history goes after its content"
            )

    @classmethod
    def of(cls, settings: Settings) -> Policy:
        return cls(
            content_days=settings.retention_content_days,
            history_days=settings.retention_history_days,
            rejection_days=settings.retention_rejection_days,
        )

    @property
    def days(self) -> dict[Kind, int]:
        return {
            Kind.INHOUD: self.content_days,
            Kind.HISTORIE: self.history_days,
            Kind.AFWIJZINGEN: self.rejection_days,
        }


@dataclass(slots=True, kw_only=True)
class Removed:
    """What a run has removed so far."""

    counts: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(Kind, 0))
    left_behind: int = 0  # pushes whose objects storage would not give up; the sweeper's

    @property
    def detail(self) -> str:
        return " ".join(f"{kind}={count}" for kind, count in self.counts.items())


class Objects(Protocol):
    async def discard(self, inzending_id: InzendingId) -> None: ...


_DUE: dict[Kind, Callable[[Connection, int], Due]] = {
    Kind.INHOUD: rows.content_due,
    Kind.HISTORIE: rows.history_due,
    Kind.AFWIJZINGEN: rows.rejections_due,
}


def plan(engine: Engine, policy: Policy) -> dict[Kind, Due | None]:
    """What `apply` would remove; None where the policy says never. Writes nothing."""
    with reading(engine) as connection:
        check_clocks(connection)
        return {kind: _DUE[kind](connection, days) if days else None for kind, days in policy.days.items()}


class Retention:
    """One job. Safe to kill anywhere, to repeat, and beside another of its kind."""

    def __init__(self, engine: Engine, objects: Objects, policy: Policy, actor: str) -> None:
        self._engine = engine
        self._objects = objects
        self._policy = policy
        self._actor = actor
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """The batch that runs is finished, no other begun."""
        self._stopping.set()

    async def apply(self) -> Removed:
        """Removes all that is due. Raises Unavailable, and ConfigurationError when a clock is wrong."""
        removed = Removed()
        if not any(self._policy.days.values()):
            return removed
        audit_id = await asyncio.to_thread(self._begin)
        for kind, days in self._policy.days.items():
            more = days > 0
            while more and not self._stopping.is_set():
                began = time.monotonic()
                more = await self._batch(kind, days, audit_id, removed)
                # As long as the batch took: on SQLite intake gets the write lock in between.
                await self._pause(max(_SHORTEST_PAUSE_SECONDS, time.monotonic() - began))
        return removed

    def _begin(self) -> int:
        days = " ".join(f"{kind}:{n or 'never'}" for kind, n in self._policy.days.items())
        with writing(self._engine) as connection:
            check_clocks(connection)
            return write_audit(
                connection,
                actor=self._actor,
                action="retention_applied",
                subject=f"days {days}",
                detail=Removed().detail,
            )

    async def _batch(self, kind: Kind, days: int, audit_id: int, removed: Removed) -> bool:
        """Whether there may be more."""
        before = removed.counts[kind]
        orphans = await asyncio.to_thread(self._remove, kind, days, audit_id, removed)
        for inzending_id in orphans:
            try:
                await self._objects.discard(inzending_id)
            except Unavailable:
                removed.left_behind += 1
        return removed.counts[kind] > before

    def _remove(self, kind: Kind, days: int, audit_id: int, removed: Removed) -> tuple[InzendingId, ...]:
        """One transaction. The pushes whose objects nobody needs any more."""
        batch = self._policy.batch
        orphans: tuple[InzendingId, ...] = ()
        counts = dict(removed.counts)
        with writing(self._engine) as connection:
            match kind:
                case Kind.INHOUD:
                    emptied = rows.remove_content(connection, days, batch)
                    orphans, count = emptied.with_objects, len(emptied.events)
                case Kind.HISTORIE:
                    count = rows.remove_history(connection, days, batch)
                case Kind.AFWIJZINGEN:
                    count = rows.remove_rejections(connection, days, batch)
            counts[kind] += count
            if count:
                amend_audit(connection, audit_id, Removed(counts=counts).detail)
        removed.counts = counts
        return orphans

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            pass


def check_clocks(connection: Connection) -> None:
    """Raises ConfigurationError if the database's clock and ours differ: one is wrong by days, perhaps."""
    if abs(rows.database_ms(connection) - to_ms(utc_now())) > _CLOCKS_APART_MS:
        raise ConfigurationError(
            "the database's clock and this machine's differ by more than an hour; nothing was removed"
        )


class DailyRetention:
    """A part of intake: the job at start and then every day (RETENTION_AUTO)."""

    def __init__(self, job: Callable[[], Retention], failure: Failure) -> None:
        self._new_job = job
        self._failure = failure
        self._log = get_logger(role="retention")
        self._job: Retention | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        self._task = watched(self._run(), "retention", self._failure)

    async def stop(self) -> None:
        """Returns when the batch that runs is finished."""
        self._stopping.set()
        if self._job is not None:
            self._job.stop()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while not self._stopping.is_set():
            self._job = self._new_job()
            try:
                removed = await self._job.apply()
                self._log.info("retention_applied", what=removed.detail, count=sum(removed.counts.values()))
            except GatewayError as exc:  # the next day does it
                self._log.warning("retention_failed", error_type=type(exc).__name__)
            try:
                async with asyncio.timeout(EVERY_SECONDS):
                    await self._stopping.wait()
            except TimeoutError:
                pass
