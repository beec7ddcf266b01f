"""The parts of a process, built from settings. Each role is a list of these (wiring.py)."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine

from adapters.parnassys.endpoint import Endpoint
from brokers.address import BrokerAddress
from brokers.connect import new_connection
from brokers.embedded import EmbeddedNats
from brokers.messages import Handler
from brokers.observer import BrokerObserver
from brokers.provision import provision
from brokers.topology import Queue, Topology
from database.committer import Committer
from dossier.errors import GatewayError, Unavailable
from dossier.identifiers import InzendingId
from gateway.health import Health
from gateway.logs import get_logger
from gateway.process import Failure, watched
from outbox.relay import Relay
from storage.sweeper import SweepableObjects, sweep

_RETRY_SECONDS = 1.0
_SWEEP_EVERY_SECONDS = 3600.0


class EmbeddedBroker:
    """The embedded NATS, and its streams declared."""

    def __init__(self, server: EmbeddedNats, topology: Topology) -> None:
        self._server = server
        self._topology = topology

    async def start(self) -> None:
        address = await self._server.start()
        await provision(address, self._topology)

    async def stop(self) -> None:
        await self._server.stop()


class Database:
    """The committer of one database."""

    def __init__(self, engine: Engine, committer: Committer) -> None:
        self._engine = engine
        self._committer = committer

    async def start(self) -> None:
        self._committer.start()

    async def stop(self) -> None:
        await asyncio.to_thread(self._committer.stop)
        self._engine.dispose()


class BrokerConnection(Protocol):
    """To a broker of any kind: `subscribe`, then `start`, `publish` at will, `stop`."""

    def subscribe(self, queue: Queue, handler: Handler) -> None: ...

    async def start(self) -> None:
        """Raises ConfigurationError, Unavailable("broker")."""

    async def stop(self) -> None: ...

    async def publish(self, subject: str, message_id: str, body: bytes) -> None:
        """Returns when the broker has it durable. Raises Unavailable("broker"), PublishRefused."""

    @property
    def is_connected(self) -> bool: ...


class BrokerLink:
    """A connection that is made as soon as the broker is there: a broker that is down stops nobody."""

    def __init__(
        self,
        *,
        address: Callable[[], BrokerAddress],
        topology: Topology,
        observer: BrokerObserver,
        failure: Failure,
    ) -> None:
        self._address = address
        self._topology = topology
        self._observer = observer
        self._subscriptions: list[tuple[Queue, Handler]] = []
        self._failure = failure
        self._connection: BrokerConnection | None = None
        self._connecting: asyncio.Task[None] | None = None

    def subscribe(self, queue: Queue, handler: Handler) -> None:
        """Before `start`."""
        self._subscriptions.append((queue, handler))

    async def start(self) -> None:
        self._connecting = watched(self._connect(), "broker_link", self._failure)

    async def stop(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        if self._connection is not None:
            await self._connection.stop()

    async def publish(self, subject: str, message_id: str, body: bytes) -> None:
        """Raises Unavailable("broker") while there is no connection, PublishRefused."""
        await self.connection.publish(subject, message_id, body)

    @property
    def connection(self) -> BrokerConnection:
        if self._connection is None:
            raise Unavailable("broker")
        return self._connection

    async def check(self) -> None:
        """Raises Unavailable("broker") unless we are connected."""
        if not self.connection.is_connected:
            raise Unavailable("broker")

    async def _connect(self) -> None:
        while self._connection is None:
            connection: BrokerConnection = new_connection(self._address(), self._topology, self._observer)
            for queue, handler in self._subscriptions:
                connection.subscribe(queue, handler)
            try:
                await connection.start()
                self._connection = connection
            except Unavailable:
                await connection.stop()
                self._observer.connection_error("Unavailable")
                await asyncio.sleep(_RETRY_SECONDS)


class RelayLoop:
    """The relay, running."""

    def __init__(self, relay: Relay, failure: Failure) -> None:
        self._relay = relay
        self._failure = failure
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = watched(self._relay.run(), "relay", self._failure)

    async def stop(self) -> None:
        if self._task is not None:
            await self._relay.stop()


class StorageCheck:
    """Refuses storage that is known to lose or leak. One that is away stops nobody: /readyz says so."""

    def __init__(self, role: str, check: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._log = get_logger(role=role)
        self._check = check

    async def start(self) -> None:
        """Raises ConfigurationError."""
        try:
            await self._check()
        except Unavailable as exc:
            self._log.warning("storage_unavailable", error_type=type(exc).__name__)

    async def stop(self) -> None: ...


class Sweeping:
    """Removes orphaned bijlagen at start and every hour."""

    def __init__(
        self,
        role: str,
        objects: SweepableObjects,
        needed: Callable[[Sequence[InzendingId]], Coroutine[Any, Any, set[InzendingId]]],
    ) -> None:
        self._log = get_logger(role=role)
        self._objects = objects
        self._needed = needed
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                self._log.info("swept", count=await sweep(self._objects, self._needed))
            except (GatewayError, OSError) as exc:  # the next round does it
                self._log.warning("sweep_failed", error_type=type(exc).__name__)
            await asyncio.sleep(_SWEEP_EVERY_SECONDS)


class Deciding:
    """Stopped after the server: waits for decisions whose requests are gone."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    async def start(self) -> None: ...

    async def stop(self) -> None:
        await self._endpoint.idle()


class Readiness:
    """Started last, so that it is stopped first: /readyz says no before anything else ends."""

    def __init__(self, health: Health) -> None:
        self._health = health

    async def start(self) -> None:
        self._health.open()

    async def stop(self) -> None:
        self._health.drain()


class Running:
    """running-NAME.json in the data folder while the process is up: where it can be reached.

    For who chose port 0, and for who wonders whether it runs.
    """

    def __init__(self, folder: Path, name: str, **urls: str | None) -> None:
        self._path = folder / f"running-{name}.json"
        self._content = json.dumps({"pid": os.getpid(), **urls})

    async def start(self) -> None:
        temporary = self._path.with_name(f".{self._path.name}")
        temporary.write_text(self._content)
        temporary.replace(self._path)

    async def stop(self) -> None:
        self._path.unlink(missing_ok=True)
