"""The bijlagen of one message on their way to storage: hashed, sniffed, written while they are read.

Nothing is kept of a bijlage that cannot be accepted: too large, or beyond what a dossier may have.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections import deque
from dataclasses import dataclass, field, replace
from typing import Protocol

from adapters.parnassys.sniff import SNIFF_BYTES, Sniffer
from adapters.parnassys.translate import Inhoud
from dossier.identifiers import InzendingId
from validators.limits import Limits

_WRITE_BYTES = 256 * 1024
_FINISHING_AT_ONCE = 2  # finish() waits for the disk; meanwhile the next bijlage is read


class ObjectWriter(Protocol):
    """One object being written. Either finish() or discard() is its last call."""

    async def write(self, chunk: bytes) -> None: ...

    async def finish(self) -> str:
        """The id by which it is read; durable when it returns."""

    async def discard(self) -> None: ...


class Objects(Protocol):
    """Where the content of bijlagen goes. All raise Unavailable when storage fails."""

    def create(self, inzending_id: InzendingId, number: int) -> ObjectWriter: ...

    async def discard(self, inzending_id: InzendingId) -> None:
        """Everything of this inzending, also what is finished."""


@dataclass(slots=True)
class _Open:
    """The bijlage that is being read."""

    number: int
    writer: ObjectWriter | None  # None: it is not stored
    sha256: hashlib._Hash = field(default_factory=hashlib.sha256)
    head: bytes = b""
    pending: list[bytes] = field(default_factory=list)
    pending_bytes: int = 0


class BijlageIntake:
    """Takes the bijlage events of one message; `inhoud` is what came of them, after close()."""

    def __init__(self, inzending_id: InzendingId, objects: Objects, sniffer: Sniffer, limits: Limits) -> None:
        self.inhoud: dict[int, Inhoud] = {}
        self.keep = True  # False: nothing of this message is to be stored
        self._inzending_id = inzending_id
        self._objects = objects
        self._sniffer = sniffer
        self._limits = limits
        self._stored_bytes = 0
        self._created = False
        self._unfinished: dict[int, ObjectWriter] = {}
        self._open: _Open | None = None
        self._finishing: deque[asyncio.Task[None]] = deque()

    def start(self, number: int) -> None:
        """Raises Unavailable."""
        limits = self._limits
        may_fit = number <= limits.bijlagen and self._stored_bytes < limits.bijlagen_bytes
        writer = None
        if self.keep and may_fit:
            writer = self._objects.create(self._inzending_id, number)
            self._unfinished[number] = writer
            self._created = True
        self._open = _Open(number, writer)

    async def data(self, chunk: bytes) -> None:
        """Raises Unavailable."""
        bijlage = self._current()
        bijlage.sha256.update(chunk)
        if len(bijlage.head) < SNIFF_BYTES:
            bijlage.head += chunk[: SNIFF_BYTES - len(bijlage.head)]
        if bijlage.writer is None:
            return
        bijlage.pending.append(chunk)
        bijlage.pending_bytes += len(chunk)
        if bijlage.pending_bytes >= _WRITE_BYTES:
            await self._write_pending(bijlage, bijlage.writer)

    async def end(self, size_bytes: int) -> None:
        """Raises Unavailable."""
        bijlage = self._current()
        self._open = None
        too_large = size_bytes > self._limits.bijlage_bytes
        if too_large and bijlage.writer is not None:
            await bijlage.writer.discard()
            del self._unfinished[bijlage.number]
            bijlage.writer = None
        self.inhoud[bijlage.number] = Inhoud(
            size_bytes=size_bytes,
            sha256="" if too_large else bijlage.sha256.hexdigest(),
        )
        if bijlage.writer is not None:
            self._stored_bytes += size_bytes
            await self._write_pending(bijlage, bijlage.writer)
        if bijlage.number > self._limits.bijlagen:
            return  # refused whatever it is; and there may be thousands
        while len(self._finishing) >= _FINISHING_AT_ONCE:
            await self._finishing.popleft()
        self._finishing.append(asyncio.create_task(self._finish(bijlage)))

    async def close(self) -> None:
        """Everything is durable, or nothing is there any more if it is not to be kept. Raises Unavailable."""
        while self._finishing:
            await self._finishing.popleft()
        if not self.keep:
            await self._discard_created()
            self.inhoud = {number: replace(inhoud, object_id="") for number, inhoud in self.inhoud.items()}

    async def abort(self) -> None:
        """Leaves nothing of this message. Never raises: what stays behind is the sweeper's."""
        for task in self._finishing:
            task.cancel()
        await asyncio.gather(*self._finishing, return_exceptions=True)
        self._finishing.clear()
        for writer in self._unfinished.values():  # each holds a file open
            with contextlib.suppress(Exception):
                await writer.discard()
        self._unfinished.clear()
        with contextlib.suppress(Exception):
            await self._discard_created()

    async def _discard_created(self) -> None:
        if self._created:
            await self._objects.discard(self._inzending_id)

    async def _write_pending(self, bijlage: _Open, writer: ObjectWriter) -> None:
        chunk = b"".join(bijlage.pending)
        bijlage.pending.clear()
        bijlage.pending_bytes = 0
        await writer.write(chunk)

    async def _finish(self, bijlage: _Open) -> None:
        content_type = await self._sniff(bijlage.head)
        object_id = ""
        if bijlage.writer is not None:
            object_id = await bijlage.writer.finish()
            del self._unfinished[bijlage.number]  # only now: one that failed is still to be discarded
        self.inhoud[bijlage.number] = replace(
            self.inhoud[bijlage.number], content_type=content_type, object_id=object_id
        )

    async def _sniff(self, head: bytes) -> str:
        if self._sniffer.is_quick(head):
            return self._sniffer.content_type(head)
        # In a thread: libmagic takes milliseconds over a text.
        return await asyncio.to_thread(self._sniffer.content_type, head)

    def _current(self) -> _Open:
        assert self._open is not None  # noqa: S101 - the reader starts a bijlage before its data
        return self._open
