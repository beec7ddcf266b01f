"""Servers of a test's own, of either kind, for what no shared one survives."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from brokers.address import parse_address
from brokers.embedded import EmbeddedNats
from brokers.process import answers_with_jetstream
from brokers.topology import Topology
from components.brokers import Broker, Nats, Rabbit
from components.freeze import freeze, thaw
from components.nats import used_nats
from components.rabbitmq import RabbitServer


class OwnServer(Protocol):
    broker: Broker

    async def down(self) -> None: ...

    async def up(self) -> None:
        """Returns when it answers."""

    async def crash(self) -> None:
        """SIGKILL; returns when it is back."""

    async def wipe(self, topology: Topology) -> None:
        """It is up again, and knows nothing."""

    def freeze(self) -> None: ...

    def thaw(self) -> None: ...


class OwnNats:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = EmbeddedNats(folder)
        self.broker: Any = None

    async def up(self) -> None:
        used_nats()
        self.broker = Nats(await self._server.start())

    async def down(self) -> None:
        await self._server.stop()

    async def crash(self) -> None:
        killed = self._server.pid
        assert killed
        os.kill(killed, signal.SIGKILL)
        async with asyncio.timeout(60):
            while self._server.pid in (None, killed) or not await self._answers():  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def _answers(self) -> bool:
        place = urlsplit(self._server.address.url)
        return await answers_with_jetstream(place.hostname or "", place.port or 0)

    async def wipe(self, topology: Topology) -> None:
        await self.down()
        shutil.rmtree(self._folder / "store")
        await self.up()

    def freeze(self) -> None:
        freeze(self._server.pid or 0)

    def thaw(self) -> None:
        thaw(self._server.pid or 0)


class OwnRabbit:
    def __init__(self, server: RabbitServer) -> None:
        self._server = server
        self.broker = Rabbit(parse_address(f"amqp://guest:guest@127.0.0.1:{server.port}"))

    async def up(self) -> None:
        await asyncio.to_thread(self._server.start)

    async def down(self) -> None:
        await asyncio.to_thread(self._server.end)

    async def crash(self) -> None:
        await asyncio.to_thread(self._server.kill)
        await self.up()

    async def wipe(self, topology: Topology) -> None:
        await self.broker.delete(*topology.queues)

    def freeze(self) -> None:
        self._server.freeze()

    def thaw(self) -> None:
        self._server.thaw()
