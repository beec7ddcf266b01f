"""Bugs that are RabbitMQ's own: what its clients do by themselves, and what loses messages there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiormq import spec
from faststream import AckPolicy
from faststream.rabbit import Channel, RabbitQueue
from faststream.rabbit.annotations import RabbitMessage

import brokers.rabbit
import brokers.rabbit_link
from brokers.messages import Incoming, Later
from brokers.rabbit import RabbitConnection
from brokers.rabbit_consumer import Consumer
from brokers.rabbit_link import RabbitLink
from brokers.topology import Topology
from faults.seeded.bugs import patch

if TYPE_CHECKING:  # a role in which a bug is planted needs no stack
    from faults.stack import Stack


# --- the relay ---


def transient_on_rabbitmq() -> None:
    """FastStream's own: `persist=False`. A quorum queue keeps such a message all the same; a classic one
    does not, and starting roles refuse that, so they must be deceived as well (`on_classic_queues`)."""
    _with_every_publish(persist=False)
    deceived_about_queues()


def deceived_about_queues() -> None:
    def make(_check: Any) -> Any:
        async def unchecked(*_: Any) -> None: ...

        return unchecked

    patch(brokers.rabbit, "check", make)


def on_classic_queues(stack: Stack) -> None:
    """What a provision step of somebody else would have made: durable, and no quorum queue."""
    assert stack.rabbit is not None
    queue = Topology().deliveries
    stack.rabbit.delete(queue)
    body = {"durable": True, "arguments": {"x-queue-type": "classic"}}
    stack.rabbit.api.call("PUT", f"/queues/{stack.rabbit.name}/{queue.subject}", body)


def unroutable_ignored_on_rabbitmq() -> None:
    """A publish that is not mandatory: the server confirms what it has no queue for."""
    _with_every_publish(mandatory=False)


def no_publisher_confirms() -> None:
    """A publish returns when it is on its way."""

    def make(publish: Any) -> Any:
        async def believed(self: Any, *arguments: Any, **how: Any) -> Any:
            await publish(self, *arguments, **how)
            return spec.Basic.Ack()

        return believed

    patch(brokers.rabbit_link, "Channel", lambda _: lambda **_: Channel(publisher_confirms=False))
    patch(RabbitLink, "publish", make)


def _with_every_publish(**instead: Any) -> None:
    def make(publish: Any) -> Any:
        async def otherwise(self: Any, *arguments: Any, **how: Any) -> Any:
            assert set(instead) <= set(how)
            return await publish(self, *arguments, **how | instead)

        return otherwise

    patch(RabbitLink, "publish", make)


# --- the store ---


def ack_before_handling() -> None:
    def make(_until_settled: Any) -> Any:
        async def acked_first(self: Any, delivered: Any) -> None:
            await delivered.message.ack()
            await self._handle(delivered)

        return acked_first

    patch(Consumer, "_until_settled", make)


def default_ack_policy_on_rabbitmq() -> None:
    """FastStream's own: what raises is rejected, and with the dead letters."""

    class NothingRuns:
        async def stop(self, grace_seconds: float) -> None: ...

    def make(_subscribe: Any) -> Any:
        def left_to_faststream(self: Any, queue: Any, handler: Any) -> None:
            subscriber = self._consuming.subscriber(
                RabbitQueue(queue.subject, declare=False),
                channel=Channel(prefetch_count=32),
                ack_policy=AckPolicy.REJECT_ON_ERROR,
                decoder=brokers.rabbit._as_it_came,
                no_reply=True,
            )

            async def consume(message: RabbitMessage) -> None:
                incoming = Incoming(body=message.raw_message.body, deliveries=1)
                if isinstance(await handler(incoming), Later):
                    raise RuntimeError("not now")

            subscriber(consume)
            self._consumers.append((subscriber, NothingRuns()))

        return left_to_faststream

    patch(RabbitConnection, "subscribe", make)


PLANTS: dict[str, Callable[[], None]] = {
    plant.__name__: plant
    for plant in (
        transient_on_rabbitmq,
        deceived_about_queues,
        unroutable_ignored_on_rabbitmq,
        no_publisher_confirms,
        ack_before_handling,
        default_ack_policy_on_rabbitmq,
    )
}
