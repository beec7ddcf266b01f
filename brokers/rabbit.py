"""RabbitMQ through FastStream: publish with confirmation to quorum queues, consume with explicit acks.

A publish returns only after the server's ack. A message is acknowledged only after its handler said
Done, or after its dead letter was confirmed. Two connections: an alarm stops the one that
publishes, and the other can still acknowledge and make room.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiormq import spec
from faststream import AckPolicy
from faststream.rabbit import Channel, RabbitQueue
from faststream.rabbit.annotations import RabbitMessage

from brokers.address import BrokerAddress
from brokers.backoff import Backoff
from brokers.messages import Dead, Handler, PublishRefused
from brokers.observer import BrokerObserver, SilentBroker
from brokers.rabbit_consumer import Consumer, Delivered
from brokers.rabbit_errors import answered_within, permissions_asked, refused_if_too_large
from brokers.rabbit_link import RabbitLink
from brokers.rabbit_provision import check
from brokers.topology import Queue, Topology
from dossier.cloud_events import CONTENT_TYPE
from dossier.errors import Unavailable

_CANCEL_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RabbitSettings:
    start_seconds: float = 10.0
    publish_seconds: float = 5.0
    max_body_bytes: int = 4 * 1024 * 1024 - 4096  # as the embedded NATS: a server's own limit may be lower
    concurrency: int = 32  # messages handed out at once, per subscription; by itself it has no bound
    reconnect_seconds: float = 1.0  # between two tries, for ever
    heartbeat_seconds: int = 10  # a frozen server is noticed after three of these
    hold_seconds: float = 20 * 60.0  # of one message, in all; the server's consumer_timeout is 30 minutes
    stop_grace_seconds: float = 30.0  # for handlers that run
    # After an exception that escaped a handler.
    failure: Backoff = field(default_factory=lambda: Backoff(first_seconds=1.0, cap_seconds=60.0))


class RabbitConnection:
    """`subscribe` first, then `start`, `publish` at will, `stop`."""

    def __init__(
        self,
        address: BrokerAddress,
        topology: Topology,
        settings: RabbitSettings | None = None,
        observer: BrokerObserver | None = None,
    ) -> None:
        self._address = address
        self._topology = topology
        self._settings = settings or RabbitSettings()
        self._observer = observer or SilentBroker()
        self._stopping = False
        self._told_connected = False
        self._in_flight: set[asyncio.Timeout] = set()
        self._consumers: list[tuple[Any, Consumer]] = []
        self._publishing = self._link(self._on_publishing_lost)
        self._consuming = self._link(self._on_lost)

    def subscribe(self, queue: Queue, handler: Handler) -> None:
        """Before `start`. `handler` runs for up to `concurrency` messages at once."""
        settings = self._settings
        consumer = Consumer(
            queue,
            handler,
            self._bury,
            slots=settings.concurrency,
            hold_seconds=settings.hold_seconds,
            failure=settings.failure,
            observer=self._observer,
        )
        subscriber = self._consuming.subscriber(
            RabbitQueue(queue.subject, declare=False),
            channel=Channel(prefetch_count=settings.concurrency),
            ack_policy=AckPolicy.MANUAL,
            decoder=_as_it_came,
            no_reply=True,
            title=queue.subject,
        )

        async def consume(message: RabbitMessage) -> None:
            consumer.take(message.raw_message)

        subscriber(consume)
        self._consumers.append((subscriber, consumer))

    async def start(self) -> None:
        """Checks server and queues, connects, starts consuming.

        Raises ConfigurationError with the remedy, Unavailable("broker") when nobody answers.
        """
        await check(self._address, self._topology)
        async with answered_within(self._settings.start_seconds), permissions_asked():
            await self._publishing.start()
            if self._consumers:
                await self._consuming.start()
        self._on_reconnected()

    async def stop(self) -> None:
        """Takes no more, lets running handlers finish and acknowledge, closes. Safe to call twice."""
        if self._stopping:
            return
        self._stopping = True
        await asyncio.gather(*(self._end(subscriber, consumer) for subscriber, consumer in self._consumers))
        await asyncio.gather(self._consuming.close(), self._publishing.close())

    async def publish(self, subject: str, message_id: str, body: bytes) -> None:
        """Returns when the server has it on disk, on most of the nodes that keep the queue.

        Raises Unavailable("broker") when down, silent, full or without the queue (it may have the message
        all the same), PublishRefused when it will never take this message.
        """
        self._topology.stream_of(subject)  # a subject of no queue is a defect of ours
        if not self._publishing.is_connected:
            raise Unavailable("broker")
        if len(body) > self._settings.max_body_bytes:
            raise PublishRefused
        await self._send(subject, {"Kindkans-Message-Id": message_id}, body)

    @property
    def is_connected(self) -> bool:
        return all(link.is_connected for link in self._links)

    @property
    def _links(self) -> list[RabbitLink]:
        return [self._publishing, self._consuming] if self._consumers else [self._publishing]

    def _link(self, on_lost: Callable[[], None]) -> RabbitLink:
        return RabbitLink(
            self._address,
            reconnect_seconds=self._settings.reconnect_seconds,
            heartbeat_seconds=self._settings.heartbeat_seconds,
            stop_grace_seconds=self._settings.stop_grace_seconds,
            on_lost=on_lost,
            on_reconnected=self._on_reconnected,
            on_closed=self._on_closed,
            on_blocked=self._observer.blocked,
            on_unblocked=self._observer.unblocked,
        )

    async def _send(self, subject: str, headers: dict[str, Any], body: bytes) -> None:
        # The library looks up returned messages by their AMQP id, and confuses two that have the same: one
        # of them would count as confirmed. So ours is a header, and the library makes up its own.
        async with answered_within(self._settings.publish_seconds) as limit:
            self._in_flight.add(limit)
            try:
                await self._publishing.unblocked()
                async with refused_if_too_large(len(body)):
                    answer = await self._publishing.publish(
                        body,
                        subject,
                        persist=True,
                        mandatory=True,
                        headers=headers,
                        content_type=CONTENT_TYPE,
                    )
            finally:
                self._in_flight.discard(limit)
        if not isinstance(answer, spec.Basic.Ack):
            raise Unavailable("broker")

    async def _bury(self, queue: Queue, delivered: Delivered, dead: Dead) -> None:
        headers = {
            "Kindkans-Code": dead.code,
            "Kindkans-Subject": queue.subject,
            "Kindkans-Deliveries": str(delivered.deliveries),
        }
        await self._send(self._topology.dead_letters.subject, headers, delivered.body)

    async def _end(self, subscriber: Any, consumer: Consumer) -> None:
        with contextlib.suppress(Unavailable):
            async with answered_within(_CANCEL_SECONDS):
                await subscriber.stop()
        await consumer.stop(self._settings.stop_grace_seconds)

    def _on_publishing_lost(self) -> None:
        # No confirmation can come any more: what waits for one ends now.
        now = asyncio.get_running_loop().time()
        for limit in self._in_flight:
            if not limit.expired():
                limit.reschedule(now)
        self._on_lost()

    def _on_lost(self) -> None:
        if self._told_connected and not self._stopping:
            self._told_connected = False
            self._observer.disconnected()

    def _on_reconnected(self) -> None:
        if not self._told_connected and all(link.is_up for link in self._links):
            self._told_connected = True
            self._observer.connected()

    def _on_closed(self) -> None:
        if not self._stopping:
            self._observer.closed()


async def _as_it_came(message: RabbitMessage) -> RabbitMessage:
    """FastStream's decoding would lose what it cannot decode; our handlers decode for themselves."""
    return message
