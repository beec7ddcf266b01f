"""An external NATS: what must be seen of it before it is trusted, and a cluster that loses a node."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace

import pytest

from brokers.address import parse_address
from brokers.messages import Done
from brokers.provision import check, provision
from brokers.topology import Topology
from components.brokers import Nats
from components.nats import NatsCluster, NatsServer
from dossier.errors import ConfigurationError, Unavailable

TOPOLOGY = Topology()
REPLICATED = Topology(replicas=3)


async def checked(address, topology) -> None:
    """As a role that starts: a stream may have no leader for a moment, and then it tries again."""
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(Unavailable):
                await check(address, topology)
                return
            await asyncio.sleep(0.1)


async def until(condition) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.fixture
def server(tmp_path):
    with contextlib.ExitStack() as running:

        def start(**options) -> NatsServer:
            name = options.setdefault("name", "one")
            made = NatsServer(tmp_path / name, **options)
            running.callback(made.stop)
            made.start()
            return made

        yield start


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    made = NatsCluster(tmp_path_factory.mktemp("cluster"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


async def test_a_single_server_that_shows_that_it_syncs_always_is_taken(server):
    one = server()
    address = parse_address(one.url, monitor_url=one.monitor_url + "/")
    await provision(address, TOPOLOGY)
    await check(address, TOPOLOGY)


@pytest.mark.parametrize("step", [provision, check])
async def test_a_single_server_that_shows_nothing_is_refused(server, step):
    with pytest.raises(ConfigurationError, match="BROKER_MONITOR_URL"):
        await step(parse_address(server().url), TOPOLOGY)


@pytest.mark.parametrize("jetstream", ["", "sync_interval: 1s"])
async def test_a_single_server_that_syncs_later_is_refused(server, jetstream):
    one = server(jetstream=jetstream)
    with pytest.raises(ConfigurationError, match="sync_interval: always"):
        await check(parse_address(one.url, monitor_url=one.monitor_url), TOPOLOGY)


async def test_the_monitoring_of_another_server_proves_nothing(server):
    ours, other = server(name="ours", jetstream=""), server(name="other")
    with pytest.raises(ConfigurationError, match="is not the monitoring"):
        await check(parse_address(ours.url, monitor_url=other.monitor_url), TOPOLOGY)


@pytest.mark.parametrize("monitor", ["http://127.0.0.1:1", "file:///etc/hosts", "{client}"])
async def test_a_monitoring_that_does_not_answer_is_refused(server, monitor):
    one = server()
    wrong = monitor.format(client=one.url.replace("nats", "http"))
    with pytest.raises(ConfigurationError, match="BROKER_MONITOR_URL"):
        await check(parse_address(one.url, monitor_url=wrong), TOPOLOGY)


async def test_a_user_and_password_get_in_and_a_wrong_one_does_not(server):
    one = server(more="authorization { user: gateway, password: geheim }")
    url = one.url.replace("//", "//gateway@")
    address = parse_address(url, password="geheim", monitor_url=one.monitor_url)
    await provision(address, TOPOLOGY)
    connection = Nats(address).connection(TOPOLOGY, None)
    await connection.start()
    await connection.publish(TOPOLOGY.deliveries.subject, "m", b"x")
    await connection.stop()
    with pytest.raises(ConfigurationError, match="password") as refused:
        await check(replace(address, password="anders"), TOPOLOGY)
    assert "geheim" not in str(refused.value)


async def test_three_copies_on_a_single_server_are_refused(server):
    with pytest.raises(ConfigurationError, match="no cluster"):
        await provision(parse_address(server().url), REPLICATED)


async def test_one_copy_in_a_cluster_is_refused(cluster):
    with pytest.raises(ConfigurationError, match="BROKER_REPLICAS=3"):
        await provision(cluster.address, TOPOLOGY)


async def test_streams_with_too_few_copies_are_refused_and_provisioning_adds_them(cluster):
    topology = replace(REPLICATED, prefix="few")
    await provision(cluster.address, topology)
    async with Nats(cluster.address).jetstream() as jetstream:
        config = (await jetstream.stream_info(topology.receipts.stream)).config
        config.num_replicas = 1
        await jetstream.update_stream(config)
    with pytest.raises(ConfigurationError, match="1 of the 3 copies"):
        await check(cluster.address, topology)
    await provision(cluster.address, topology)
    await check(cluster.address, topology)


async def test_a_cluster_that_loses_the_leader_under_load_loses_no_message(tmp_path):
    cluster = NatsCluster(tmp_path)
    topology = replace(REPLICATED, ack_wait_seconds=2.0)
    confirmed: set[bytes] = set()
    got: set[bytes] = set()

    async def handler(incoming):
        got.add(incoming.body)
        return Done()

    try:
        await asyncio.to_thread(cluster.start)
        await provision(cluster.address, topology)
        broker = Nats(cluster.address)
        consumer = broker.connection(topology, None)
        consumer.subscribe(topology.deliveries, handler)
        publisher = broker.connection(topology, None)
        await consumer.start()
        await publisher.start()

        async def publish(n: int) -> None:
            """As the relay does: under the same id, until it is confirmed."""
            while True:
                try:
                    await publisher.publish(topology.deliveries.subject, f"m{n}", b"%d" % n)
                except Unavailable:
                    await asyncio.sleep(0.05)
                else:
                    confirmed.add(b"%d" % n)
                    return

        async def load(first: int, last: int) -> None:
            for start in range(first, last, 20):
                await asyncio.gather(*(publish(n) for n in range(start, start + 20)))

        await load(0, 500)
        loading = asyncio.create_task(load(500, 2000))
        await until(lambda: len(confirmed) >= 700)
        leader = cluster.leader_of(topology.deliveries.stream)
        await asyncio.to_thread(leader.kill)
        async with asyncio.timeout(60):
            await loading
        await until(lambda: confirmed <= got)
        assert len(confirmed) == 2000
        await checked(cluster.address, topology)  # a role may start while a node is away
        await consumer.stop()
        await publisher.stop()
    finally:
        cluster.stop()
