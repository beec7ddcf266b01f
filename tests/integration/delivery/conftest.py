"""Relay and store over both brokers, on SQLite and files; the promises over all sets: contract/delivery."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from components.brokers import Broker
from components.places import FilePlace
from components.world import Parts, World, open_world
from conftest import NewDatabase
from database.migrate import History

PartsOn = Callable[[Broker], Parts]


@pytest.fixture
def parts_on(new_sqlite: NewDatabase, tmp_path: Path) -> PartsOn:
    """For tests with a server of their own."""

    def make(broker: Broker) -> Parts:
        databases = {history: new_sqlite(history) for history in History}
        places = {history: FilePlace(tmp_path / history.name.lower()) for history in History}
        return Parts(broker=broker, databases=databases, places=places)  # type: ignore[arg-type]

    return make


@pytest.fixture
async def world(parts_on: PartsOn, broker: Broker) -> AsyncIterator[World]:
    """A world on the shared server, its queues declared."""
    async with open_world(parts_on(broker)) as made:
        yield made


@pytest.fixture
async def connect(world: World) -> AsyncIterator[Callable[..., Any]]:
    """Starts a connection, with a handler on the deliveries if one is given; all are stopped at the end."""
    started = []

    async def start(handler: Any = None, **settings: Any) -> Any:
        connection = world.connection(**settings)
        if handler is not None:
            connection.subscribe(world.topology.deliveries, handler)
        await connection.start()
        started.append(connection)
        return connection

    yield start
    for connection in started:
        await connection.stop()
