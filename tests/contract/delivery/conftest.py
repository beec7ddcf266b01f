"""The whole way of a dossier over {SQLite, PostgreSQL} x {NATS, RabbitMQ} x {file, S3}.

What is marked `every_set` runs on all eight; the rest on four, in which each two components meet. All of
it runs on all eight with SETS=all.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from components.base import component
from components.brokers import Broker
from components.places import PATIENT, FilePlace, Place, S3Place
from components.s3 import fresh_prefix, start_s3
from components.world import Parts, World, open_world
from conftest import NewDatabase
from database.migrate import History
from faults.proxy import FaultProxy

_EACH_PAIR = {
    ("sqlite", "nats", "file"),
    ("sqlite", "rabbitmq", "s3"),
    ("postgresql", "nats", "s3"),
    ("postgresql", "rabbitmq", "file"),
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("SETS") == "all":
        return
    left = [item for item in items if not _is_wanted(item)]
    if left:
        items[:] = [item for item in items if _is_wanted(item)]
        config.hook.pytest_deselected(items=left)


def _is_wanted(item: pytest.Item) -> bool:
    if item.path.parent.name != "delivery" or item.path.parent.parent.name != "contract":
        return True
    params = getattr(item, "callspec").params  # noqa: B009 - of a function, which the type does not say
    components = tuple(params[fixture] for fixture in ("new_database", "broker", "places"))
    return components in _EACH_PAIR or item.get_closest_marker("every_set") is not None


@pytest.fixture(params=["file", "s3"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> dict[History, Place]:
    """Where the gateway keeps bijlagen, and where the store does."""
    names = {history: history.name.lower() for history in History}
    if request.param == "file":
        return {history: FilePlace(tmp_path / name) for history, name in names.items()}
    endpoint = component("s3", start_s3).address["endpoint"]
    prefix = fresh_prefix()
    return {
        history: S3Place(endpoint, f"{prefix}/{name}", tmp_path / "spool", owner=name, patience=PATIENT)
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
async def nothing_again(world: World) -> None:
    """NATS gives nothing out a second time because a handler on a slow machine took long."""
    await world.broker.delete(*world.topology.queues)
    world.topology = replace(world.topology, ack_wait_seconds=600.0)
    await world.provision()


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
