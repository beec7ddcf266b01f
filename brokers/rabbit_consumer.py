"""Runs a handler for the messages of one queue, and tells RabbitMQ what came of each.

RabbitMQ has no delayed nack. What is for later is held here, unacknowledged, and handled again
when its time has come; so that waiting for a database eats no delivery limit. It keeps its place among
the few messages that the server hands us. After a good while it goes back to the queue, for the server
closes a channel that keeps a message half an hour (consumer_timeout).

Handlers run in tasks of their own: the library cancels its own when the connection is lost, and a
handler may be amid a commit.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import assert_never

from aio_pika.abc import AbstractIncomingMessage

from brokers.backoff import Backoff
from brokers.messages import Dead, Done, Handler, Incoming, Later, Outcome, PublishRefused
from brokers.observer import BrokerObserver
from brokers.rabbit_errors import answered_within
from brokers.topology import Queue
from dossier.errors import Unavailable

_DELIVERY_COUNT = "x-delivery-count"  # of earlier deliveries; a quorum queue's
_SETTLE_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One message, as it was handed to us."""

    message: AbstractIncomingMessage
    body: bytes
    deliveries: int  # 1 at the first


Bury = Callable[[Queue, Delivered, Dead], Awaitable[None]]
"""Publishes a dead letter; returns when the server has it. Raises Unavailable, PublishRefused."""


class Consumer:
    """`take` each message; `stop` when no more will come."""

    def __init__(
        self,
        queue: Queue,
        handler: Handler,
        bury: Bury,
        *,
        slots: int,
        hold_seconds: float,
        failure: Backoff,
        observer: BrokerObserver,
    ) -> None:
        self.queue = queue
        self._handler = handler
        self._bury = bury
        # The server hands out no more than `slots`, but after a reconnect it does so anew while
        # handlers of before still run.
        self._free = asyncio.Semaphore(slots)
        self._hold_seconds = hold_seconds
        self._failure = failure
        self._observer = observer
        self._stopping = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()

    def take(self, message: AbstractIncomingMessage) -> None:
        earlier = message.headers.get(_DELIVERY_COUNT)
        delivered = Delivered(
            message=message,
            body=message.body,
            deliveries=(earlier if isinstance(earlier, int) else 0) + 1,
        )
        task = asyncio.create_task(self._run(delivered), name=f"handle {self.queue.subject}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def stop(self, grace_seconds: float) -> None:
        """Gives back what waits, lets running handlers finish and acknowledge."""
        self._stopping.set()
        if self._running:
            _, late = await asyncio.wait(set(self._running), timeout=grace_seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, first: Delivered) -> None:
        """Until it is settled, or no longer ours."""
        try:
            async with self._free:
                await self._until_settled(first)
        except Unavailable as exc:  # it comes again; the handler has an inbox
            self._observer.connection_error(type(exc.__cause__ or exc).__name__)
        except Exception as exc:
            # A defect of ours. The message keeps its place until the connection ends: given back it would
            # come again at once.
            self._observer.handler_failed(self.queue.subject, type(exc).__name__)

    async def _until_settled(self, delivered: Delivered) -> None:
        give_back_at = time.monotonic() + self._hold_seconds
        while not self._stopping.is_set():
            outcome = await self._handle(delivered)
            if not isinstance(outcome, Later):
                async with answered_within(_SETTLE_SECONDS):
                    await delivered.message.ack()
                return
            held = await self._hold(delivered.message, outcome.delay_seconds, give_back_at - time.monotonic())
            if not held:
                break
            delivered = Delivered(
                message=delivered.message, body=delivered.body, deliveries=delivered.deliveries + 1
            )
        async with answered_within(_SETTLE_SECONDS):
            await delivered.message.nack(requeue=True)

    async def _handle(self, delivered: Delivered) -> Outcome:
        began = time.perf_counter()
        outcome = await self._outcome(delivered)
        seconds = time.perf_counter() - began
        self._observer.handled(self.queue.subject, type(outcome).__name__.lower(), seconds)
        return outcome

    async def _outcome(self, delivered: Delivered) -> Outcome:
        later = Later(self._failure.delay_seconds(delivered.deliveries))
        try:
            outcome = await self._handler(Incoming(body=delivered.body, deliveries=delivered.deliveries))
        except Exception as exc:
            self._observer.handler_failed(self.queue.subject, type(exc).__name__)
            return later
        match outcome:
            case Done() | Later():
                return outcome
            case Dead():
                # The dead letter first, and confirmed; only then may the message go.
                try:
                    await self._bury(self.queue, delivered, outcome)
                except (Unavailable, PublishRefused) as exc:
                    self._observer.connection_error(type(exc.__cause__ or exc).__name__)
                    return later
                return outcome
            case _ as never:
                assert_never(never)

    async def _hold(self, message: AbstractIncomingMessage, delay: float, left: float) -> bool:
        """Waits out the delay; whether the message is to be handled again, by us.

        Raises Unavailable when its channel is lost: then the server gives it to somebody anew.
        """
        async with answered_within(delay + _SETTLE_SECONDS):
            lost = message.channel.closing  # an observer of our own
            stopping = asyncio.create_task(self._stopping.wait())
            try:
                done, _ = await asyncio.wait(
                    {lost, stopping}, timeout=min(delay, max(left, 0)), return_when=asyncio.FIRST_COMPLETED
                )
                if lost in done:
                    raise Unavailable("broker")
                return not done and delay < left
            finally:
                lost.cancel()
                stopping.cancel()
