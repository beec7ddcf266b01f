"""Removes objects that no committed push needs: left by a crash between writing and deciding.

Only what is older than any request can last is looked at, so nothing in flight is ever touched.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Protocol

from dossier.identifiers import InzendingId

SWEEP_AGE_SECONDS = 24 * 3600.0
_BATCH = 200


class SweepableObjects(Protocol):
    def folders_older_than(self, age_seconds: float) -> AsyncIterator[InzendingId]: ...

    async def discard(self, inzending_id: InzendingId) -> None: ...


async def sweep(
    objects: SweepableObjects,
    needed: Callable[[Sequence[InzendingId]], Awaitable[Iterable[InzendingId]]],
    *,
    age_seconds: float = SWEEP_AGE_SECONDS,
) -> int:
    """Asks `needed` which of the old pushes the database knows, and removes the objects of the others.

    Returns how many pushes lost their objects. Any failure of `needed` ends the sweep: not knowing
    is no reason to remove.
    """
    removed = 0
    async for batch in _batches(objects.folders_older_than(age_seconds)):
        known = set(await needed(batch))
        for inzending_id in batch:
            if inzending_id not in known:
                await objects.discard(inzending_id)
                removed += 1
    return removed


async def _batches(old: AsyncIterator[InzendingId]) -> AsyncIterator[Sequence[InzendingId]]:
    batch: list[InzendingId] = []
    async for inzending_id in old:
        batch.append(inzending_id)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
