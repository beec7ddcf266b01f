"""The whole way of a dossier over {SQLite, PostgreSQL} x {NATS, RabbitMQ} x {file, S3}."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from components.base import component
from components.brokers import Broker
from components.places import FilePlace, Place, S3Place
from components.s3 import fresh_prefix, start_s3
from components.world import Parts, World, open_world
from conftest import NewDatabase
from database.migrate import History
from faults.proxy import FaultProxy


@pytest.fixture(params=["file", "s3"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> dict[History, Place]:
    """Where the gateway keeps bijlagen, and where the store does."""
    names = {history: history.name.lower() for history in History}
    if request.param == "file":
        return {history: FilePlace(tmp_path / name) for history, name in names.items()}
    endpoint = component("s3", start_s3).address["endpoint"]
    prefix = fresh_prefix()
    return {
        history: S3Place(endpoint, f"{prefix}/{name}", tmp_path / "spool", owner=name)
        for history, name in names.items()
    }


@pytest.fixture
def parts(new_database: NewDatabase, broker: Broker, places: dict[History, Place]) -> Parts:
    """One of the eight sets, empty."""
    databases = {history: new_database(history) for history in History}
    return Parts(broker=broker, databases=databases, places=places)


@pytest.fixture
async def world(parts: Parts) -> AsyncIterator[World]:
    async with open_world(parts) as made:
        yield made


@pytest.fixture
def broker_door(world: World) -> Iterator[FaultProxy]:
    """All connections of the world go through it from now on; shut it, and the broker is away."""
    address = world.broker.address
    port = urlsplit(address.url).port
    assert port is not None
    with FaultProxy(port) as door:
        through = replace(address, url=address.url.replace(f":{port}", f":{door.port}"))
        world.broker = type(world.broker)(through)
        yield door
        world.broker = type(world.broker)(address)
