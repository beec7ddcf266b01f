"""Reads every bijlage again that a row promises, at both ends: after a restore, or when in doubt."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Engine

from database.engine import reading
from database.inzendingen import kept_bijlagen
from database.outbox_rows import State
from kindkans.queries import HeldBijlage, held_bijlagen
from kindkans.verify import ReadableObjects, damaged_bijlagen


class Place(StrEnum):
    KINDKANS = "KINDKANS"  # the store's copy: restore it, or the dossier has a hole
    ONBEZORGD = "ONBEZORGD"  # the gateway's, of what is not delivered: restore it, or it can not be
    BEZORGD = "BEZORGD"  # the gateway's, of what the store has: needed only if the store loses it


@dataclass(frozen=True, slots=True, kw_only=True)
class Damaged:
    place: Place
    bijlage: HeldBijlage


async def verify(
    gateway: Engine, store: Engine, objects: ReadableObjects, own: ReadableObjects
) -> AsyncIterator[Damaged]:
    """Those that are missing or not what they were. Raises Unavailable."""
    with reading(store) as connection:
        held = list(held_bijlagen(connection))
    async for bijlage in damaged_bijlagen(held, own):
        yield Damaged(place=Place.KINDKANS, bijlage=bijlage)
    with reading(gateway) as connection:
        kept = list(kept_bijlagen(connection))
    for place in (Place.ONBEZORGD, Place.BEZORGD):
        of_place = [
            HeldBijlage(
                dossiernummer=k.dossiernummer,
                versie=k.versie,
                positie=k.positie,
                size_bytes=k.size_bytes,
                sha256=k.sha256,
                object_id=k.object_id,
            )
            for k in kept
            if (k.state is State.BEZORGD) == (place is Place.BEZORGD)
        ]
        async for bijlage in damaged_bijlagen(of_place, objects):
            yield Damaged(place=place, bijlage=bijlage)
