"""One bucket and prefix, by obstore: each call with a deadline, each error translated, and only here.

What obstore repeats by itself (5xx, refused and dropped connections, reads that took too long) it repeats
twice. A write that took too long has an unknown outcome; `put_new` writes again, and finds its own.

Nothing is written before the place has proven itself (`prove`): some endpoints ignore If-None-Match.
"""

from __future__ import annotations

import asyncio
import contextlib
import mmap
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeVar

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from dossier.errors import ConfigurationError, Unavailable
from storage.address import Bucket, S3Access
from storage.objects import ObjectMissing

T = TypeVar("T")
_MARK = ".kindkans-gateway"  # whose prefix this is
_PROBE = ".probe"
_PIECE_BYTES = 256 * 1024
_PUTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long S3 is waited for. A bijlage of 5 MiB must get through in `request_seconds`."""

    connect_seconds: float = 3.0
    request_seconds: float = 15.0  # one request, with its body
    call_seconds: float = 25.0  # with the repeats of obstore
    retries: int = 2
    discard_seconds: float = 4.0  # an answer to a school waits for it; what stays is the sweeper's


class S3Bucket:
    """Keys are below the prefix. Every method raises Unavailable("storage") when S3 fails."""

    def __init__(self, bucket: Bucket, access: S3Access, *, owner: str, patience: Patience) -> None:
        """`owner` is written into the prefix, so that nobody else takes it for theirs."""
        self._store = _open(bucket, access, patience)
        self._owner = owner.encode()
        self._patience = patience
        self._proven = False
        self._proving = asyncio.Lock()

    async def put_new(self, key: str, content: bytes | mmap.mmap) -> None:
        """`content` is durable under `key`. If the key is there already it must be the same content.

        Nothing that is there is ever overwritten, whoever wrote it.
        """
        await self._prove_or_wait()
        failure = None
        for _ in range(_PUTS):
            try:
                # "It is there" is also what S3 says while somebody else is at the key: look.
                if await self._put(key, content, new=True) or await self._size(key) == len(content):
                    return
            except Unavailable as exc:
                failure = exc
        raise Unavailable("storage") from failure

    async def get(self, key: str) -> AsyncIterator[bytes]:
        """Raises ObjectMissing, too."""
        try:
            found = await self._call(obstore.get_async(self._store, key))
        except FileNotFoundError:
            await self._check_there()  # S3 answers 404, too, for a bucket that is gone
            raise ObjectMissing from None
        pieces = aiter(found.stream(min_chunk_size=_PIECE_BYTES))
        while True:
            try:
                piece = await self._call(anext(pieces))
            except StopAsyncIteration:
                return
            yield piece

    async def keys(self, folder: str) -> Sequence[tuple[str, datetime]]:
        """All keys below `folder`, and when each was written by the clock of S3."""
        found: list[tuple[str, datetime]] = []
        pages = aiter(obstore.list(self._store, folder))
        while True:
            try:
                page = await self._call(anext(pages))
            except StopAsyncIteration:
                return found
            found += [(meta["path"], meta["last_modified"]) for meta in page]

    async def folders(self) -> Sequence[str]:
        """The first parts of all keys."""
        found = await self._call(obstore.list_with_delimiter_async(self._store))
        return sorted(found["common_prefixes"])

    async def delete(self, keys: Sequence[str]) -> None:
        """Those that are not there are fine."""
        async with self._within(self._patience.discard_seconds):
            await self._delete(keys)

    async def delete_folder(self, folder: str) -> None:
        async with self._within(self._patience.discard_seconds):
            await self._delete([key for key, _ in await self.keys(folder)])

    async def now(self) -> datetime:
        """By the clock of S3: its moments are compared with no other clock's."""
        await self._put(_PROBE, b"", new=False)
        return (await self._call(obstore.head_async(self._store, _PROBE)))["last_modified"]

    async def check_writable(self) -> None:
        """Writes and removes a small object. Raises ConfigurationError as `prove` does."""
        await self.prove()
        await self._put(_PROBE, b"", new=False)
        await self.delete([_PROBE])

    async def prove(self) -> None:
        """Once per process: is this prefix ours, and does S3 keep what it is asked to keep, and no more?

        Raises ConfigurationError when it is somebody else's, when a conditional put overwrites, when
        the bucket keeps old versions: then what was refused or discarded would stay for ever.
        """
        async with self._within(self._patience.call_seconds), self._proving:
            if not self._proven:
                await self._check_ours()
                await self._check_conditional()
                await self._check_unversioned()
                self._proven = True

    async def _check_ours(self) -> None:
        if await self._mark() is None:
            await self._put(_MARK, self._owner, new=True)
        if await self._mark() != self._owner:
            raise ConfigurationError(
                "the prefix in the bucket belongs to another installation or to the other store; "
                "name another prefix, or the key file that it was begun with"
            )

    async def _check_conditional(self) -> None:
        if await self._put(_MARK, self._owner, new=True):
            raise ConfigurationError(
                "this S3 endpoint overwrites in spite of If-None-Match; use one that supports "
                "conditional writes, or file:// storage"
            )

    async def _prove_or_wait(self) -> None:
        try:
            await self.prove()
        except ConfigurationError as exc:  # the event or push is not to blame: it must wait
            raise Unavailable("storage") from exc

    async def _mark(self) -> bytes | None:
        try:
            found = await self._call(obstore.get_async(self._store, _MARK))
        except FileNotFoundError:
            await self._check_there()
            return None
        return bytes(await self._call(found.bytes_async()))

    async def _check_unversioned(self) -> None:
        version = (await self._call(obstore.head_async(self._store, _MARK)))["version"]
        if version not in (None, "", "null"):
            raise ConfigurationError(
                "the bucket keeps old versions, so that nothing in it is ever removed; "
                "use a bucket without versioning"
            )

    async def _put(self, key: str, content: bytes | mmap.mmap, *, new: bool) -> bool:
        """False: it was there."""
        mode: Literal["create", "overwrite"] = "create" if new else "overwrite"
        try:
            await self._call(obstore.put_async(self._store, key, content, mode=mode, use_multipart=False))
        except AlreadyExistsError:
            return False
        except FileNotFoundError as exc:
            raise Unavailable("storage") from exc
        return True

    async def _size(self, key: str) -> int | None:
        try:
            return (await self._call(obstore.head_async(self._store, key)))["size"]
        except FileNotFoundError:
            return None

    async def _delete(self, keys: Sequence[str]) -> None:
        if keys:
            try:
                await self._call(obstore.delete_async(self._store, list(keys)))
            except FileNotFoundError as exc:  # not the keys: the bucket
                raise Unavailable("storage") from exc

    async def _check_there(self) -> None:
        await self._call(obstore.list_with_delimiter_async(self._store, _PROBE))

    async def _call(self, call: Awaitable[T]) -> T:
        """Raises what has a meaning of its own: AlreadyExistsError, FileNotFoundError."""
        try:
            async with self._within(self._patience.call_seconds):
                return await call
        except (AlreadyExistsError, FileNotFoundError):
            raise
        except (BaseError, OSError) as exc:
            raise Unavailable("storage") from exc

    @contextlib.asynccontextmanager
    async def _within(self, seconds: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError as exc:
            raise Unavailable("storage") from exc


def _open(bucket: Bucket, access: S3Access, patience: Patience) -> S3Store:
    given = {
        "endpoint": access.endpoint,
        "region": access.region,
        "access_key_id": access.key_id,
        "secret_access_key": access.secret,
    }
    try:
        return S3Store(
            bucket.name,
            prefix=bucket.prefix or None,
            config={name: value for name, value in given.items() if value},  # type: ignore[arg-type]
            conditional_put="etag",
            unsigned_payload=False,  # S3 compares what it got with the sha256 that is signed
            client_options={
                "allow_http": access.endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=patience.connect_seconds),
                "timeout": timedelta(seconds=patience.request_seconds),
            },
            retry_config={
                "max_retries": patience.retries,
                "retry_timeout": timedelta(seconds=patience.request_seconds),
                "backoff": {
                    "init_backoff": timedelta(milliseconds=100),
                    "max_backoff": timedelta(seconds=2),
                    "base": 2,
                },
            },
        )
    except (BaseError, ValueError):
        # No cause: it may show what was set.
        raise ConfigurationError("S3 cannot be set up; look at STORAGE_* and at AWS_*") from None
