"""The loop from outbox to broker: claim, publish, mark; each claim and each mark is one transaction.

It may crash anywhere: a claim ends by itself, and what was published unmarked is published again
under the same message id. The broker being down is no attempt and never makes an event dead.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from brokers.backoff import Backoff
from brokers.messages import PublishRefused
from database import outbox
from database.outbox import Claimed
from dossier.errors import Unavailable
from dossier.identifiers import InzendingId
from outbox.observer import OutboxObserver, SilentOutbox
from outbox.settings import REFUSED_BY_BROKER, RelaySettings

T = TypeVar("T")


class Transact(Protocol):
    """Runs work in a transaction; its result is durable. Raises Unavailable when the database fails."""

    async def __call__(self, work: Callable[[Connection], T]) -> T: ...


class Publish(Protocol):
    """Returns when the broker has it durable. Raises Unavailable, PublishRefused."""

    async def __call__(self, subject: str, message_id: str, body: bytes) -> None: ...


class _Answer(Enum):
    CONFIRMED = auto()
    REFUSED = auto()
    DOWN = auto()


class Relay:
    """Publishes what is due on one subject: `run` it, `nudge` it, `stop` it."""

    def __init__(
        self,
        transact: Transact,
        publish: Publish,
        subject: str,
        settings: RelaySettings | None = None,
        observer: OutboxObserver | None = None,
    ) -> None:
        self._transact = transact
        self._publish = publish
        self._subject = subject
        self._settings = settings or RelaySettings()
        self._observer = observer or SilentOutbox()
        self._nudged = asyncio.Event()
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._idle_seconds = self._settings.poll_seconds
        self._failures = 0
        self._mend_at = time.monotonic()

    def nudge(self) -> None:
        """Something was committed: look now. A hint only, from the event loop's own thread."""
        self._nudged.set()

    async def run(self) -> None:
        """Until `stop`. Raises only what is a defect, never Unavailable."""
        try:
            while not self._stopping.is_set():
                await self._turn()
        finally:
            self._ended.set()

    async def stop(self) -> None:
        """Returns when `run`, which must have been started, has finished the batch in flight."""
        self._stopping.set()
        self._nudged.set()
        await self._ended.wait()

    async def _turn(self) -> None:
        token = secrets.token_hex(16)
        try:
            claimed = await self._claim(token)
            if not claimed:
                await self._idle()
                return
            self._idle_seconds = self._settings.poll_seconds
            down = await self._deliver(token, claimed)
        except Unavailable:
            await self._pause("database", self._settings.database_down)
            return
        if down:
            await self._pause("broker", self._settings.broker_down)
        else:
            self._failures = 0

    async def _claim(self, token: str) -> list[Claimed]:
        # Before the look: what is committed after it nudges again.
        self._nudged.clear()
        lease_ms = _ms(self._settings.lease_seconds)
        batch = self._settings.batch
        # Now and then: a clock that was an hour ahead must not make an event wait for that hour.
        mends = time.monotonic() >= self._mend_at
        beyond_ms = _ms(self._settings.ahead_seconds)

        def work(connection: Connection) -> tuple[list[Claimed], int]:
            mended = outbox.mend_moments(connection, beyond_ms=beyond_ms) if mends else 0
            return outbox.claim(connection, token=token, lease_ms=lease_ms, batch=batch), mended

        claimed, mended = await self._transact(work)
        if mends:
            self._mend_at = time.monotonic() + self._settings.mend_seconds
        if mended:
            self._observer.mended(mended)
        return claimed

    async def _deliver(self, token: str, claimed: Sequence[Claimed]) -> bool:
        """Publishes and marks a batch; whether the broker was down for any of it."""
        self._observer.publishing(len(claimed))
        answers = await asyncio.gather(*(self._send(event) for event in claimed))
        self._observer.settling(len(claimed))
        of = {answer: [e for e, a in zip(claimed, answers, strict=True) if a is answer] for answer in _Answer}
        await self._settle(token, of[_Answer.CONFIRMED], of[_Answer.REFUSED], of[_Answer.DOWN])
        return bool(of[_Answer.DOWN])

    async def _send(self, event: Claimed) -> _Answer:
        # The number of earlier publishes makes a wilful repeat (no receipt came, or the helpdesk
        # retries) another message to the broker, and the repeat after a crash the same one.
        message_id = f"{event.event_id}-{event.publishes}"
        try:
            await self._publish(self._subject, message_id, event.body)
        except PublishRefused:
            return _Answer.REFUSED
        except Unavailable:
            return _Answer.DOWN
        return _Answer.CONFIRMED

    async def _settle(
        self, token: str, confirmed: list[Claimed], refused: list[Claimed], down: list[Claimed]
    ) -> None:
        """Writes all outcomes of a batch in one transaction."""
        receipt_within_ms = _ms(self._settings.receipt_within_seconds)
        down_ms = _ms(self._settings.broker_down.first_seconds)

        def work(connection: Connection) -> tuple[list[InzendingId], list[InzendingId]]:
            published: list[InzendingId] = []
            if confirmed:
                published = outbox.mark_published(
                    connection, _ids(confirmed), token=token, receipt_within_ms=receipt_within_ms
                )
            if down:
                outbox.release_all(connection, _ids(down), token=token, delay_ms=down_ms)
            dead = [event.event_id for event in refused if self._count_refusal(connection, token, event)]
            return published, dead

        published, dead = await self._transact(work)
        self._report(confirmed, set(published), refused, dead)

    def _count_refusal(self, connection: Connection, token: str, event: Claimed) -> bool:
        """Whether this was the last attempt, so that the event is dead now."""
        attempts = event.attempts + 1
        if attempts >= self._settings.max_attempts:
            return outbox.mark_refused(
                connection, event.event_id, token=token, attempts=attempts, code=REFUSED_BY_BROKER
            )
        delay_ms = _ms(self._settings.refused.delay_seconds(attempts))
        outbox.release(connection, event.event_id, token=token, attempts=attempts, delay_ms=delay_ms)
        return False

    def _report(
        self,
        confirmed: list[Claimed],
        published: set[InzendingId],
        refused: list[Claimed],
        dead: list[InzendingId],
    ) -> None:
        now = time.time()
        for event in confirmed:
            if event.event_id in published:
                age = now - event.created_ms / 1000
                with self._observer.about(event.event_id, event.bericht_id):
                    self._observer.published(event.event_id, age, event.publishes > 0)
        if len(published) < len(confirmed):
            self._observer.fenced(len(confirmed) - len(published))
        for event in refused:
            with self._observer.about(event.event_id, event.bericht_id):
                self._observer.refused(event.event_id, event.attempts + 1)
                if event.event_id in dead:
                    self._observer.dead(event.event_id, REFUSED_BY_BROKER)

    async def _idle(self) -> None:
        await _wait(self._nudged, self._idle_seconds)
        self._idle_seconds = min(self._settings.idle_poll_seconds, self._idle_seconds * 1.25)

    async def _pause(self, what: str, backoff: Backoff) -> None:
        self._failures += 1
        seconds = backoff.delay_seconds(self._failures)
        self._observer.paused(what, seconds)
        await _wait(self._stopping, seconds)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _ids(events: Sequence[Claimed]) -> list[InzendingId]:
    return [event.event_id for event in events]
