"""Bijlagen in an S3 bucket: sealed as on disk, addressed by their content within the push that brought them.

    <prefix>/<last two of the inzending id>/<inzending id>/<number>/<sha256 of the sealed content>

The hash is of the sealed bytes, not of the file: its name tells nobody which document it is, nor that two
pupils have the same one, and anybody can check an object without a key. It is written only if the name is
free, so that nothing is overwritten, and a write whose outcome was unknown may be repeated.

Until then the sealed bytes are in a file without a name in a folder of ours, gone with the process.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import mmap
import os
import re
import tempfile
import threading
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import IO

from dossier.errors import Unavailable
from dossier.identifiers import InzendingId
from storage.bucket import S3Bucket
from storage.objects import ObjectDamaged, ObjectMissing
from storage.seal import Seal
from storage.sealed_object import ObjectOpener, ObjectSealer
from storage.sealed_stream import BrokenSeal

# An id that files gave has no hash. It is found, too, once the files are copied into the bucket as they are.
_OBJECT_ID = re.compile(r"(([0-9a-f]{30}([0-9a-f]{2}))/[1-9][0-9]{0,2})(/[A-Za-z0-9_-]{43})?", re.ASCII)
_KEY = re.compile(r"([0-9a-f]{2})/([0-9a-f]{30}\1)/.+", re.ASCII)

_SMALL_BYTES = 256 * 1024
_SMALL_AT_ONCE = 32
_LARGE_AT_ONCE = 3  # each is in memory while it is sent: three of 5 MiB, and 8 MiB of small ones


class S3Objects:
    """The objects below one prefix. Errors of S3 and of the spool's disk are Unavailable("storage")."""

    def __init__(self, bucket: S3Bucket, seal: Seal, spool: Path) -> None:
        self._bucket = bucket
        self._seal = seal
        self._spool = spool
        self._turns = Turns()

    def create(self, inzending_id: InzendingId, number: int) -> S3ObjectWriter:
        """A writer for bijlage `number` (1-based, in order of arrival). Nothing is in S3 before `finish`."""
        key, place = self._key(f"{inzending_id}/{number}")
        return S3ObjectWriter(key, ObjectSealer(self._seal, place), self._spool, self._bucket, self._turns)

    async def read(self, object_id: str) -> AsyncIterator[bytes]:
        """The content in pieces; it is whole only when the iterator ends by itself.

        Raises ObjectMissing, ObjectDamaged, UnknownKey, Unavailable("storage").
        """
        key, place = self._key(object_id)
        opener = ObjectOpener(self._seal, place)
        try:
            async for sealed in self._bucket.get(key):
                if content := opener.update(sealed):
                    yield content
            yield opener.finish()
        except BrokenSeal:
            raise ObjectDamaged from None

    async def discard(self, inzending_id: InzendingId) -> None:
        """Removes all objects of a push; none is fine too."""
        await self._bucket.delete_folder(f"{inzending_id[-2:]}/{inzending_id}")

    async def remove(self, object_id: str) -> None:
        """Removes one object; none is fine too. Raises Unavailable("storage")."""
        try:
            key, _ = self._key(object_id)
        except ObjectMissing:
            return
        await self._bucket.delete([key])

    async def folders_older_than(self, age_seconds: float) -> AsyncIterator[InzendingId]:
        """The pushes of which every object is older than that, by the clock of S3: for the sweeper.

        Raises Unavailable("storage"), and ConfigurationError when the prefix is not ours to sweep.
        """
        await self._bucket.prove()
        before = (await self._bucket.now()).timestamp() - age_seconds
        current, newest = "", 0.0
        async for key, written in self._bucket.keys():  # in order: those of a push come together
            match = _KEY.fullmatch(key)
            if match is None:
                continue
            if match[2] != current:
                if current and newest < before:
                    yield InzendingId(current)
                current, newest = match[2], 0.0
            newest = max(newest, written.timestamp())
        if current and newest < before:
            yield InzendingId(current)

    async def check_writable(self) -> None:
        """Raises Unavailable("storage"), and ConfigurationError for what loses or leaks (bucket.py)."""
        await self._bucket.check_writable()

    def _key(self, object_id: str) -> tuple[str, str]:
        """The key, and the place that the seal is bound to."""
        match = _OBJECT_ID.fullmatch(object_id)
        if match is None:
            raise ObjectMissing  # a reference that we never gave is never a key
        return f"{match[3]}/{object_id}", match[1]


class Turns:
    """Who may send now: what is sent is in memory meanwhile."""

    def __init__(self) -> None:
        self._small = asyncio.Semaphore(_SMALL_AT_ONCE)
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)

    def of(self, size_bytes: int) -> AbstractAsyncContextManager[None]:
        return self._small if size_bytes <= _SMALL_BYTES else self._large


class S3ObjectWriter:
    """Writes one object. Until `finish` it is in the spool."""

    def __init__(
        self, folder: str, sealer: ObjectSealer, spool: Path, bucket: S3Bucket, turns: Turns
    ) -> None:
        self._folder = folder  # of the key; what is behind it is known at the end
        self._sealer = sealer
        self._spool = spool
        self._bucket = bucket
        self._turns = turns
        self._sha256 = hashlib.sha256()
        self._size_bytes = 0
        self._file: IO[bytes] | None = None
        self._discarded = False
        self._key = ""  # once there may be something under it
        self._lock = threading.Lock()  # who cancels a write and discards finds its thread still at it

    async def write(self, chunk: bytes) -> None:
        """Raises Unavailable("storage")."""
        await asyncio.to_thread(self._write, chunk)

    async def finish(self) -> str:
        """The id by which it is read; durable when it returns. Raises Unavailable("storage").

        What lands in S3 after a cancelled or failed `finish` belongs to no dossier: the sweeper's.
        """
        try:
            self._key = f"{self._folder}/{await asyncio.to_thread(self._seal_rest)}"
            async with self._turns.of(self._size_bytes):
                await self._bucket.put_new(self._key, await asyncio.to_thread(self._spooled))
        finally:
            await asyncio.to_thread(self._close)
        return self._key.partition("/")[2]

    async def discard(self) -> None:
        """Removes what was written, finished or not."""
        self._discarded = True
        await asyncio.to_thread(self._close)
        if self._key:
            await self._bucket.delete([self._key])

    def _write(self, chunk: bytes) -> None:
        with self._lock:
            self._append(self._sealer.update(chunk))

    def _seal_rest(self) -> str:
        with self._lock:
            self._append(self._sealer.finish())
            return base64.urlsafe_b64encode(self._sha256.digest()).rstrip(b"=").decode()

    def _append(self, sealed: bytes) -> None:
        if self._discarded:
            raise Unavailable("storage")
        self._sha256.update(sealed)
        self._size_bytes += len(sealed)
        try:
            if self._file is None:
                self._spool.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._file = tempfile.TemporaryFile(dir=self._spool, buffering=0)  # noqa: SIM115
            view = memoryview(sealed)
            while view:
                view = view[self._file.write(view) :]
        except OSError as exc:
            raise Unavailable("storage") from exc

    def _spooled(self) -> mmap.mmap:
        """In memory of its own: what malloc once took for so large a piece it keeps, for each thread."""
        with self._lock:
            if self._file is None:
                raise Unavailable("storage")
            try:
                content = mmap.mmap(-1, self._size_bytes)
                if os.preadv(self._file.fileno(), [content], 0) != self._size_bytes:
                    raise Unavailable("storage")  # somebody else cut it short
            except OSError as exc:
                raise Unavailable("storage") from exc
            return content

    def _close(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
