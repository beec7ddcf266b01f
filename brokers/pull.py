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


class MeteredPull:
    """Stands between FastStream's subscriber and nats-py's pull subscription."""

    def __init__(self, slots: int) -> None:
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

    def release(self) -> None:
        """One message is handled."""
        # At most: the fetch that ran before `wrap` was not counted.
        self._free = min(self._slots, self._free + 1)
        self._some_free.set()

    async def quiesce(self) -> None:
        """Returns when no fetch runs; none will start."""
        self._stopping.set()
        self._some_free.set()
        await self._idle.wait()

    async def fetch(self, batch: int = 1, timeout: float | None = None) -> list[Msg]:  # noqa: ASYNC109
        """As the subscription's; raises what it raises, but not at once when nobody answers."""
        await self._some_free.wait()
        if self._stopping.is_set():
            await asyncio.Event().wait()  # until FastStream cancels its consume loop
        self._idle.clear()
        try:
            messages = await self._subscription.fetch(batch=min(batch, self._free), timeout=timeout)
        except (ServiceUnavailableError, ConnectionClosedError):
            await asyncio.sleep(_PAUSE_SECONDS)
            raise
        finally:
            self._idle.set()
        return await self._accept(messages)

    async def unsubscribe(self) -> None:
        # Raised from here it would keep FastStream from ending its tasks.
        with contextlib.suppress(NatsError):
            await self._subscription.unsubscribe()

    async def _accept(self, messages: list[Msg]) -> list[Msg]:
        if self._stopping.is_set():
            for message in messages:
                await message.nak()  # somebody else's, and now rather than after the ack time
            return []
        self._free -= len(messages)
        if self._free <= 0:
            self._some_free.clear()
        return messages
