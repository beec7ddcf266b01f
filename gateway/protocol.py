"""Bounds what an ASGI app never sees: the head of a request, and what lies around its body.

The bytes of a connection are a head, then a body, then the next head. Counted is what is no body:

    head                at most MAX_HEAD_BYTES, within the deadline
    around the body     sizes and extensions of chunks: MAX_FRAMING_BYTES and a quarter of the body
    after the body      nothing: a trailer is refused; a request before the last one is answered
                        (pipelining) is not read, and the connection closes after the answer

A read is counted after it was parsed, so that each bound is exceeded by one read at most (256 KiB).
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from dossier.identifiers import new_inzending_id
from gateway.refusals import (
    CROWDED,
    FRAMING,
    INVALID,
    LARGE_HEAD,
    LATE,
    TRAILERS,
    UPGRADE,
    OnRefused,
    Refusal,
    answer,
)

MAX_HEAD_BYTES = 32 * 1024
MAX_FRAMING_BYTES = 64 * 1024
_BODY_PER_FRAMING = 4  # a chunk of 76 characters, a line of base64, has 6 bytes around it


def guarded_protocol(
    *, header_deadline_seconds: float, hard_max_connections: int, on_refused: OnRefused
) -> type[HttpToolsProtocol]:
    """A protocol class for uvicorn. Beyond `hard_max_connections` not even a head is read."""

    class GuardedProtocol(HttpToolsProtocol):
        _head_timer: asyncio.TimerHandle | None = None  # runs from the first byte of a head to its last
        _head_bytes = 0
        _in_head = False
        _body_bytes = 0
        _framing_bytes = 0
        _deaf = False  # nothing more is read from this connection

        # --- asyncio ---

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if len(self.connections) > hard_max_connections:
                self._refuse(CROWDED)
            else:
                self._watch_head()

        def connection_lost(self, exc: Exception | None) -> None:
            self._unwatch_head()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            if self._deaf:
                self.flow.pause_reading()
                return
            if self._head_timer is None and self._between_requests():
                self._watch_head()  # the first bytes of a next request on a kept connection
            was_in_head, body_bytes = self._head_timer is not None, self._body_bytes
            super().data_received(data)
            if self._head_timer is not None:
                self._head_bytes += len(data)
                if self._head_bytes > MAX_HEAD_BYTES:
                    self._refuse(LARGE_HEAD)
            elif not was_in_head:
                self._framing_bytes += len(data) - (self._body_bytes - body_bytes)
                if self._framing_bytes > MAX_FRAMING_BYTES + self._body_bytes // _BODY_PER_FRAMING:
                    self._refuse(FRAMING)

        # --- the parser ---

        def on_message_begin(self) -> None:
            if self._answering():
                self._deaf = True
                self.cycle.keep_alive = False
            if not self._deaf:
                self._in_head = True
                super().on_message_begin()

        def on_url(self, url: bytes) -> None:
            if not self._deaf:
                super().on_url(url)

        def on_header(self, name: bytes, value: bytes) -> None:
            if not self._in_head:
                self._refuse(TRAILERS)
            if not self._deaf:
                super().on_header(name, value)

        def on_headers_complete(self) -> None:
            if not self._deaf:
                self._in_head = False
                self._body_bytes = self._framing_bytes = 0
                self._unwatch_head()
                super().on_headers_complete()

        def on_body(self, body: bytes) -> None:
            if not self._deaf:
                self._body_bytes += len(body)
                super().on_body(body)

        def on_message_complete(self) -> None:
            if not self._deaf:
                super().on_message_complete()

        # --- called by uvicorn on errors of the parser ---

        def send_400_response(self, msg: str) -> None:
            self._refuse(INVALID)

        def _unsupported_upgrade_warning(self) -> None:
            self._refuse(UPGRADE)  # httptools takes the body for the other protocol already

        # --- ours ---

        def _answering(self) -> bool:
            return self.cycle is not None and not self.cycle.response_complete

        def _between_requests(self) -> bool:
            return self.cycle is not None and self.cycle.response_complete

        def _watch_head(self) -> None:
            self._head_bytes = 0
            self._head_timer = self.loop.call_later(header_deadline_seconds, self._head_is_late)

        def _unwatch_head(self) -> None:
            if self._head_timer is not None:
                self._head_timer.cancel()
                self._head_timer = None

        def _head_is_late(self) -> None:
            if self._head_bytes:
                on_refused(LATE, new_inzending_id())
            self.transport.close()  # without an answer: there is hardly a question

        def _refuse(self, refusal: Refusal) -> None:
            """Answers, if no answer has begun, and closes. Once: what follows in this read is not heard."""
            if self._deaf:
                return
            self._deaf = True
            referentie = new_inzending_id()
            on_refused(refusal, referentie)
            begun = self._answering() and self.cycle.response_started
            if not begun:
                self.transport.write(_raw(refusal, *answer(refusal, referentie)))
            if self._answering():
                self.cycle.disconnected = True
                self.cycle.message_event.set()
            self._unwatch_head()
            self.transport.close()

    return GuardedProtocol


def _raw(refusal: Refusal, fields: list[tuple[bytes, bytes]], body: bytes) -> bytes:
    status = f"HTTP/1.1 {refusal.status} {HTTPStatus(refusal.status).phrase}\r\n".encode()
    return status + b"".join(name + b": " + value + b"\r\n" for name, value in fields) + b"\r\n" + body
