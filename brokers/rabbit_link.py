"""One AMQP connection through FastStream, to whichever node answers; it reconnects for ever."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import ssl
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from aio_pika import RobustConnection
from aiormq.connection import TCPTransportFactory, TLSTransportFactory, TransportFactory
from aiormq.exceptions import AMQPConnectionError
from faststream.rabbit import Channel, RabbitBroker
from yarl import URL

from brokers.address import BrokerAddress
from brokers.rabbit_errors import answered_within
from dossier.errors import Unavailable

_CONNECT_SECONDS = 5.0
_CLOSE_SECONDS = 5.0


class Nodes(TransportFactory):
    """Opens a stream to the first node that answers; each time it begins with the one after the last."""

    def __init__(self, nodes: Sequence[str]) -> None:
        places = [(parts.hostname, parts.port) for parts in map(urlsplit, nodes)]
        random.shuffle(places)  # so that not all processes choose the same
        self._turn = itertools.cycle(places)
        self._count = len(places)
        tls = nodes[0].startswith("amqps")
        self._transport = TLSTransportFactory() if tls else TCPTransportFactory()
        self._seconds = _CONNECT_SECONDS / self._count
        self._writer: asyncio.StreamWriter | None = None

    async def create(self, url: URL, **options: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        failure: Exception | None = None
        for host, port in itertools.islice(self._turn, self._count):
            try:
                async with asyncio.timeout(self._seconds):
                    place = url.with_host(host or "").with_port(port)
                    reader, self._writer = await self._transport.create(place, **dict(options))
                    return reader, self._writer
            except (AMQPConnectionError, OSError) as exc:
                failure = exc
        raise AMQPConnectionError from failure

    def abort(self) -> None:
        """Ends the last stream at once, without a word."""
        if self._writer is not None:
            self._writer.transport.abort()


def url_of(address: BrokerAddress, *, heartbeat_seconds: int = 10, name: str = "kindkans-gateway") -> URL:
    """With the secrets in it, for the library only. Which host stands in it is of no matter: see Nodes."""
    first = urlsplit(address.nodes[0])
    user, password = quote(address.user, safe=""), quote(address.password, safe="")
    path = first.path if len(first.path) > 1 else "/"
    url = URL(f"{first.scheme}://{user}:{password}@{first.netloc}{path}")
    return url.with_query(heartbeat=str(heartbeat_seconds), name=name)


def tls_context(address: BrokerAddress) -> ssl.SSLContext | None:
    """Of the system's authorities, or those in SSL_CERT_FILE."""
    return ssl.create_default_context() if address.scheme == "amqps" else None


class RabbitLink(RabbitBroker):
    """FastStream's broker, with a connection of our making.

    FastStream's own knows one host, and leaves a connection behind when a start is cut off. Its `stop`
    asks the server's leave for each step: `close` does not.
    """

    def __init__(
        self,
        address: BrokerAddress,
        *,
        reconnect_seconds: float,
        heartbeat_seconds: int,
        stop_grace_seconds: float,
        on_lost: Callable[[], None],
        on_reconnected: Callable[[], None],
        on_closed: Callable[[], None],
        on_blocked: Callable[[], None],
        on_unblocked: Callable[[], None],
    ) -> None:
        super().__init__(
            str(url_of(address)),
            # Without on_return_raises a message to a queue that is not there is confirmed, and gone.
            default_channel=Channel(publisher_confirms=True, on_return_raises=True),
            graceful_timeout=stop_grace_seconds,
            logger=None,
            apply_types=False,
        )
        self._address = address
        self._url_with_secrets = url_of(address, heartbeat_seconds=heartbeat_seconds)
        self._reconnect_seconds = reconnect_seconds
        self._tell_lost, self._tell_reconnected, self._tell_closed = on_lost, on_reconnected, on_closed
        self._tell_alarm = {"blocked": on_blocked, "unblocked": on_unblocked}
        self._up = False
        self._robust: RobustConnection | None = None
        self._nodes = Nodes(address.nodes)

    @property
    def is_connected(self) -> bool:
        return self._robust is not None and self._robust.connected.is_set()

    @property
    def is_up(self) -> bool:
        """Connected, with its channels and consumers as they were."""
        return self._up

    async def unblocked(self) -> None:
        """Returns when the server takes messages: it says so when its disk or memory alarm goes off."""
        transport = self._robust.transport if self._robust else None
        if transport is None:
            raise Unavailable("broker")
        await transport.ready()

    async def close(self) -> None:
        """In bounded time, whatever the server does. Safe to call twice."""
        if self._robust is not None:
            robust, self._robust = self._robust, None
            with contextlib.suppress(Unavailable):
                async with answered_within(_CLOSE_SECONDS):
                    await robust.close()
            self._nodes.abort()

    async def _connect(self) -> RobustConnection:
        robust = RobustConnection(
            self._url_with_secrets,
            ssl_context=tls_context(self._address),
            reconnect_interval=self._reconnect_seconds,
            fail_fast=True,
        )
        robust.kwargs["transport_factory"] = self._nodes
        robust.close_callbacks.add(lambda *_: self._lost())
        robust.reconnect_callbacks.add(lambda *_: self._reconnected())
        asyncio.ensure_future(robust.closed()).add_done_callback(lambda _: self._tell_closed())
        self._robust = robust  # now, so that a start that is cut off can be closed
        await robust.connect(timeout=_CONNECT_SECONDS)
        self.config.connect(robust)
        self._channel = await self.config.channel_manager.get_channel()
        self._up = True
        self._hear_of_alarms()
        return robust

    def _lost(self) -> None:
        if self._up:  # the library tells of each vain try, too
            self._up = False
            self._tell_lost()

    def _reconnected(self) -> None:
        self._up = True
        self._hear_of_alarms()
        self._tell_reconnected()

    def _hear_of_alarms(self) -> None:
        """The library heeds the server's Connection.Blocked, and tells nobody: so we stand between its reader
        and what that calls. The server says it at the first publish after its alarm."""
        if self._robust is None or self._robust.transport is None:
            return
        connection: Any = self._robust.transport.connection
        for name, tell in self._tell_alarm.items():
            attribute = f"_Connection__handle_connection_{name}"
            setattr(connection, attribute, _told(getattr(connection, attribute), tell))


def _told(handle: Callable[[Any], Awaitable[None]], tell: Callable[[], None]) -> Callable[[Any], Any]:
    async def handle_and_tell(frame: Any) -> None:
        await handle(frame)
        tell()

    return handle_and_tell
