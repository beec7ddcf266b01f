"""The broker goes away, restarts, loses everything or freezes: nothing is lost and nothing dies of it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket

import pytest

from brokers.address import BrokerAddress
from brokers.embedded import EmbeddedNats
from brokers.nats import NatsConnection, NatsSettings
from brokers.provision import check, provision
from brokers.topology import Topology
from dossier.errors import ConfigurationError, Unavailable


@pytest.fixture
async def server(tmp_path):
    server = EmbeddedNats(tmp_path / "nats")
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def own_world(tmp_path, server, new_world):
    world = new_world(tmp_path, server.address)
    await world.provision()
    yield world
    world.close()


async def test_while_the_broker_is_down_no_attempt_is_counted_and_nothing_dies(own_world, server):
    world = own_world
    async with world.storing(), world.relaying():
        await server.stop()
        events = [await world.accept() for _ in range(20)]
        await world.until(lambda: world.seen.count("paused") > 5)
        assert world.states() == {"wachtend": 20}
        assert {world.event(e).attempts for e in events} == {0}
        await server.start()
        await world.until_states(bezorgd=20)
    assert len(world.held()) == len(set(world.held())) == 20


async def test_a_broker_that_is_killed_amid_the_stream_comes_back_and_all_arrives_once(own_world, server):
    world = own_world
    async with world.storing(), world.relaying():
        for n in range(300):
            await world.accept()
            if n in (100, 200):
                killed = server.pid
                os.kill(killed, signal.SIGKILL)
                await world.until(lambda killed=killed: server.pid not in (None, killed))
        await world.until_states(bezorgd=300)
    assert len(world.held()) == len(set(world.held())) == 300
    assert world.seen.count("closed") == 0


async def test_a_broker_that_is_stopped_and_started_amid_the_stream_loses_nothing(own_world, server):
    world = own_world
    async with world.storing(), world.relaying():
        for n in range(100):
            await world.accept()
            if n == 50:
                await server.stop()
                await server.start()
        await world.until_states(bezorgd=100)
    assert len(world.held()) == len(set(world.held())) == 100
    assert world.seen.count("closed") == 0


async def test_a_wiped_broker_is_filled_again_from_the_outbox(own_world, server, relay_settings, tmp_path):
    world = own_world
    for _ in range(30):
        await world.accept()
    async with world.relaying():
        await world.until_states(gepubliceerd=30)
    await server.stop()
    shutil.rmtree(tmp_path / "nats" / "store")
    await server.start()
    await world.provision()
    async with world.storing():
        assert world.held() == []
        # Its first publish promised a receipt within five minutes; those are over now.
        _make_due(world)
        async with world.relaying():
            await world.until_states(bezorgd=30)
    assert len(world.held()) == 30


async def test_a_consumer_survives_that_its_stream_was_wiped_under_it(own_world, server, tmp_path):
    world = own_world
    async with world.storing(), world.relaying():
        await world.accept()
        await world.until_states(bezorgd=1)
        await server.stop()
        shutil.rmtree(tmp_path / "nats" / "store")
        await server.start()
        await world.accept()
        await world.until(lambda: world.seen.count("paused") > 3)
        await world.provision()
        await world.until_states(bezorgd=2)


async def test_a_frozen_broker_is_unavailable_within_the_time_set(own_world, server):
    connection = NatsConnection(server.address, own_world.topology, NatsSettings(publish_seconds=0.2))
    await connection.start()
    os.kill(server.pid, signal.SIGSTOP)
    try:
        async with asyncio.timeout(3):
            with pytest.raises(Unavailable):
                await connection.publish(own_world.topology.deliveries.subject, "m1", b"x")
    finally:
        os.kill(server.pid, signal.SIGCONT)
    await connection.stop()


async def test_a_start_without_a_broker_is_unavailable_and_can_be_stopped(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    connection = NatsConnection(BrokerAddress(url=f"nats://127.0.0.1:{port}"), Topology())
    with pytest.raises(Unavailable):
        await connection.start()
    await connection.stop()


async def test_missing_streams_are_refused_with_the_remedy(nats_server):
    connection = NatsConnection(nats_server, Topology(prefix="never-declared"))
    with pytest.raises(ConfigurationError, match="provision"):
        await connection.start()
    await connection.stop()


async def test_a_wrong_token_is_refused(nats_server):
    wrong = BrokerAddress(url=nats_server.url, token="wrong")
    with pytest.raises(ConfigurationError, match="token"):
        await check(wrong, ())


async def test_provisioning_twice_changes_nothing(nats_server):
    topology = Topology(prefix="twice", max_queue_bytes=2**20)
    assert await provision(nats_server, topology) == await provision(nats_server, topology)
    await check(nats_server, topology.queues)


async def test_an_old_server_is_refused():
    old = BrokerAddress(url="nats://127.0.0.1:4222")
    try:
        await check(old, ())
    except Unavailable:
        pytest.skip("no NATS of Debian listens on 4222")
    except ConfigurationError as exc:
        assert "2.9" in str(exc)  # noqa: PT017
        assert "2.10.23" in str(exc)  # noqa: PT017
    else:
        pytest.skip("the NATS on 4222 is new enough")


def _make_due(world) -> None:
    with world.gateway.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outbox SET due_ms = 0 WHERE state = 'gepubliceerd'")
