"""NATS JetStream through FastStream: publish with confirmation, consume with explicit acks.

A publish returns only after the server's ack. A message is acknowledged only after its handler said
Done, or after its dead letter was confirmed. Whatever escapes a handler means Later.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, assert_never

from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.nats.annotations import NatsMessage
from faststream.nats.security import NatsToken
from faststream.security import BaseSecurity, SASLPlaintext
from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError
from nats.js.errors import APIError

from brokers.address import BrokerAddress
from brokers.backoff import Backoff
from brokers.messages import Dead, Done, Handler, Incoming, Later, Outcome, PublishRefused
from brokers.nats_provision import check
from brokers.observer import BrokerObserver, SilentBroker
from brokers.pull import MeteredPull
from brokers.topology import Queue, Topology
from dossier.cloud_events import CONTENT_TYPE
from dossier.errors import Unavailable

# JetStream's error code for "message size exceeds maximum allowed".
_TOO_LARGE = 10054

# While the server is away. RuntimeError is uvloop's, of a closed transport: nats-py writes to it.
_AWAY = (TimeoutError, NatsError, OSError, RuntimeError)

# Headers count too. nats-py looks at the body only, and a server that gets more than it may answers by
# closing the connection for good. Dead letters have longer headers, so there is room for those.
_HEADER_ROOM = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class NatsSettings:
    start_seconds: float = 10.0
    publish_seconds: float = 5.0  # JetStream's own default is 0.5
    concurrency: int = 32  # messages handled at once, per subscription
    fetch_seconds: float = 0.5  # a stop waits at most this long for a running fetch
    reconnect_seconds: float = 0.25  # between two tries, for ever
    stop_grace_seconds: float = 30.0  # for handlers that run
    # After an exception that escaped a handler.
    failure: Backoff = field(default_factory=lambda: Backoff(first_seconds=1.0, cap_seconds=60.0))


class _Broker(NatsBroker):
    def _log_connection_broken(
        self, error_cb: Callable[[Exception], Awaitable[None]] | None = None
    ) -> Callable[[Exception], Awaitable[None]]:
        # FastStream's own re-raises some errors inside the reconnect task of nats-py, which then ends:
        # the connection stays down for ever and nobody is told. Ours only reports.
        return error_cb or _report_nothing


class NatsConnection:
    """One connection: `subscribe` first, then `start`, `publish` at will, `stop`."""

    def __init__(
        self,
        address: BrokerAddress,
        topology: Topology,
        settings: NatsSettings | None = None,
        observer: BrokerObserver | None = None,
    ) -> None:
        self._address = address
        self._topology = topology
        self._settings = settings or NatsSettings()
        self._observer = observer or SilentBroker()
        self._stopping = False
        self._in_flight: set[asyncio.Timeout] = set()
        self._subscriptions: list[tuple[Any, MeteredPull]] = []
        self._broker = _Broker(
            list(address.nodes),
            security=_security(address),
            error_cb=self._on_error,
            disconnected_cb=self._on_disconnected,
            reconnected_cb=self._on_reconnected,
            closed_cb=self._on_closed,
            max_reconnect_attempts=-1,
            reconnect_time_wait=self._settings.reconnect_seconds,  # type: ignore[arg-type]
            connect_timeout=5,
            ping_interval=10,  # a frozen server is noticed after three of these
            graceful_timeout=self._settings.stop_grace_seconds,
            logger=None,
            apply_types=False,
        )

    def subscribe(self, queue: Queue, handler: Handler) -> None:
        """Before `start`. `handler` runs for up to `concurrency` messages at once."""
        pull = MeteredPull(slots=self._settings.concurrency)
        subscriber = self._broker.subscriber(
            queue.subject,
            durable=queue.consumer,
            stream=JStream(queue.stream, declare=False),
            pull_sub=PullSub(batch_size=self._settings.concurrency, timeout=self._settings.fetch_seconds),
            max_workers=self._settings.concurrency,
            ack_policy=AckPolicy.MANUAL,
            decoder=_as_it_came,
            no_reply=True,
            title=queue.stream,
        )

        async def consume(message: NatsMessage) -> None:
            try:
                await self._handle(queue, handler, message)
            finally:
                pull.release()

        subscriber(consume)
        self._subscriptions.append((subscriber, pull))

    async def start(self) -> None:
        """Checks server and queues, connects, starts consuming.

        Raises ConfigurationError with the remedy, Unavailable("broker") when nobody answers.
        """
        await check(self._address, self._topology)
        try:
            async with asyncio.timeout(self._settings.start_seconds):
                await self._broker.start()  # by itself it waits for ever
        except (NatsError, OSError, TimeoutError) as exc:
            raise Unavailable("broker") from exc
        for subscriber, pull in self._subscriptions:
            pull.wrap(subscriber)
        self._observer.connected()

    async def stop(self) -> None:
        """Fetches no more, lets running handlers finish and acknowledge, closes. Safe to call twice."""
        if self._stopping:
            return
        self._stopping = True
        await asyncio.gather(*(pull.quiesce() for _, pull in self._subscriptions))
        # A drain waits for the server, which may be away; then there is nothing to wait for.
        with contextlib.suppress(*_AWAY):
            async with asyncio.timeout(self._settings.stop_grace_seconds + 5):
                await self._broker.stop()
        if (left := self._broker._connection) is not None:  # not drained
            with contextlib.suppress(*_AWAY):
                async with asyncio.timeout(5):
                    await left.close()

    async def publish(self, subject: str, message_id: str, body: bytes) -> None:
        """Returns when the server has it on disk.

        Two publishes under one `message_id` within the duplicate window are one message; that is
        a saving and no promise. Raises Unavailable("broker") when down or silent (it may have the
        message all the same), PublishRefused when it will never take this message.
        """
        if not self.is_connected:
            raise Unavailable("broker")  # else nats-py would buffer it and let us wait
        if len(body) > self._broker.connection.max_payload - _HEADER_ROOM:
            raise PublishRefused
        try:
            await self._send(subject, {"Nats-Msg-Id": message_id}, body)
        except MaxPayloadError as exc:
            raise PublishRefused from exc
        except (NatsError, OSError, TimeoutError) as exc:
            if isinstance(exc, APIError) and exc.err_code == _TOO_LARGE:
                raise PublishRefused from exc
            raise Unavailable("broker") from exc

    async def _send(self, subject: str, headers: dict[str, str], body: bytes) -> None:
        seconds = self._settings.publish_seconds
        # The outer limit: a frozen server may block already the sending. A lost connection ends it
        # at once, for the confirmation can come no more.
        async with asyncio.timeout(seconds + 1) as limit:
            self._in_flight.add(limit)
            try:
                await self._broker.publish(
                    body,
                    subject,
                    stream=self._topology.stream_of(subject),
                    headers=headers | {"content-type": CONTENT_TYPE},
                    timeout=seconds,
                )
            finally:
                self._in_flight.discard(limit)

    @property
    def is_connected(self) -> bool:
        connection = self._broker._connection
        return connection is not None and connection.is_connected

    async def _handle(self, queue: Queue, handler: Handler, message: NatsMessage) -> None:
        began = time.perf_counter()
        heartbeat = asyncio.create_task(self._prolong(message))
        try:
            outcome = await self._outcome(queue, handler, message)
            if isinstance(outcome, Dead):
                outcome = await self._bury(queue, message, outcome)
        finally:
            heartbeat.cancel()
        try:
            await _settle(message, outcome)
        except NatsError as exc:  # it comes again; the handler has an inbox
            self._observer.connection_error(type(exc).__name__)
        self._observer.handled(queue.subject, type(outcome).__name__.lower(), time.perf_counter() - began)

    async def _outcome(self, queue: Queue, handler: Handler, message: NatsMessage) -> Outcome:
        deliveries = message.raw_message.metadata.num_delivered
        try:
            return await handler(Incoming(body=bytes(message.body), deliveries=deliveries))
        except Exception as exc:
            self._observer.handler_failed(queue.subject, type(exc).__name__)
            return Later(self._settings.failure.delay_seconds(deliveries))

    async def _bury(self, queue: Queue, message: NatsMessage, dead: Dead) -> Outcome:
        """The dead letter first, and confirmed; only then may the message go."""
        metadata = message.raw_message.metadata
        headers = {
            "Nats-Msg-Id": f"{queue.stream}-{metadata.sequence.stream}",
            "Kindkans-Code": dead.code,
            "Kindkans-Subject": queue.subject,
            "Kindkans-Deliveries": str(metadata.num_delivered),
        }
        try:
            await self._send(self._topology.dead_letters.subject, headers, bytes(message.body))
        except (NatsError, OSError, TimeoutError) as exc:
            self._observer.connection_error(type(exc).__name__)
            return Later(self._settings.failure.delay_seconds(metadata.num_delivered))
        return dead

    async def _prolong(self, message: NatsMessage) -> None:
        while True:
            await asyncio.sleep(self._topology.ack_wait_seconds / 3)
            with contextlib.suppress(NatsError):
                await message.in_progress()

    async def _on_error(self, exc: Exception) -> None:
        self._observer.connection_error(type(exc).__name__)

    async def _on_disconnected(self) -> None:
        now = asyncio.get_running_loop().time()
        for limit in self._in_flight:
            if not limit.expired():
                limit.reschedule(now)
        if not self._stopping:
            self._observer.disconnected()

    async def _on_reconnected(self) -> None:
        self._observer.connected()

    async def _on_closed(self) -> None:
        if not self._stopping:
            self._observer.closed()


def _security(address: BrokerAddress) -> BaseSecurity | None:
    context = ssl.create_default_context() if address.scheme == "tls" else None
    if address.user:
        return SASLPlaintext(address.user, address.password, ssl_context=context)
    if address.token:
        return NatsToken(address.token, ssl_context=context)
    return BaseSecurity(ssl_context=context) if context else None


async def _report_nothing(_: Exception) -> None: ...


async def _as_it_came(message: NatsMessage) -> NatsMessage:
    """FastStream's decoding would lose what it cannot decode; our handlers decode for themselves."""
    return message


async def _settle(message: NatsMessage, outcome: Outcome) -> None:
    match outcome:
        case Done() | Dead():
            await message.ack()
        case Later(delay_seconds):
            await message.nack(delay=delay_seconds)
        case _ as never:
            assert_never(never)
