"""Declares and checks the queues of RabbitMQ, and looks whether the server can be trusted.

A queue's type and arguments cannot be read over AMQP. A declaration of one that exists, though,
changes nothing and fails unless type and arguments are the same: that is the check. It is made only
after a passive declaration has shown that the queue is there, so that it creates nothing.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiormq
from aiormq.abc import AbstractConnection
from aiormq.exceptions import (
    AuthenticationError,
    ChannelNotFoundEntity,
    ChannelPreconditionFailed,
    InvalidFrameError,
    ProbableAuthenticationError,
)

from brokers.address import BrokerAddress
from brokers.rabbit_errors import answered_within, permissions_asked
from brokers.rabbit_link import Nodes, tls_context, url_of
from brokers.rabbit_queues import queue_arguments
from brokers.topology import Queue, Topology
from dossier.errors import ConfigurationError

OLDEST_VERSION = (3, 10)  # the first with at-least-once dead-lettering and message TTL on quorum queues
_SECONDS = 10.0
_PROVISION = "run the provision step (kindkans-gateway provision)"


async def provision(address: BrokerAddress, topology: Topology) -> list[str]:
    """Creates what is missing; returns the names of the queues. Safe to repeat.

    What is there with other arguments can't be changed in RabbitMQ, and is not deleted by us. Raises
    ConfigurationError, Unavailable("broker").
    """
    async with answered_within(_SECONDS), _connected(address) as connection:
        for queue in topology.queues:
            try:
                await _declare(connection, queue.subject, queue_arguments(topology, queue))
            except ChannelPreconditionFailed as exc:
                raise ConfigurationError(
                    f"queue {queue.subject} exists with another type or other arguments, which RabbitMQ"
                    " cannot change: stop the roles, delete the queue, run this step again; what was in it is"
                    " published again from the outbox"
                ) from exc
    return [queue.subject for queue in topology.queues]


async def check(address: BrokerAddress, topology: Topology) -> None:
    """That the server can be trusted and has the queues as they must be.

    Raises ConfigurationError with the remedy, Unavailable("broker") when nobody answers.
    """
    async with answered_within(_SECONDS), _connected(address) as connection:
        for queue in topology.queues:
            await _check_queue(connection, topology, queue)


@asynccontextmanager
async def _connected(address: BrokerAddress) -> AsyncIterator[AbstractConnection]:
    connection = aiormq.Connection(
        url_of(address), context=tls_context(address), transport_factory=Nodes(address.nodes)
    )
    try:
        await connection.connect()
        _check_version(connection.server_properties)
        async with permissions_asked():
            yield connection
    except (AuthenticationError, ProbableAuthenticationError) as exc:
        raise ConfigurationError(
            "the broker refuses our user or password; see BROKER_URL and BROKER_PASSWORD"
        ) from exc
    except InvalidFrameError as exc:
        # So the library tells that the server, asked to open the vhost, closed the connection.
        if "Connection.OpenOk" not in str(exc):
            raise
        raise ConfigurationError(
            "the broker does not open the vhost in BROKER_URL: it is not there, not for our user, or down"
        ) from exc
    finally:
        await connection.close()


def _check_version(properties: Any) -> None:
    said = str(properties.get("version", ""))
    found = re.match(r"(\d+)\.(\d+)", said)
    if not found or (int(found[1]), int(found[2])) < OLDEST_VERSION:
        oldest = ".".join(map(str, OLDEST_VERSION))
        version = f" {found[0]}" if found else ""
        raise ConfigurationError(
            f"RabbitMQ{version} cannot dead-letter without losing messages; use {oldest} or later"
        )


async def _check_queue(connection: AbstractConnection, topology: Topology, queue: Queue) -> None:
    try:
        await _declare(connection, queue.subject, None)
        await _declare(connection, queue.subject, queue_arguments(topology, queue))
    except ChannelNotFoundEntity as exc:
        raise ConfigurationError(f"queue {queue.subject} is missing; {_PROVISION}") from exc
    except ChannelPreconditionFailed as exc:
        raise ConfigurationError(
            f"queue {queue.subject} is no quorum queue, or has other arguments, and would lose messages;"
            f" {_PROVISION}, which says what to do"
        ) from exc


async def _declare(connection: AbstractConnection, name: str, arguments: dict[str, Any] | None) -> None:
    """Passively without arguments. On a channel of its own, for a failure closes it."""
    channel = await connection.channel(publisher_confirms=False)
    await channel.queue_declare(name, durable=True, passive=arguments is None, arguments=arguments or {})
    await channel.close()
