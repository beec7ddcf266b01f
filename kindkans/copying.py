"""Copies the bijlagen of a delivery into the store's own storage, and believes only what it has hashed."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from dossier.delivery import DeliveredBijlage
from dossier.errors import PoisonCode, PoisonEvent
from dossier.identifiers import InzendingId
from storage.objects import ObjectDamaged


class SourceObjects(Protocol):
    """The gateway's storage. Raises ObjectMissing, ObjectDamaged, Unavailable."""

    def read(self, object_id: str) -> AsyncIterator[bytes]: ...


class Writer(Protocol):
    async def write(self, chunk: bytes) -> None: ...

    async def finish(self) -> str: ...

    async def discard(self) -> None: ...


class OwnObjects(Protocol):
    """The store's storage: a folder per copy."""

    def create(self, inzending_id: InzendingId, number: int) -> Writer: ...

    def read(self, object_id: str) -> AsyncIterator[bytes]: ...

    async def discard(self, inzending_id: InzendingId) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    positie: int
    size_bytes: int
    sha256: str
    object_id: str  # in the store's storage


async def copy_bijlagen(
    bijlagen: tuple[DeliveredBijlage, ...], source: SourceObjects, own: OwnObjects, copy_id: InzendingId
) -> tuple[Copied, ...]:
    """All of them, durable, under `copy_id`; after an exception the caller discards that.

    Raises ObjectMissing, PoisonEvent(BIJLAGE_BESCHADIGD), Unavailable("storage").
    """
    return tuple([await _copy(b, source, own.create(copy_id, b.positie)) for b in bijlagen])


async def _copy(bijlage: DeliveredBijlage, source: SourceObjects, writer: Writer) -> Copied:
    try:
        await _copy_bytes(bijlage, source, writer)
    except BaseException:
        await writer.discard()
        raise
    object_id = await writer.finish()
    return Copied(
        positie=bijlage.positie,
        size_bytes=bijlage.size_bytes,
        sha256=bijlage.sha256,
        object_id=object_id,
    )


async def _copy_bytes(bijlage: DeliveredBijlage, source: SourceObjects, writer: Writer) -> None:
    digest, size = hashlib.sha256(), 0
    try:
        async for chunk in source.read(bijlage.object_id):
            digest.update(chunk)
            size += len(chunk)
            if size > bijlage.size_bytes:
                break
            await writer.write(chunk)
    except ObjectDamaged as exc:
        raise PoisonEvent(PoisonCode.BIJLAGE_BESCHADIGD) from exc
    if size != bijlage.size_bytes or digest.hexdigest() != bijlage.sha256:
        raise PoisonEvent(PoisonCode.BIJLAGE_BESCHADIGD)
