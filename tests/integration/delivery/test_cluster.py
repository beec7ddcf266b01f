"""Relay and store on a NATS cluster of three that loses a node."""

from __future__ import annotations

import asyncio
import secrets

import pytest

from brokers.topology import Topology
from components.brokers import Nats
from components.nats import NatsCluster
from components.world import World


@pytest.fixture
def cluster(tmp_path):
    made = NatsCluster(tmp_path / "cluster")
    try:
        made.start()
        yield made
    finally:
        made.stop()


async def test_all_arrive_once_when_the_leader_is_killed_amid_the_stream(cluster, parts_on):
    world = World(parts_on(Nats(cluster.address)))
    world.topology = Topology(prefix=f"t{secrets.token_hex(4)}", replicas=3, ack_wait_seconds=2.0)
    await world.provision()
    async with world.storing(), world.relaying():
        for n in range(400):
            await world.accept()
            if n == 150:
                leader = await asyncio.to_thread(cluster.leader_of, world.topology.deliveries.stream)
                await asyncio.to_thread(leader.kill)
        await world.until(lambda: world.states() == {"bezorgd": 400}, seconds=60)
    assert len(world.held()) == len(set(world.held())) == 400
    assert world.seen.count("dead") == 0
    world.close()
