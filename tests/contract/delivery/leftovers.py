"""What the store's storage holds beyond what its versions need."""

from __future__ import annotations

from collections.abc import Sequence

from components.world import World
from dossier.identifiers import InzendingId
from kindkans import queries
from storage.sweeper import sweep


async def copies_left(world: World) -> int:
    """Of bijlagen in the store, once all handling is done.

    What it could not remove, for a neighbour was too slow to answer, it leaves to the sweeper, and says so.
    """
    swept = await sweep_store(world)
    told = world.seen.count("postponed") + world.seen.count("left_behind")
    assert swept == 0 or told > 0
    return len(await world.store.folders())


async def sweep_store(world: World) -> int:
    """As the store's role does, without the wait of a day; how many copies no version needed."""

    async def needed(copies: Sequence[InzendingId]) -> set[InzendingId]:
        found: set[InzendingId] = world.store.read(queries.copies_in_use, copies)
        return found

    return await sweep(world.store.objects, needed, age_seconds=-60)
