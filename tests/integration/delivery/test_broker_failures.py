"""The broker goes away, restarts, loses everything or freezes: nothing is lost and nothing dies of it."""

from __future__ import annotations

import asyncio
import json
import socket

import pytest

from brokers.address import BrokerAddress, parse_address
from brokers.connect import new_connection
from brokers.messages import Done
from brokers.nats_provision import check_server
from brokers.observer import SilentBroker
from brokers.provision import check, provision
from brokers.topology import Topology
from components.world import World
from dossier.errors import ConfigurationError, Unavailable
from integration.delivery.own_server import OwnNats, OwnRabbit

pytestmark = pytest.mark.xdist_group("own_rabbit")  # one such server is enough


@pytest.fixture(params=["nats", "rabbitmq"])
async def server(request, tmp_path):
    if request.param == "rabbitmq":
        yield OwnRabbit(request.getfixturevalue("own_rabbit"))
        return
    server = OwnNats(tmp_path / "nats")
    await server.up()
    yield server
    await server.down()


@pytest.fixture
async def own_world(server, parts_on):
    world = World(parts_on(server.broker))
    await world.provision()
    yield world
    world.close()


async def test_while_the_broker_is_down_no_attempt_is_counted_and_nothing_dies(own_world, server):
    world = own_world
    async with world.storing(), world.relaying():
        await server.down()
        events = [await world.accept() for _ in range(20)]
        await world.until(lambda: world.seen.count("paused") > 5)
        assert world.states() == {"wachtend": 20}
        assert {world.event(e).attempts for e in events} == {0}
        await server.up()
        await world.until_states(bezorgd=20)
        assert 2 <= world.seen.count("disconnected") <= 4  # told once of each, and not of each vain try
    assert len(world.held()) == len(set(world.held())) == 20


async def test_a_broker_that_is_killed_amid_the_stream_comes_back_and_all_arrives_once(own_world, server):
    world = own_world
    async with world.storing(), world.relaying():
        for n in range(300):
            await world.accept()
            if n == 150:
                await server.crash()
        await world.until_states(bezorgd=300)
    assert len(world.held()) == len(set(world.held())) == 300
    assert world.seen.count("closed") == 0


@pytest.mark.parametrize("server", ["nats"], indirect=True)  # on RabbitMQ the two tests above say it
async def test_a_broker_that_is_stopped_and_started_amid_the_stream_loses_nothing(own_world, server):
    world = own_world
    async with world.storing(), world.relaying():
        for n in range(100):
            await world.accept()
            if n == 50:
                await server.down()
                await server.up()
        await world.until_states(bezorgd=100)
    assert len(world.held()) == len(set(world.held())) == 100
    assert world.seen.count("closed") == 0


async def test_what_was_confirmed_survives_that_the_broker_is_killed(own_world, server):
    world = own_world
    got: list[bytes] = []

    async def handler(incoming):
        got.append(incoming.body)
        return Done()

    publisher = world.connection()
    await publisher.start()
    bodies = [b"%d" % n for n in range(500)]
    subject = world.topology.deliveries.subject
    await asyncio.gather(*(publisher.publish(subject, f"m{body!r}", body) for body in bodies))
    await server.crash()
    consumer = world.connection()
    consumer.subscribe(world.topology.deliveries, handler)
    await consumer.start()
    await world.until(lambda: len(got) >= 500)
    assert set(got) == set(bodies)
    await consumer.stop()
    await publisher.stop()


async def test_a_publish_in_flight_ends_as_soon_as_the_connection_is_lost(own_world, server):
    connection = own_world.connection(publish_seconds=600)
    await connection.start()
    server.freeze()  # so that it confirms nothing
    publishing = asyncio.create_task(
        connection.publish(own_world.topology.deliveries.subject, "m1", b"x" * 100_000)
    )
    try:
        await asyncio.wait({publishing}, timeout=0.3)
        assert not publishing.done()
        await asyncio.gather(server.crash(), _ends_as_unavailable(publishing))
    finally:
        publishing.cancel()
        await connection.stop()


async def _ends_as_unavailable(publishing) -> None:
    async with asyncio.timeout(60):
        with pytest.raises(Unavailable):
            await publishing


async def test_a_wiped_broker_is_filled_again_from_the_outbox(own_world, server):
    world = own_world
    for _ in range(30):
        await world.accept()
    async with world.relaying():
        await world.until_states(gepubliceerd=30)
    await server.wipe(world.topology)
    await world.provision()
    async with world.storing():
        assert world.held() == []
        await world.receipts_are_late()
        async with world.relaying():
            await world.until_states(bezorgd=30)
    assert len(world.held()) == 30


async def test_a_consumer_survives_that_its_queue_was_wiped_under_it(own_world, server):
    world = own_world
    async with world.storing(), world.relaying():
        await world.accept()
        await world.until_states(bezorgd=1)
        await server.wipe(world.topology)
        await world.accept()
        await world.until(lambda: world.seen.count("paused") > 3)
        assert world.seen.count("refused") == 0
        await world.provision()
        await world.until_states(bezorgd=2)


async def test_a_frozen_broker_is_unavailable_within_the_time_set(own_world, server):
    connection = own_world.connection(publish_seconds=0.2)
    await connection.start()
    server.freeze()
    try:
        async with asyncio.timeout(60):
            with pytest.raises(Unavailable):
                await connection.publish(own_world.topology.deliveries.subject, "m1", b"x")
    finally:
        server.thaw()
    await connection.stop()


async def test_what_timed_out_and_arrived_all_the_same_is_stored_once(own_world, server):
    world = own_world
    hasty = world.connection(publish_seconds=0.2)
    await hasty.start()
    async with world.storing(), world.relaying(publish=hasty.publish):
        server.freeze()
        try:
            for _ in range(20):
                await world.accept()
            await world.until(lambda: world.seen.count("paused") > 2)
            assert world.states() == {"wachtend": 20}
        finally:
            server.thaw()
        await world.until_states(bezorgd=20)
    await hasty.stop()
    assert len(world.held()) == len(set(world.held())) == 20


@pytest.mark.parametrize("server", ["nats"], indirect=True)
async def test_reconnecting_has_no_last_try(own_world, server):
    connection = own_world.connection(reconnect_seconds=0.01)
    await connection.start()
    await server.down()
    await own_world.until(
        lambda: own_world.seen.count("connection_error") > 70
    )  # by itself it gives up at 60
    await server.up()
    await own_world.until(lambda: connection.is_connected)
    await connection.publish(own_world.topology.deliveries.subject, "m", b"x")
    assert own_world.seen.count("closed") == 0
    await connection.stop()


async def test_a_start_on_a_frozen_broker_is_unavailable_and_a_stop_ends(own_world, server):
    running = own_world.connection(stop_grace_seconds=0.5)
    running.subscribe(own_world.topology.deliveries, lambda incoming: asyncio.sleep(0, Done()))
    await running.start()
    starting = own_world.connection(start_seconds=0.5)
    server.freeze()
    try:
        with pytest.raises(Unavailable):
            await starting.start()
        await asyncio.gather(starting.stop(), running.stop())
    finally:
        server.thaw()


@pytest.mark.parametrize("url", ["nats://127.0.0.1:{}", "amqp://guest:guest@127.0.0.1:{}"])
async def test_a_start_without_a_broker_is_unavailable_and_can_be_stopped(url):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    connection = new_connection(parse_address(url.format(port)), Topology(), SilentBroker())
    with pytest.raises(Unavailable):
        await connection.start()
    await connection.stop()


async def test_missing_queues_are_refused_with_the_remedy_and_not_made(broker):
    topology = Topology(prefix="never-declared")
    connection = broker.connection(topology, SilentBroker())
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="provision"):
            await connection.start()
    await connection.stop()


async def test_wrong_credentials_are_refused(broker):
    address = broker.address
    wrong = BrokerAddress(url=address.url, user=address.user, token="wrong", password="wrong")
    with pytest.raises(ConfigurationError, match="password"):
        await check(wrong, Topology())


async def test_provisioning_twice_changes_nothing(broker):
    topology = Topology(prefix="twice", max_queue_bytes=2**20)
    assert await provision(broker.address, topology) == await provision(broker.address, topology)
    await check(broker.address, topology)
    await broker.delete(*topology.queues)


async def test_an_old_nats_is_refused():
    """No server that old can be had; what it would say of itself is all that counts."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        about = {"server_id": "x", "version": "2.9.10", "proto": 1, "headers": True, "max_payload": 1_048_576}
        writer.write(b"INFO " + json.dumps(about).encode() + b"\r\n")
        while line := await reader.readline():
            if line.startswith(b"PING"):
                writer.write(b"PONG\r\n")
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    old = BrokerAddress(url=f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    try:
        with pytest.raises(ConfigurationError, match=r"2\.9\.10.*2\.10\.23"):
            await check_server(old, Topology(replicas=3))
    finally:
        server.close()
