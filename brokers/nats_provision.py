"""Declares and checks the streams of NATS JetStream, and looks whether the server can be trusted."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from nats.aio.client import Client
from nats.errors import AuthorizationError, Error, NoRespondersError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, StorageType, StreamInfo
from nats.js.errors import APIError, BadRequestError, NotFoundError

from brokers.address import BrokerAddress
from brokers.nats_monitor import check_syncs_always
from brokers.nats_streams import consumer_config, stream_config
from brokers.topology import Queue, Topology
from dossier.errors import ConfigurationError, Unavailable

OLDEST_VERSION = (2, 10, 23)  # older ones lose acknowledged messages (architecture.md 6)
_NO_JETSTREAM = (10039, 10076)  # not for this account, not on this server; 10008 passes by: no leader yet
_NO_ROOM = 10047  # JetStream's error code for "insufficient storage resources"
_REFUSED = "authorization violation"
_WHO = (
    "the broker refuses our token, user or password; see BROKER_URL, BROKER_PASSWORD and BROKER_TOKEN,"
    " or the address file of the embedded one"
)
_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 5.0
_CLOSE_SECONDS = 2.0
_PROVISION = "run the provision step (kindkans-gateway provision)"


async def provision(address: BrokerAddress, topology: Topology) -> list[str]:
    """Creates what is missing and updates what differs; returns the names of the streams.

    Safe to repeat. Raises ConfigurationError, Unavailable("broker").
    """
    async with _jetstream(address, topology) as jetstream:
        for queue in topology.queues:
            config = stream_config(topology, queue)
            try:
                await jetstream.stream_info(queue.stream)
            except NotFoundError:
                await jetstream.add_stream(config)
            else:
                await jetstream.update_stream(config)
            if queue.consumer:
                await jetstream.add_consumer(queue.stream, consumer_config(topology, queue))
    return [queue.stream for queue in topology.queues]


async def check(address: BrokerAddress, topology: Topology) -> None:
    """That the server can be trusted and has the queues as they must be.

    Raises ConfigurationError with the remedy, Unavailable("broker") when nobody answers.
    """
    async with _jetstream(address, topology) as jetstream:
        for queue in topology.queues:
            await _check_queue(jetstream, topology, queue)


async def check_server(address: BrokerAddress, topology: Topology) -> None:
    """That the server can be trusted. Raises as `check`."""
    async with _jetstream(address, topology):
        pass


def credentials(address: BrokerAddress) -> dict[str, Any]:
    """As arguments of nats-py's `connect`."""
    return {
        "user": address.user or None,
        "password": address.password or None,
        "token": address.token or None,
        "tls": ssl.create_default_context() if address.scheme == "tls" else None,
    }


@asynccontextmanager
async def _jetstream(address: BrokerAddress, topology: Topology) -> AsyncIterator[JetStreamContext]:
    client = Client()
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            await client.connect(
                list(address.nodes),
                **credentials(address),
                allow_reconnect=False,
                # Also without reconnecting it tries as often as this, two minutes long by default;
                # and 0 is for ever.
                max_reconnect_attempts=1,
                reconnect_time_wait=0.1,  # type: ignore[arg-type]
                error_cb=_ignore,  # it raises as well; the default would log it
            )
        await _check_server(client, address, topology)
        yield client.jetstream(timeout=_ANSWER_SECONDS)
    except AuthorizationError as exc:
        raise ConfigurationError(_WHO) from exc
    except NoRespondersError as exc:
        raise ConfigurationError("the broker has no JetStream; start it with JetStream enabled") from exc
    except APIError as exc:
        if exc.err_code in _NO_JETSTREAM:
            raise ConfigurationError("the broker has no JetStream; start it with JetStream enabled") from exc
        if exc.err_code == _NO_ROOM or isinstance(exc, BadRequestError):
            raise ConfigurationError(
                f"the broker refuses the streams as we need them (JetStream error {exc.err_code}): "
                "give it more storage, or remove streams of another make"
            ) from exc
        raise Unavailable("broker") from exc
    except (Error, OSError, TimeoutError) as exc:
        if _REFUSED in str(exc).lower():
            raise ConfigurationError(_WHO) from exc
        raise Unavailable("broker") from exc
    finally:
        # After a TLS handshake that failed it would wait for ever.
        with contextlib.suppress(TimeoutError, Error, OSError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await client.close()


async def _ignore(_: Exception) -> None: ...


async def _check_server(client: Client, address: BrokerAddress, topology: Topology) -> None:
    version = client.connected_server_version
    if (version.major, version.minor, version.patch) < OLDEST_VERSION:
        oldest = ".".join(map(str, OLDEST_VERSION))
        raise ConfigurationError(
            f"NATS {version.major}.{version.minor}.{version.patch} loses acknowledged messages;"
            f" use {oldest} or later, or the embedded one"
        )
    clustered = bool(client._server_info.get("cluster"))
    if topology.replicas > 1:  # copies on other machines survive that this one is cut off
        if not clustered:
            raise ConfigurationError(
                f"BROKER_REPLICAS is {topology.replicas}, and this NATS is no cluster; set it to 1"
            )
        return
    if address.embedded:
        return
    if clustered:
        raise ConfigurationError(
            "this NATS is a cluster, and BROKER_REPLICAS is 1: what it acknowledges would be on one node"
            " only; set BROKER_REPLICAS=3 and run the provision step"
        )
    await check_syncs_always(address.monitor_url, client._server_info.get("server_id", ""))


async def _check_queue(jetstream: JetStreamContext, topology: Topology, queue: Queue) -> None:
    try:
        stream = await jetstream.stream_info(queue.stream)
        consumer = await jetstream.consumer_info(queue.stream, queue.consumer) if queue.consumer else None
    except NotFoundError as exc:
        raise ConfigurationError(f"stream {queue.stream} is incomplete or missing; {_PROVISION}") from exc
    if stream.config.storage != StorageType.FILE or stream.config.no_ack:
        raise ConfigurationError(f"stream {queue.stream} does not keep what it acknowledges; {_PROVISION}")
    if _copies(stream) < topology.replicas:
        raise ConfigurationError(
            f"stream {queue.stream} has {_copies(stream)} of the {topology.replicas} copies that"
            f" BROKER_REPLICAS asks for; {_PROVISION}"
        )
    if consumer is not None and not _is_ours(consumer.config):
        raise ConfigurationError(
            f"consumer {queue.consumer} of stream {queue.stream} would lose messages; {_PROVISION}"
        )


def _copies(stream: StreamInfo) -> int:
    """Configured, and really placed: the leader and the replicas that the cluster names, up or not."""
    configured = stream.config.num_replicas or 1
    if stream.cluster is None:
        return 1
    return min(configured, 1 + len(stream.cluster.replicas or ()))


def _is_ours(config: ConsumerConfig) -> bool:
    return (
        config.deliver_subject is None
        and config.ack_policy == AckPolicy.EXPLICIT
        and config.max_deliver in (None, -1)
    )
