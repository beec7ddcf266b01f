"""Reads the bijlagen again that the store holds, and compares them with what was delivered."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable
from typing import Protocol

from kindkans.queries import HeldBijlage
from storage.objects import ObjectDamaged, ObjectMissing


class ReadableObjects(Protocol):
    def read(self, object_id: str) -> AsyncIterator[bytes]: ...


async def damaged_bijlagen(
    bijlagen: Iterable[HeldBijlage], objects: ReadableObjects
) -> AsyncIterator[HeldBijlage]:
    """Those that are missing or not what they were. Raises Unavailable("storage")."""
    for bijlage in bijlagen:
        if not await _is_whole(bijlage, objects):
            yield bijlage


async def _is_whole(bijlage: HeldBijlage, objects: ReadableObjects) -> bool:
    digest, size = hashlib.sha256(), 0
    try:
        async for chunk in objects.read(bijlage.object_id):
            digest.update(chunk)
            size += len(chunk)
    except (ObjectMissing, ObjectDamaged):
        return False
    return size == bijlage.size_bytes and digest.hexdigest() == bijlage.sha256
