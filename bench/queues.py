"""Publishes that are confirmed, and messages handled, per second: NATS and RabbitMQ side by side.

    python bench/queues.py [BROKER_URL ...]

Without a URL the embedded NATS, in a temporary folder. Each URL with its secrets in it, on a broker that may
be written to; the queues are made and left. 128 publishes at once, as the relay does it.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from brokers.address import BrokerAddress, parse_address
from brokers.connect import new_connection
from brokers.embedded import EmbeddedNats
from brokers.messages import Done, Incoming, Outcome
from brokers.observer import SilentBroker
from brokers.provision import provision
from brokers.topology import Topology

BATCH = 128
SECONDS = 10.0
BODY = secrets.token_bytes(3000)


async def main(urls: list[str]) -> None:
    print("| broker | confirmed publishes/s | a batch of 128: p50, p99 | handled/s |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedNats(Path(folder))
        await measure("embedded NATS, 1 node", await server.start())
        await server.stop()
    for url in urls:
        address = parse_address(url)
        await measure(address.url, address)


async def measure(name: str, address: BrokerAddress) -> None:
    topology = Topology(prefix=f"bench-{secrets.token_hex(4)}", replicas=1 if len(address.nodes) == 1 else 3)
    await provision(address, topology)
    published, batches = await _publish(address, topology)
    handled = await _consume(address, topology, published)
    batches.sort()
    p50, p99 = (1000 * batches[int(len(batches) * part)] for part in (0.5, 0.99))
    rate = published / SECONDS
    print(f"| {name} | {rate:,.0f} | {p50:.0f} ms, {p99:.0f} ms | {handled:,.0f} |", flush=True)


async def _publish(address: BrokerAddress, topology: Topology) -> tuple[int, list[float]]:
    connection = new_connection(address, topology, SilentBroker())
    await connection.start()
    publish: Callable[[str, str, bytes], Awaitable[None]] = connection.publish
    subject = topology.deliveries.subject
    batches: list[float] = []
    ends = time.perf_counter() + SECONDS
    while (began := time.perf_counter()) < ends:
        await asyncio.gather(*(publish(subject, secrets.token_hex(16), BODY) for _ in range(BATCH)))
        batches.append(time.perf_counter() - began)
    await connection.stop()
    return len(batches) * BATCH, batches


async def _consume(address: BrokerAddress, topology: Topology, messages: int) -> float:
    handled, all_handled = 0, asyncio.Event()

    async def handler(incoming: Incoming) -> Outcome:
        nonlocal handled
        handled += 1
        if handled == messages:
            all_handled.set()
        return Done()

    connection = new_connection(address, topology, SilentBroker())
    connection.subscribe(topology.deliveries, handler)
    began = time.perf_counter()
    await connection.start()
    await all_handled.wait()
    seconds = time.perf_counter() - began
    await connection.stop()
    return messages / seconds


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1:]))
