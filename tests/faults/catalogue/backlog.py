"""What the broker holds for a store that is away, and what it should have held, must survive."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager

import nats

from acceptance.process import wait_for
from brokers.provision import provision
from brokers.topology import Topology
from faults.catalogue import disk
from faults.catalogue.case import FaultCase, On
from faults.load import Load
from faults.stack import Stack, messages_in

_WAITING = 10  # messages
_OPEN = "SELECT 1 FROM outbox WHERE state IN ('wachtend', 'gepubliceerd') LIMIT 1"
_PUBLISHED = "SELECT 1 FROM outbox WHERE state = 'gepubliceerd' LIMIT 1"


def power_fails(stack: Stack, load: Load, rng: random.Random) -> None:
    """Of everything, while pushes are answered and messages wait."""
    with _backlog(stack):
        load.answered(rng.randint(1, 10))
        disk.cut_the_power(stack)
        stack.start("broker")
        stack.start("relay")
        stack.start("intake")


def kill_the_broker(stack: Stack, load: Load, rng: random.Random) -> None:
    """And its server with it."""
    with _backlog(stack):
        stack.kill("broker")
        stack.start("broker")


def remove_the_queue(stack: Stack, load: Load, rng: random.Random) -> None:
    """There is no place for what is published until somebody declares it again. It was empty."""
    stack.stop("intake")
    wait_for(lambda: not stack.rows(_OPEN))
    stack.stop("kindkans")
    asyncio.run(_delete(stack))
    before = _paused(stack)
    stack.start("intake")
    load.answered(10)
    wait_for(lambda: _paused(stack) > before or stack.rows(_PUBLISHED))
    asyncio.run(provision(stack.nats_address, _topology(stack)))
    stack.start("kindkans")


@contextmanager
def _backlog(stack: Stack) -> Iterator[None]:
    """The store is away, and some messages wait for it."""
    stack.stop("kindkans")
    wait_for(lambda: asyncio.run(messages_in(stack.nats_address, Topology().deliveries)) >= _WAITING)
    yield
    stack.start("kindkans")


def _paused(stack: Stack) -> int:
    """How often the relay has given up for a moment."""
    return stack.log("relay").read_text().count("relay_paused")


def _topology(stack: Stack) -> Topology:
    return Topology(ack_wait_seconds=stack.settings.ack_wait_seconds)


async def _delete(stack: Stack) -> None:
    client = await nats.connect(stack.nats_address.url, token=stack.nats_address.token)
    try:
        await client.jetstream().delete_stream(Topology().deliveries.stream)
    finally:
        await client.close()


BACKLOG = (
    FaultCase(name="power cut, and the store away", inject=power_fails, on=On.POWER),
    FaultCase(name="the broker is killed, and the store away", inject=kill_the_broker),
    FaultCase(name="the queue is gone when something is published", inject=remove_the_queue),
)
