"""A network that fails: stands between one role and PostgreSQL, the broker or S3.

It passes everything, until it is told to
    cut      every connection is reset at once; new ones pass
    refuse   as cut, and new ones are reset too, until `heal`
    freeze   nothing passes and nothing is closed, new connections are accepted and get no answer,
             until `heal` (what was held back then passes) or `cut` (it never does)
    delay    every piece waits so long
    cut_at   connections are reset around the n-th time that some bytes go up: before the server has got
             them, or after the server has answered them and before that answer is passed on
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")
_PIECE_BYTES = 65_536
_PATIENCE_SECONDS = 120.0


@dataclass(slots=True)
class _Trap:
    pattern: bytes
    countdown: int
    delivered: bool  # the server gets it; the answer gets lost


class FaultProxy:
    """Enter it, and connect to `port` instead of to the server's."""

    def __init__(self, upstream_port: int, host: str = "127.0.0.1") -> None:
        self._upstream = host, upstream_port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy", daemon=True)
        self._links: set[_Link] = set()
        self._refusing = False
        self.passing = asyncio.Event()
        self.passing.set()
        self.delay_seconds = 0.0
        self.trap: _Trap | None = None
        self._sprung = threading.Event()

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        self.port = self._run(self._listen())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=_PATIENCE_SECONDS)
        self._loop.close()

    def cut(self) -> None:
        self._do(self._reset_all)

    def refuse(self) -> None:
        self._do(lambda: self._set(refusing=True))

    def freeze(self) -> None:
        self._do(self.passing.clear)

    def delay(self, seconds: float) -> None:
        self._do(lambda: setattr(self, "delay_seconds", seconds))

    def heal(self) -> None:
        """All passes again."""
        self._do(lambda: self._set(refusing=False))

    def cut_at(self, pattern: bytes, nth: int, *, delivered: bool) -> None:
        """Then wait for it by `sprung`."""
        self._sprung.clear()
        self._do(lambda: setattr(self, "trap", _Trap(pattern, nth, delivered)))

    def sprung(self, seconds: float = _PATIENCE_SECONDS) -> None:
        """Returns when `cut_at` has happened; AssertionError if it does not in time."""
        assert self._sprung.wait(seconds), "what was to be cut never came by"

    # --- in the thread of the loop ---

    async def _listen(self) -> int:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def _close(self) -> None:
        self._server.close()
        self._reset_all()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            _reset(writer)
            return
        link = _Link(self, reader, writer)
        self._links.add(link)
        try:
            await self.passing.wait()
            await link.run(*self._upstream)
        finally:
            link.reset()
            self._links.discard(link)

    def _set(self, *, refusing: bool) -> None:
        self._refusing = refusing
        self.delay_seconds = 0.0
        if refusing:
            self._reset_all()
        self.passing.set()

    def _reset_all(self) -> None:
        for link in list(self._links):
            link.reset()
        self.passing.set()

    def is_due(self, before: bytes, piece: bytes) -> _Trap | None:
        """The trap, if it springs in `piece`, which follows `before`."""
        trap = self.trap
        if trap is None:
            return None
        kept = before[-(len(trap.pattern) - 1) :] if len(trap.pattern) > 1 else b""
        trap.countdown -= (kept + piece).count(trap.pattern)
        if trap.countdown > 0:
            return None
        self.trap = None
        return trap

    def spring(self) -> None:
        self._reset_all()
        self._sprung.set()

    def _do(self, action: Callable[[], object]) -> None:
        async def act() -> None:
            action()

        self._run(act())

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=_PATIENCE_SECONDS)


class _Link:
    """One connection, both ways."""

    def __init__(self, proxy: FaultProxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._client = reader, writer
        self._writers = [writer]
        self._answers_are_lost: asyncio.Event | None = None  # set when the first has come
        self._is_reset = False  # what was read before passes no more

    async def run(self, host: str, port: int) -> None:
        if self._is_reset:
            return
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(host, port)
            self._writers.append(writer)
            await asyncio.gather(
                self._pass_up(self._client[0], writer), self._pass_down(reader, self._client[1])
            )

    def reset(self) -> None:
        self._is_reset = True
        for writer in self._writers:
            _reset(writer)

    async def _pass_up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        before = b""
        while piece := await self._next(reader):
            trap = self._proxy.is_due(before, piece)
            before = piece if len(piece) > 64 else before[-64:] + piece
            if trap is not None:
                await self._spring(trap, writer, piece)
                return
            writer.write(piece)
            await writer.drain()
        writer.write_eof()

    async def _spring(self, trap: _Trap, writer: asyncio.StreamWriter, piece: bytes) -> None:
        if trap.delivered:
            self._answers_are_lost = asyncio.Event()
            writer.write(piece)
            await writer.drain()
            await self._answers_are_lost.wait()  # a reset at once could take the piece from the server
        self._proxy.spring()

    async def _pass_down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await self._next(reader):
            if self._answers_are_lost is not None:
                self._answers_are_lost.set()
                continue
            writer.write(piece)
            await writer.drain()
        writer.write_eof()

    async def _next(self, reader: asyncio.StreamReader) -> bytes:
        piece = await reader.read(_PIECE_BYTES)
        await asyncio.sleep(self._proxy.delay_seconds)
        await self._proxy.passing.wait()
        return b"" if self._is_reset else piece


def _reset(writer: asyncio.StreamWriter) -> None:
    """RST rather than FIN."""
    sock = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
