"""A broker of either kind, as a test wants it: connections that are quick, and a look into its queues."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import aiormq
import nats
from nats.js import JetStreamContext

from brokers.address import BrokerAddress
from brokers.backoff import Backoff
from brokers.nats import NatsConnection, NatsSettings
from brokers.nats_provision import credentials
from brokers.provision import provision
from brokers.rabbit import RabbitConnection, RabbitSettings
from brokers.rabbit_link import url_of
from brokers.topology import Queue, Topology
from dossier.errors import Unavailable

FAST = Backoff(first_seconds=0.02, cap_seconds=0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message as it lies in a queue."""

    body: bytes
    headers: dict[str, Any]


class Broker(Protocol):
    name: str
    address: BrokerAddress

    def connection(self, topology: Topology, observer: Any, **settings: Any) -> Any: ...

    async def waiting(self, queue: Queue) -> int:
        """Messages in a queue. On RabbitMQ not those that are handed out: stop the consumers first."""

    async def letters(self, queue: Queue) -> list[Letter]:
        """All messages of a queue that nobody consumes from; they stay."""

    async def delete(self, *queues: Queue) -> None: ...

    async def cut(self, connection: Any) -> None:
        """Ends what a connection consumes over, without a word to it."""


async def provision_patiently(address: BrokerAddress, topology: Topology) -> None:
    """Again, while a broker that has just begun is not ready for it."""
    async with asyncio.timeout(60):
        while True:
            try:
                await provision(address, topology)
            except Unavailable:
                await asyncio.sleep(0.05)
            else:
                return


class Nats:
    name = "nats"

    def __init__(self, address: BrokerAddress) -> None:
        self.address = address

    def connection(self, topology: Topology, observer: Any, **settings: Any) -> NatsConnection:
        quick: dict[str, Any] = {"failure": FAST, "fetch_seconds": 0.1, "reconnect_seconds": 0.05}
        return NatsConnection(self.address, topology, NatsSettings(**(quick | settings)), observer)

    async def waiting(self, queue: Queue) -> int:
        async with self.jetstream() as jetstream:
            return int((await jetstream.stream_info(queue.stream)).state.messages)

    async def letters(self, queue: Queue) -> list[Letter]:
        async with self.jetstream() as jetstream:
            state = (await jetstream.stream_info(queue.stream)).state
            found = [
                await jetstream.get_msg(queue.stream, n)
                for n in range(state.first_seq, state.last_seq + 1)
                if state.messages
            ]
        return [Letter(body=m.data or b"", headers=dict(m.headers or {})) for m in found]

    async def delete(self, *queues: Queue) -> None:
        async with self.jetstream() as jetstream:
            for queue in queues:
                await jetstream.delete_stream(queue.stream)

    async def cut(self, connection: NatsConnection) -> None:
        await connection._broker.connection.close()

    @asynccontextmanager
    async def jetstream(self) -> AsyncIterator[JetStreamContext]:
        client = await nats.connect(list(self.address.nodes), **credentials(self.address))
        try:
            yield client.jetstream(timeout=60)
        finally:
            await client.close()


class Rabbit:
    name = "rabbitmq"

    def __init__(self, address: BrokerAddress) -> None:
        self.address = address

    def connection(self, topology: Topology, observer: Any, **settings: Any) -> RabbitConnection:
        quick: dict[str, Any] = {"failure": FAST, "reconnect_seconds": 0.05}
        return RabbitConnection(self.address, topology, RabbitSettings(**(quick | settings)), observer)

    async def waiting(self, queue: Queue) -> int:
        async with self.channel() as channel:
            return int((await channel.queue_declare(queue.subject, passive=True)).message_count or 0)

    async def letters(self, queue: Queue) -> list[Letter]:
        found = []
        async with self.channel() as channel:
            while (got := await channel.basic_get(queue.subject)).delivery_tag:
                found.append(Letter(body=got.body, headers=dict(got.header.properties.headers or {})))
        return found

    async def delete(self, *queues: Queue) -> None:
        async with self.channel() as channel:
            for queue in queues:
                await channel.queue_delete(queue.subject)

    async def cut(self, connection: RabbitConnection) -> None:
        await connection._consuming.close()

    @asynccontextmanager
    async def channel(self) -> AsyncIterator[Any]:
        async with aiormq.Connection(url_of(self.address)) as connection:
            channel = await connection.channel()
            try:
                yield channel
            finally:
                with contextlib.suppress(asyncio.TimeoutError):
                    await channel.close(timeout=5)
