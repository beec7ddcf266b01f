"""The body of an HTTP request as ASGI hands it over: capped, whole, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from adapters.parnassys.asgi import Receive
from adapters.parnassys.errors import ClientGone
from dossier.errors import MessageTooLarge

_DRAIN_BYTES = 1024 * 1024
_DRAIN_SECONDS = 2.0


class Body:
    """Iterate over it once. `received_bytes` counts, `complete` says whether the end was seen."""

    def __init__(self, receive: Receive, *, max_bytes: int) -> None:
        self.received_bytes = 0
        self.complete = False
        self._receive = receive
        self._max_bytes = max_bytes

    async def chunks(self) -> AsyncIterator[bytes]:
        """Raises ClientGone if the sender hangs up before the end, MessageTooLarge beyond the cap."""
        while not self.complete:
            chunk = await self._next()
            if self.received_bytes > self._max_bytes:
                raise MessageTooLarge("the body exceeds its cap")
            if chunk:
                yield chunk

    async def drain(self) -> None:
        """Takes what is still coming, up to a point, so that the sender reads our answer and no reset."""
        stop_at = self.received_bytes + _DRAIN_BYTES
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                while not self.complete and self.received_bytes < stop_at:
                    await self._next()
        except (TimeoutError, ClientGone):
            return

    async def _next(self) -> bytes:
        message = await self._receive()
        if message["type"] != "http.request":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        self.received_bytes += len(chunk)
        self.complete = not message.get("more_body", False)
        return chunk
