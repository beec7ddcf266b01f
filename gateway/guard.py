"""What stands in front of every route, because no server does it for us (architecture.md 1).

`Guard` bounds a whole request in time and refuses heads that two readers could read in two ways
(request smuggling). What comes before and around that is `protocol`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.parnassys.body import Body
from dossier.identifiers import new_inzending_id
from gateway.protocol import MAX_HEAD_BYTES
from gateway.refusals import (
    LARGE_HEAD,
    LATE,
    NOT_FOUND,
    REPEATED,
    TWO_LENGTHS,
    OnRefused,
    Refusal,
    answer,
)

MAX_HEAD_FIELDS = 100
_SINGLE = frozenset({b"content-length", b"transfer-encoding", b"host"})


class Paths:
    """ASGI: an app per path, and 404 for the rest. The hot path needs no router."""

    def __init__(self, apps: Mapping[str, ASGIApp], *, on_refused: OnRefused) -> None:
        self._apps = dict(apps)
        self._on_refused = on_refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._apps.get(scope["path"])
        if app is not None:
            await app(scope, receive, send)
        else:
            await refuse(NOT_FOUND, scope, receive, send, self._on_refused)


class Guard:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, *, deadline_seconds: float, on_refused: OnRefused) -> None:
        self._app = app
        self._deadline_seconds = deadline_seconds
        self._on_refused = on_refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = _refusal(scope["headers"])
        if refusal is not None:
            await refuse(refusal, scope, receive, send, self._on_refused)
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
            await refuse(LATE, scope, receive, send, self._on_refused)


async def refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send, on_refused: OnRefused) -> None:
    """The answer of `refusals`; then what is on its way is taken, so that the sender reads it."""
    referentie = new_inzending_id()
    on_refused(refusal, referentie)
    fields, body = answer(refusal, referentie)
    await send({"type": "http.response.start", "status": refusal.status, "headers": fields})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    if not any(name == b"expect" for name, _ in scope["headers"]):
        await Body(receive, max_bytes=0).drain()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _refusal(headers: Iterable[tuple[bytes, bytes]]) -> Refusal | None:
    """Why this head is refused; None if it is fine."""
    size = fields = 0
    single: set[bytes] = set()
    for name, value in headers:
        fields += 1
        size += len(name) + len(value)
        if name in _SINGLE:
            if name in single:
                return REPEATED
            single.add(name)
    if fields > MAX_HEAD_FIELDS or size > MAX_HEAD_BYTES:
        return LARGE_HEAD
    if b"content-length" in single and b"transfer-encoding" in single:
        return TWO_LENGTHS
    return None
