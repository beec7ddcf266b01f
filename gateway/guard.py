"""What stands in front of every route, because no server does it for us (architecture.md 1).

`GuardedProtocol` bounds the head of a request in time and size while it is still coming in, which
an ASGI app never sees. `Guard` bounds a whole request in time and refuses heads that two readers
could read in two ways (request smuggling) or that hide their size (compressed bodies).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 32 * 1024
MAX_HEAD_FIELDS = 100
_SINGLE = frozenset({b"content-length", b"transfer-encoding", b"host"})


def guarded_protocol(header_deadline_seconds: float) -> type[HttpToolsProtocol]:
    """A protocol class for uvicorn that closes a connection whose request head is slow or endless."""

    class GuardedProtocol(HttpToolsProtocol):
        _head_bytes = 0
        _head_timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._watch_head()

        def connection_lost(self, exc: Exception | None) -> None:
            self._head_complete()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            if self._head_timer is None and self._between_requests():
                self._watch_head()  # the first bytes of a next request on a kept connection
            super().data_received(data)
            if self._head_timer is not None:
                self._head_bytes += len(data)
                if self._head_bytes > MAX_HEAD_BYTES:
                    self.transport.close()

        def on_headers_complete(self) -> None:
            self._head_complete()
            super().on_headers_complete()

        def _between_requests(self) -> bool:
            return self.cycle is not None and self.cycle.response_complete

        def _watch_head(self) -> None:
            self._head_bytes = 0
            self._head_timer = self.loop.call_later(header_deadline_seconds, self.transport.close)

        def _head_complete(self) -> None:
            if self._head_timer is not None:
                self._head_timer.cancel()
                self._head_timer = None

    return GuardedProtocol


class Paths:
    """ASGI: an app per path, and 404 for the rest. The hot path needs no router."""

    def __init__(self, apps: Mapping[str, ASGIApp]) -> None:
        self._apps = dict(apps)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._apps.get(scope["path"])
        if app is not None:
            await app(scope, receive, send)
        else:
            await send_text(send, 404, "there is nothing here")


async def send_text(send: Send, status: int, text: str) -> None:
    """A short plain answer, after which the connection is closed: its body may be unread."""
    body = text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Guard:
    """ASGI middleware. `on_refused(status)` is called for each request that it answers itself."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        deadline_seconds: float,
        on_refused: Callable[[int], None] = lambda status: None,
    ) -> None:
        self._app = app
        self._deadline_seconds = deadline_seconds
        self._on_refused = on_refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = _refusal(scope["headers"])
        if refusal is not None:
            await self._refuse(send, *refusal)
            return
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            async with asyncio.timeout(self._deadline_seconds):
                await self._app(scope, receive, watched_send)
        except TimeoutError:
            if started:
                raise  # the server closes the connection: half an answer is none
            await self._refuse(send, 408, "the request was not complete in time")

    async def _refuse(self, send: Send, status: int, text: str) -> None:
        self._on_refused(status)
        await send_text(send, status, text)


def _refusal(headers: Iterable[tuple[bytes, bytes]]) -> tuple[int, str] | None:
    """The status and text with which this head is refused; None if it is fine."""
    size = fields = 0
    single: set[bytes] = set()
    for name, value in headers:
        fields += 1
        size += len(name) + len(value)
        if name in _SINGLE:
            if name in single:
                return 400, "a header field that must be single is repeated"
            single.add(name)
        elif name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
            return 415, "Content-Encoding is not accepted"
    if fields > MAX_HEAD_FIELDS or size > MAX_HEAD_BYTES:
        return 431, "too many or too large header fields"
    if b"content-length" in single and b"transfer-encoding" in single:
        return 400, "Content-Length and Transfer-Encoding exclude each other"
    return None
