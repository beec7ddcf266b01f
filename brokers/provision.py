"""Declares the streams and consumers (a step of its own), and checks them before a role starts.

Starting roles never declare: a start must not change a live stream (pitfalls.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from nats.aio.client import Client
from nats.errors import AuthorizationError, Error, NoRespondersError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, StorageType
from nats.js.errors import APIError, BadRequestError, NotFoundError, ServiceUnavailableError

from brokers.address import BrokerAddress
from brokers.topology import Queue, Topology
from dossier.errors import ConfigurationError, Unavailable

OLDEST_VERSION = (2, 10, 23)  # older ones lose acknowledged messages (architecture.md 6)
_NO_ROOM = 10047  # JetStream's error code for "insufficient storage resources"
_REFUSED = "authorization violation"
_TOKEN = "the broker refuses our token; check the broker's address file"  # noqa: S105 - no token
_CONNECT_SECONDS = 5.0
_PROVISION = "run the provision step (kindkans-gateway provision)"


async def provision(address: BrokerAddress, topology: Topology) -> list[str]:
    """Creates what is missing and updates what differs; returns the names of the streams.

    Safe to repeat. Raises ConfigurationError, Unavailable("broker").
    """
    async with _jetstream(address) as (_, jetstream):
        for queue in topology.queues:
            config = topology.stream_config(queue)
            try:
                await jetstream.stream_info(queue.stream)
            except NotFoundError:
                await jetstream.add_stream(config)
            else:
                await jetstream.update_stream(config)
            if queue.consumer:
                await jetstream.add_consumer(queue.stream, topology.consumer_config(queue))
    return [queue.stream for queue in topology.queues]


async def check(address: BrokerAddress, queues: Iterable[Queue]) -> None:
    """That the server can be trusted and has these queues as they must be.

    Raises ConfigurationError with the remedy, Unavailable("broker") when nobody answers.
    """
    async with _jetstream(address) as (_, jetstream):
        for queue in queues:
            await _check_queue(jetstream, queue)


@asynccontextmanager
async def _jetstream(address: BrokerAddress) -> AsyncIterator[tuple[Client, JetStreamContext]]:
    client = Client()
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            await client.connect(
                address.url,
                token=address.token or None,
                allow_reconnect=False,
                # Also without reconnecting it tries as often as this, two minutes long by default;
                # and 0 is for ever.
                max_reconnect_attempts=1,
                reconnect_time_wait=0.1,  # type: ignore[arg-type]
                error_cb=_ignore,  # it raises as well; the default would log it
            )
        _check_version(client)
        yield client, client.jetstream(timeout=5)
    except AuthorizationError as exc:
        raise ConfigurationError(_TOKEN) from exc
    except ServiceUnavailableError as exc:
        raise ConfigurationError("the broker has no JetStream; start it with JetStream enabled") from exc
    except NoRespondersError as exc:
        raise ConfigurationError("the broker has no JetStream; start it with JetStream enabled") from exc
    except APIError as exc:
        if exc.err_code == _NO_ROOM or isinstance(exc, BadRequestError):
            raise ConfigurationError(
                f"the broker refuses the streams as we need them (JetStream error {exc.err_code}): "
                "give it more storage, or remove streams of another make"
            ) from exc
        raise Unavailable("broker") from exc
    except (Error, OSError, TimeoutError) as exc:
        if _REFUSED in str(exc).lower():
            raise ConfigurationError(_TOKEN) from exc
        raise Unavailable("broker") from exc
    finally:
        await client.close()


async def _ignore(_: Exception) -> None: ...


def _check_version(client: Client) -> None:
    version = client.connected_server_version
    if (version.major, version.minor, version.patch) < OLDEST_VERSION:
        oldest = ".".join(map(str, OLDEST_VERSION))
        raise ConfigurationError(
            f"NATS {version.major}.{version.minor}.{version.patch} loses acknowledged messages;"
            f" use {oldest} or later, or the embedded one"
        )


async def _check_queue(jetstream: JetStreamContext, queue: Queue) -> None:
    try:
        stream = await jetstream.stream_info(queue.stream)
        consumer = await jetstream.consumer_info(queue.stream, queue.consumer) if queue.consumer else None
    except NotFoundError as exc:
        raise ConfigurationError(f"stream {queue.stream} is incomplete or missing; {_PROVISION}") from exc
    if stream.config.storage != StorageType.FILE or stream.config.no_ack:
        raise ConfigurationError(f"stream {queue.stream} does not keep what it acknowledges; {_PROVISION}")
    if consumer is not None and not _is_ours(consumer.config):
        raise ConfigurationError(
            f"consumer {queue.consumer} of stream {queue.stream} would lose messages; {_PROVISION}"
        )


def _is_ours(config: ConsumerConfig) -> bool:
    return (
        config.deliver_subject is None
        and config.ack_policy == AckPolicy.EXPLICIT
        and config.max_deliver in (None, -1)
    )
