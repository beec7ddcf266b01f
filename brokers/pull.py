"""Makes FastStream's consume loop fetch no more than can be handled, and pause when nobody answers.

By itself it fetches ahead of its handlers, where messages wait while their ack time runs; turns
without a pause while the stream is missing; and spins without ever yielding on a closed connection.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, cast

from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import ServiceUnavailableError

_PAUSE_SECONDS = 0.25
_FLUSH_SECONDS = 2


class MeteredPull:
    """Stands between FastStream's subscriber and nats-py's pull subscription."""

    def __init__(self, slots: int) -> None:
        self._wrapped = False
        self._slots = slots
        self._free = slots
        self._some_free = asyncio.Event()
        self._some_free.set()
        self._stopping = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def wrap(self, subscriber: Any) -> None:
        """Takes the place of the subscription of a started FastStream subscriber."""
        self._subscription = cast("JetStreamContext.PullSubscription", subscriber.subscription)
        subscriber.subscription = self
        self._wrapped = True

    def release(self) -> None:
        """One message is handled."""
        # At most: the fetch that ran before `wrap` was not counted.
        self._free = min(self._slots, self._free + 1)
        self._some_free.set()

    async def quiesce(self) -> None:
        """Returns when no fetch runs, and what none of them gave out is handed back; none will start."""
        self._stopping.set()
        self._some_free.set()
        await self._idle.wait()
        await self._hand_back_late_ones()

    async def fetch(self, batch: int = 1, timeout: float | None = None) -> list[Msg]:  # noqa: ASYNC109
        """As the subscription's; raises what it raises, but not at once when nobody answers."""
        await self._some_free.wait()
        if self._stopping.is_set():
            await asyncio.Event().wait()  # until FastStream cancels its consume loop
        self._idle.clear()
        try:
            messages = await self._subscription.fetch(batch=min(batch, self._free), timeout=timeout)
            return await self._accept(messages)
        except (ServiceUnavailableError, ConnectionClosedError):
            await asyncio.sleep(_PAUSE_SECONDS)
            raise
        finally:
            self._idle.set()  # only now: who waits for it cancels us next

    async def unsubscribe(self) -> None:
        # Raised from here it would keep FastStream from ending its tasks.
        with contextlib.suppress(NatsError):
            await self._subscription.unsubscribe()

    async def _accept(self, messages: list[Msg]) -> list[Msg]:
        if self._stopping.is_set():
            await _hand_back(messages)
            return []
        self._free -= len(messages)
        if self._free <= 0:
            self._some_free.clear()
        return messages

    async def _hand_back_late_ones(self) -> None:
        """What came after the time of the fetch that asked for it; a next fetch would have given it out."""
        if not self._wrapped:
            return
        inner = self._subscription._sub
        with contextlib.suppress(
            NatsError, TimeoutError, OSError
        ):  # a server that is away sends nothing more
            await inner._conn.flush(timeout=_FLUSH_SECONDS)  # all that it had sent by now is here after this
        waiting = inner._pending_queue
        await _hand_back([waiting.get_nowait() for _ in range(waiting.qsize())])


async def _hand_back(messages: list[Msg]) -> None:
    """It is somebody else's, and now rather than after the ack time."""
    for message in messages:
        if message.reply:  # else it is a word of the server about the fetch
            with contextlib.suppress(NatsError):
                await message.nak()
