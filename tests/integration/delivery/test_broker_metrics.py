"""What a role's metrics tell of its connection, against servers that go away, come back and raise alarms."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest

from brokers.messages import Done, Incoming, Outcome
from brokers.topology import Topology
from components.brokers import provision_patiently
from dossier.errors import Unavailable
from gateway.metrics import Metrics
from gateway.observers import BrokerLog
from integration.delivery.own_server import OwnNats, OwnRabbit, OwnServer

pytestmark = pytest.mark.xdist_group("own_rabbit")


@pytest.fixture(params=["nats", "rabbitmq"])
async def server(request: pytest.FixtureRequest, tmp_path: Any) -> AsyncIterator[OwnServer]:
    if request.param == "rabbitmq":
        yield OwnRabbit(request.getfixturevalue("own_rabbit"))
        return
    server = OwnNats(tmp_path / "nats")
    await server.up()
    yield server
    await server.down()


class Told:
    """The metrics of a connection that publishes and consumes."""

    def __init__(self, server: OwnServer) -> None:
        self._metrics = Metrics()
        self._labels = {"role": "relay", "broker": server.broker.name}
        self.log = BrokerLog("relay", server.broker.name, self._metrics, lambda: None)

    def value(self, name: str, **labels: str) -> float | None:
        return self._metrics.registry.get_sample_value(f"kindkans_broker_{name}", self._labels | labels)

    def events(self, event: str) -> float | None:
        labels = {"role": "relay", "event": event}
        return self._metrics.registry.get_sample_value("kindkans_broker_events_total", labels)


@pytest.fixture
def told(server: OwnServer) -> Told:
    return Told(server)


@pytest.fixture
async def topology(server: OwnServer) -> Topology:
    topology = Topology(prefix=f"t{secrets.token_hex(4)}")
    await provision_patiently(server.broker.address, topology)
    return topology


@pytest.fixture
async def connection(server: OwnServer, told: Told, topology: Topology) -> AsyncIterator[Any]:
    connection = server.broker.connection(topology, told.log, publish_seconds=0.5)
    connection.subscribe(topology.receipts, _done)
    yield connection
    await connection.stop()


async def _done(_incoming: Incoming) -> Outcome:
    return Done()


async def until(condition: Any) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_connected_is_1_while_all_of_it_is(
    server: OwnServer, told: Told, topology: Topology, connection: Any
) -> None:
    assert told.value("connected") == 0
    await connection.start()
    assert told.value("connected") == 1
    await server.down()
    await until(lambda: told.value("connected") == 0)
    await server.up()
    await until(lambda: told.value("connected") == 1)

    assert connection.is_connected
    assert (told.events("connected"), told.events("disconnected")) == (2, 1)
    assert told.value("blocked") == 0


@pytest.mark.parametrize("server", ["rabbitmq"], indirect=True)
async def test_connected_is_0_while_one_of_the_two_connections_is_away(
    server: OwnServer, told: Told, connection: Any
) -> None:
    await connection.start()
    back = asyncio.Event()
    original = connection._publishing._nodes.create

    async def later(*args: Any, **kwargs: Any) -> Any:
        await back.wait()
        return await original(*args, **kwargs)

    connection._publishing._nodes.create = later  # it cannot come back yet
    connection._publishing._nodes.abort()
    await until(lambda: told.value("connected") == 0)
    connection._consuming._nodes.abort()
    await until(lambda: not connection._consuming.is_up)
    await until(lambda: connection._consuming.is_up)  # that one is back

    assert told.value("connected") == 0
    back.set()
    await until(lambda: told.value("connected") == 1)


@pytest.mark.parametrize("server", ["rabbitmq"], indirect=True)
async def test_blocked_is_1_while_an_alarm_of_its_memory_is_on(
    server: OwnServer, told: Told, topology: Topology, connection: Any, own_rabbit: Any
) -> None:
    await connection.start()

    async def publish() -> bool:
        try:
            await connection.publish(topology.deliveries.subject, "m", b"x")
        except Unavailable:
            return False
        return True

    assert await publish()
    assert told.value("blocked") == 0
    await asyncio.to_thread(own_rabbit.control, "set_vm_memory_high_watermark", "0.00001")
    try:
        assert not await publish()  # the first that is sent after the alarm makes the server say so
        await until(lambda: told.value("blocked") == 1)
        assert told.value("connected") == 1
    finally:
        await asyncio.to_thread(own_rabbit.control, "set_vm_memory_high_watermark", "0.4")
    await until(lambda: told.value("blocked") == 0)

    assert await publish()


@pytest.mark.parametrize("server", ["rabbitmq"], indirect=True)
async def test_blocked_is_told_on_a_connection_that_came_back_too_and_never_of_one_that_is_away(
    server: OwnServer, told: Told, topology: Topology, connection: Any, own_rabbit: Any
) -> None:
    await connection.start()
    await server.down()
    await until(lambda: told.value("connected") == 0)
    await server.up()
    await until(lambda: told.value("connected") == 1)
    await asyncio.to_thread(own_rabbit.disk_alarm, True)
    with pytest.raises(Unavailable):
        await connection.publish(topology.deliveries.subject, "m", b"x")
    await until(lambda: told.value("blocked") == 1)
    await server.down()  # which ends its alarm: it is set in memory only
    await until(lambda: told.value("connected") == 0)

    assert told.value("blocked") == 0
    await server.up()
    await until(lambda: told.value("connected") == 1)
    assert told.value("blocked") == 0
