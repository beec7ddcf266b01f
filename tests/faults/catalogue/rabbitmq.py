"""RabbitMQ fails, in each way that it can, under a relay and a store that go on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from acceptance.process import wait_for
from brokers.topology import Topology
from components.rabbitmq import RabbitServer
from faults.catalogue import network
from faults.catalogue.case import BACKLOG_SECONDS, LONG_SECONDS, FaultCase, Inject, On
from faults.catalogue.kills import kill_at
from faults.catalogue.mistakes import exception_in_the_store
from faults.catalogue.poison import POISONS_OF_CONTENT
from faults.catalogue.waiting import at_the_end, until_delivered, until_logged
from faults.load import Load
from faults.processes import pause
from faults.rabbit import RabbitVhost
from faults.stack import Stack
from gateway.failpoints import Failpoint

# What goes up to RabbitMQ, as it stands on the wire (AMQP 0-9-1): class 60 is Basic, 40 Publish, 80 Ack.
_TO = b"\x00\x3c\x00\x28\x00\x00\x00"  # and no exchange
PUBLISH = _TO + b"\x12kindkans.hulpvraag"
RECEIPT = _TO + b"\x12kindkans.ontvangst"
ACKNOWLEDGEMENT = b"\x00\x3c\x00\x50"

_QUEUES = Topology()
_WAITING = 10  # messages
_CONNECTIONS = 4  # of relay and kindkans: one to publish over, one to consume over
_OPEN = "SELECT 1 FROM outbox WHERE state IN ('wachtend', 'gepubliceerd') LIMIT 1"
_PUBLISHED = "SELECT 1 FROM outbox WHERE state = 'gepubliceerd' LIMIT 1"


# --- the server ---


def kill_the_server(stack: Stack, load: Load, rng: random.Random) -> None:
    server = _server(stack)
    load.answered(rng.randint(1, 10))
    server.kill()
    with at_the_end(server.start):
        load.answered(10)  # who accepts needs no broker


def kill_with_a_backlog(stack: Stack, load: Load, rng: random.Random) -> None:
    """What it has confirmed it has, also when nobody fetched it."""
    server = _server(stack)
    with _backlog(stack):
        load.answered(rng.randint(1, 10))
        server.kill()
        with at_the_end(server.start):
            load.answered(5)


def restart_the_server(stack: Stack, load: Load, rng: random.Random) -> None:
    """As its service manager does it."""
    _server(stack).end()
    with at_the_end(_server(stack).start):
        load.answered(5)


def freeze_the_server(stack: Stack, load: Load, rng: random.Random) -> None:
    _server(stack).freeze()
    with at_the_end(_server(stack).thaw):
        until_logged(stack, "relay", "relay_paused")
        load.answered(10)
        pause(LONG_SECONDS)
    until_delivered(stack)


def disk_alarm(stack: Stack, load: Load, rng: random.Random) -> None:
    """It takes no messages, and still hands out what it has."""
    _server(stack).disk_alarm(on=True)
    with at_the_end(lambda: _server(stack).disk_alarm(on=False)):
        until_logged(stack, "relay", "relay_paused")
        load.answered(10)
    until_delivered(stack)


def memory_alarm(stack: Stack, load: Load, rng: random.Random) -> None:
    """Likewise, of memory."""
    _server(stack).control("set_vm_memory_high_watermark", "0.00001")
    with at_the_end(lambda: _server(stack).control("set_vm_memory_high_watermark", "0.4")):
        until_logged(stack, "relay", "relay_paused")
        load.answered(10)
    until_delivered(stack)


# --- what is in it ---


def remove_the_queue(stack: Stack, load: Load, rng: random.Random) -> None:
    """There is no place for what is published until somebody declares it again. It was empty."""
    rabbit = _rabbit(stack)
    stack.stop("intake")
    wait_for(lambda: not stack.rows(_OPEN))
    stack.stop("kindkans")
    rabbit.delete(_QUEUES.deliveries)
    before = _paused(stack)
    stack.start("intake")
    load.answered(10)
    wait_for(lambda: _paused(stack) > before or stack.rows(_PUBLISHED))
    rabbit.provision()
    stack.start("kindkans")


def delete_the_queues(stack: Stack, load: Load, rng: random.Random) -> None:
    """Under their users' feet, with what is in them. The outbox fills them again."""
    rabbit = _rabbit(stack)
    with _backlog(stack):
        pass
    load.answered(rng.randint(1, 5))
    before = _paused(stack)
    rabbit.delete(*_QUEUES.queues)
    wait_for(lambda: _paused(stack) > before)
    load.answered(5)
    rabbit.provision()
    stack.forget_dead_letters()


def wipe(stack: Stack, load: Load, rng: random.Random) -> None:
    """With events in it that the store has not had, and made anew as after a disaster."""
    rabbit = _rabbit(stack)
    with _backlog(stack):
        before = _paused(stack)
        rabbit.drop()
        wait_for(lambda: _paused(stack) > before)
        load.answered(5)
        rabbit.create()
        rabbit.provision()
        stack.forget_dead_letters()


def fill_the_queue(stack: Stack, load: Load, rng: random.Random) -> None:
    """It refuses more, and the outbox keeps what it refuses."""
    rabbit = _rabbit(stack)
    rabbit.make_full(_QUEUES.deliveries, _WAITING)
    with at_the_end(rabbit.make_room), stack.without("kindkans"):
        until_logged(stack, "relay", "relay_paused")
        load.answered(10)
    until_delivered(stack)


def forbid_writing(stack: Stack, load: Load, rng: random.Random) -> None:
    """For a while. A channel is asked once, so those that are open are closed."""
    rabbit = _rabbit(stack)
    rabbit.forbid_writing()
    with at_the_end(rabbit.permit):
        wait_for(lambda: rabbit.close_connections() >= _CONNECTIONS)
        before = _paused(stack)
        wait_for(lambda: _paused(stack) > before + 2)  # at first, because its connection was closed
        load.answered(10)
    until_delivered(stack)


def garbage(stack: Stack, load: Load, rng: random.Random) -> None:
    """On the queue, by somebody else: nobody can be told, and it lies with the dead letters."""
    rabbit = _rabbit(stack)
    bodies = [b"\xff\xfe", b"[]", b"{" * 5000, b"", rng.randbytes(2000)]
    before = stack.count_dead_letters()
    rabbit.publish(_QUEUES.deliveries, *bodies)
    wait_for(lambda: stack.count_dead_letters() == before + len(bodies))
    load.answered(5)
    stack.forgive_dead_letters()


@contextmanager
def _backlog(stack: Stack) -> Iterator[None]:
    """The store is away, and some messages wait for it."""
    rabbit = _rabbit(stack)
    stack.stop("kindkans")
    wait_for(lambda: rabbit.waiting(_QUEUES.deliveries) >= _WAITING)
    yield
    stack.start("kindkans")


def _rabbit(stack: Stack) -> RabbitVhost:
    assert stack.rabbit is not None, "this fault is for stacks on RabbitMQ"
    return stack.rabbit


def _server(stack: Stack) -> RabbitServer:
    return _rabbit(stack).own_server


def _paused(stack: Stack) -> int:
    """How often the relay has given up for a moment."""
    return stack.log("relay").read_text().count("relay_paused")


def _here(fault: FaultCase, *, short: bool = False) -> FaultCase:
    """A fault of the embedded set, done to this one."""
    return replace(fault, on=On.PRODUCTION, short=short)


def _case(name: str, inject: Inject, *, on: On = On.PRODUCTION, short: bool = False) -> FaultCase:
    return FaultCase(name=name, inject=inject, on=on, repeats=on is On.PRODUCTION_IMPATIENT, short=short)


# A sample: where RabbitMQ decides.
_SHORT = (Failpoint.INTAKE_COMMITTED, Failpoint.RELAY_PUBLISHED, Failpoint.STORE_RECEIVED)
KILLS_ON_PRODUCTION = tuple(
    replace(kill_at(point, On.PRODUCTION), short=point in _SHORT) for point in Failpoint
)

VHOST_FAULTS = (
    _case("RabbitMQ: the queue is gone when something is published", remove_the_queue, short=True),
    _case("RabbitMQ: the queue is full", fill_the_queue),
    _case("RabbitMQ: no permission to write", forbid_writing, short=True),
    _case("RabbitMQ: its queues are deleted", delete_the_queues, on=On.PRODUCTION_IMPATIENT),
    _case("RabbitMQ: wiped and refilled", wipe, on=On.PRODUCTION_IMPATIENT, short=True),
    _case("poison: garbage on the queue", garbage),
    *(_here(poison) for poison in POISONS_OF_CONTENT),
    _here(FaultCase(name="an exception in the store's handler", inject=exception_in_the_store)),
)

SERVER_FAULTS = (
    _case("kill -9 of RabbitMQ", kill_the_server, on=On.PRODUCTION_ALONE),
    _case("kill -9 of RabbitMQ, and the store away", kill_with_a_backlog, on=On.PRODUCTION_ALONE, short=True),
    _case("RabbitMQ restarts", restart_the_server, on=On.PRODUCTION_ALONE),
    replace(
        _case(f"RabbitMQ is frozen for {LONG_SECONDS:.0f} s", freeze_the_server, on=On.PRODUCTION_ALONE),
        heal_seconds=BACKLOG_SECONDS,
    ),
    _case("RabbitMQ: disk alarm", disk_alarm, on=On.PRODUCTION_ALONE),
    _case("RabbitMQ: memory alarm", memory_alarm, on=On.PRODUCTION_ALONE),
)

NETWORK_FAULTS = (
    _case("RabbitMQ is cut off silently", network.cut_off_silently),
    _case("the way to RabbitMQ is frozen, and thaws", network.frozen_and_thawed),
    _case("the way to RabbitMQ is slow", network.slow),
    _here(network.cut_at(PUBLISH, "a publish of relay", "relay", delivered=True)),
    _here(network.cut_at(PUBLISH, "a publish of relay", "relay", delivered=False), short=True),
    _here(network.cut_at(RECEIPT, "a receipt of kindkans", "kindkans", delivered=True)),
    _here(network.cut_at(RECEIPT, "a receipt of kindkans", "kindkans", delivered=False)),
    _here(network.cut_at(ACKNOWLEDGEMENT, "an acknowledgement of kindkans", "kindkans", delivered=False)),
)

RABBITMQ = (*KILLS_ON_PRODUCTION, *VHOST_FAULTS, *NETWORK_FAULTS, *SERVER_FAULTS)
