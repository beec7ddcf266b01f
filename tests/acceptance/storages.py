"""A look into the core store's bijlagen, past its own verify."""

from __future__ import annotations

import asyncio
import hashlib

from acceptance.process import Gateway
from gateway.storages import open_store_objects
from storage.keyring import load
from storage.seal import Seal


def held_bijlagen(gateway: Gateway) -> list[str]:
    """The sha256 of every bijlage of the store, as read back; it must be what its row says.

    Raises ObjectMissing, ObjectDamaged.
    """
    rows = gateway.store_rows("SELECT object_id, sha256 FROM bijlage")

    async def read() -> list[str]:
        objects = open_store_objects(gateway.settings, Seal(load(gateway.settings.keyring_path)))
        return [
            hashlib.sha256(b"".join([piece async for piece in objects.read(object_id)])).hexdigest()
            for object_id, _ in rows
        ]

    found = asyncio.run(read())
    assert found == [sha256 for _, sha256 in rows]
    return found
