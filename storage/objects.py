"""Bijlagen on local disk: sealed, one folder per inzending, durable before anyone hears of them.

    <folder>/<last two of the inzending id>/<inzending id>/<number>

Written by ourselves and not by obstore, whose LocalStore does not fsync (architecture.md 5): write,
fsync, rename, fsync the folder. Objects are named by the push that brought them, not by their
content: so discarding one push can never take a bijlage from another.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import threading
import time
from collections.abc import AsyncIterator, Generator, Iterator
from itertools import islice
from pathlib import Path

from dossier.errors import Unavailable
from dossier.identifiers import InzendingId
from storage.keyring import sync_folder
from storage.seal import Seal
from storage.sealed_object import ObjectOpener, ObjectSealer
from storage.sealed_stream import FRAME_BYTES, BrokenSeal

_OBJECT_ID = re.compile(r"([0-9a-f]{32})/([1-9][0-9]{0,5})", re.ASCII)
_INZENDING_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_READ_BYTES = 4 * FRAME_BYTES
_LIST_AT_ONCE = 200


class ObjectMissing(Exception):
    """There is no such object."""


class ObjectDamaged(Exception):
    """It is there, and it is not what was written."""


class LocalObjects:
    """The objects below one folder. Errors of the disk are raised as Unavailable("storage")."""

    def __init__(self, folder: Path, seal: Seal) -> None:
        self._folder = folder
        self._seal = seal

    def create(self, inzending_id: InzendingId, number: int) -> LocalObjectWriter:
        """A writer for bijlage `number` (1-based, in order of arrival). Nothing is on disk yet."""
        object_id = f"{inzending_id}/{number}"
        return LocalObjectWriter(object_id, self._path(object_id), self._seal)

    async def read(self, object_id: str) -> AsyncIterator[bytes]:
        """The content in pieces; it is whole only when the iterator ends by itself.

        Raises ObjectMissing, ObjectDamaged, UnknownKey, Unavailable("storage").
        """
        pieces = self._read(object_id)
        try:
            while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
                yield piece
        finally:
            # Cancelled while a thread reads on: then the generator closes when that thread lets it go.
            with contextlib.suppress(ValueError):
                pieces.close()

    async def discard(self, inzending_id: InzendingId) -> None:
        """Removes all objects of a push; none is fine too."""
        await asyncio.to_thread(self._discard, inzending_id)

    async def remove(self, object_id: str) -> None:
        """Removes one object; none is fine too. Raises Unavailable("storage")."""
        await asyncio.to_thread(self._remove, object_id)

    async def folders_older_than(self, age_seconds: float) -> AsyncIterator[InzendingId]:
        """The pushes whose objects were last touched longer ago than that: for the sweeper.

        Raises Unavailable("storage").
        """
        found = self._folders_older_than(age_seconds)
        while some := await asyncio.to_thread(lambda: list(islice(found, _LIST_AT_ONCE))):
            for inzending_id in some:
                yield inzending_id

    async def check_writable(self) -> None:
        """Raises Unavailable("storage") unless a file can be written durably."""
        await asyncio.to_thread(self._check_writable)

    def _check_writable(self) -> None:
        probe = self._folder / ".probe"
        with _disk_errors():
            self._folder.mkdir(parents=True, exist_ok=True)
            with probe.open("wb") as file:
                file.write(b"x")
                file.flush()
                os.fsync(file.fileno())
            probe.unlink(missing_ok=True)  # two processes may look at once

    def _folders_older_than(self, age_seconds: float) -> Iterator[InzendingId]:
        before = time.time() - age_seconds
        with _disk_errors():
            for folder in self._folder.glob("[0-9a-f][0-9a-f]/*"):
                if _INZENDING_ID.fullmatch(folder.name) and _touched(folder) < before:
                    yield InzendingId(folder.name)

    def _path(self, object_id: str) -> Path:
        match = _OBJECT_ID.fullmatch(object_id)
        if match is None:
            raise ObjectMissing  # a reference that we never gave is never a path
        return self._inzending_folder(match[1]) / match[2]

    def _inzending_folder(self, inzending_id: str) -> Path:
        return self._folder / inzending_id[-2:] / inzending_id

    def _discard(self, inzending_id: InzendingId) -> None:
        with _disk_errors(), contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self._inzending_folder(inzending_id))

    def _remove(self, object_id: str) -> None:
        try:
            path = self._path(object_id)
        except ObjectMissing:
            return
        with _disk_errors():
            try:
                path.unlink()
            except FileNotFoundError:
                return
            sync_folder(path.parent)
        with contextlib.suppress(OSError):  # there are others in it
            path.parent.rmdir()

    def _read(self, object_id: str) -> Generator[bytes, None, None]:
        try:
            with self._path(object_id).open("rb") as file:
                opener = ObjectOpener(self._seal, object_id)
                while sealed := file.read(_READ_BYTES):
                    if content := opener.update(sealed):
                        yield content
                yield opener.finish()
        except FileNotFoundError:
            raise ObjectMissing from None
        except BrokenSeal:
            raise ObjectDamaged from None
        except OSError as exc:
            raise Unavailable("storage") from exc


class LocalObjectWriter:
    """Writes one object. Until `finish` it has a temporary name, which the sweeper removes."""

    def __init__(self, object_id: str, path: Path, seal: Seal) -> None:
        self._object_id = object_id
        self._path = path
        self._temporary = path.with_name(path.name + ".part")
        self._sealer = ObjectSealer(seal, object_id)
        self._descriptor = -1
        self._discarded = False
        self._lock = threading.Lock()  # who cancels a write and discards finds its thread still at it

    async def write(self, chunk: bytes) -> None:
        """Raises Unavailable("storage")."""
        await asyncio.to_thread(self._write, chunk)

    async def finish(self) -> str:
        """The id by which it is read; durable when it returns. Raises Unavailable("storage")."""
        await asyncio.to_thread(self._finish)
        return self._object_id

    async def discard(self) -> None:
        """Removes what was written, finished or not."""
        await asyncio.to_thread(self._remove)

    def _write(self, chunk: bytes) -> None:
        with self._lock, _disk_errors():
            self._open()
            _write_all(self._descriptor, self._sealer.update(chunk))

    def _open(self) -> None:
        if self._discarded:
            raise OSError("discarded")
        if self._descriptor >= 0:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self._temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)

    def _finish(self) -> None:
        with self._lock, _disk_errors():
            try:
                self._open()
                _write_all(self._descriptor, self._sealer.finish())
                os.fdatasync(self._descriptor)
            finally:
                self._close()  # also on a full disk: nobody calls again after this
            os.rename(self._temporary, self._path)
            # The file's name, the push's folder and its shard: each may be new.
            for folder in (self._path.parent, self._path.parent.parent, self._path.parent.parent.parent):
                sync_folder(folder)

    def _remove(self) -> None:
        with self._lock, _disk_errors():
            self._discarded = True
            self._close()
            self._temporary.unlink(missing_ok=True)
            self._path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


@contextlib.contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise Unavailable("storage") from exc


def _touched(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return float("inf")  # discarded in the meantime


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
