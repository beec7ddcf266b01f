"""The embedded NATS goes away, in every way but silently (proxy.py), and comes back."""

from __future__ import annotations

import asyncio
import random
import shutil
import signal

import nats
import psutil

from acceptance.process import wait_for
from brokers.provision import provision
from brokers.topology import Topology
from faults.catalogue.case import BACKLOG_SECONDS, LONG_SECONDS, FaultCase, On
from faults.load import Load
from faults.processes import pause
from faults.stack import Stack, messages_in

_DAY_MS = 86_400_000
_DAYS_PARTS = 4  # in how many steps a day passes


def _server(stack: Stack) -> psutil.Process:
    return psutil.Process(_pid(stack) or 0)


def _pid(stack: Stack) -> int | None:
    """None while it is being written."""
    try:
        return int((stack.folder / "nats" / "nats.pid").read_text())
    except (FileNotFoundError, ValueError):
        return None


def _kill_role(stack: Stack, load: Load, rng: random.Random) -> None:
    stack.kill("broker")
    load.answered(5)  # nobody needs it for an answer
    stack.start("broker")


def _kill_server(stack: Stack, load: Load, rng: random.Random) -> None:
    """Its role starts it again by itself."""
    before = _server(stack)
    before.kill()
    wait_for(lambda: _pid(stack) not in (None, before.pid))
    stack.wait_ready("broker")


def _freeze(stack: Stack, load: Load, rng: random.Random) -> None:
    server = _server(stack)
    server.send_signal(signal.SIGSTOP)
    try:
        load.answered(10)
        pause(LONG_SECONDS)
    finally:
        server.send_signal(signal.SIGCONT)


def _delete_streams(stack: Stack, load: Load, rng: random.Random) -> None:
    """Under their users' feet. The relay notices, and goes on when they are declared again."""
    seen = _paused(stack)
    asyncio.run(_delete(stack))
    stack.forget_dead_letters()
    wait_for(lambda: _paused(stack) > seen)
    load.answered(5)
    asyncio.run(provision(stack.nats_address, Topology(ack_wait_seconds=stack.settings.ack_wait_seconds)))


async def _delete(stack: Stack) -> None:
    address = stack.nats_address
    client = await nats.connect(address.url, token=address.token)
    try:
        for queue in Topology().queues:
            await client.jetstream().delete_stream(queue.stream)
    finally:
        await client.close()


def _wipe(stack: Stack, load: Load, rng: random.Random) -> None:
    """With events in it that the store has not had, and receipts that the relay has not had."""
    with stack.without("kindkans"):
        load.answered(10)
        wait_for(lambda: asyncio.run(_waiting(stack)) > 0)
        stack.stop("broker")
        shutil.rmtree(stack.folder / "nats" / "store")
        stack.forget_dead_letters()
        stack.start("broker")


async def _waiting(stack: Stack) -> int:
    return await messages_in(stack.nats_address, Topology().deliveries)


def _away(role: str) -> FaultCase:
    def inject(stack: Stack, load: Load, rng: random.Random) -> None:
        with stack.without(role):
            load.answered(10)
            pause(LONG_SECONDS)

    return FaultCase(
        name=f"{role} away for {LONG_SECONDS:.0f} s",
        inject=inject,
        repeats=True,  # what was published before, and has no receipt in time
        short=False,
        heal_seconds=BACKLOG_SECONDS,
    )


def _away_for_a_day(role: str) -> FaultCase:
    """A day in which only the moments in the outbox move: all of them a day back, in some steps."""

    def inject(stack: Stack, load: Load, rng: random.Random) -> None:
        with stack.without(role):
            load.answered(5)
            for _ in range(_DAYS_PARTS):
                _pass(stack, _DAY_MS // _DAYS_PARTS)
                load.answered(3)
                pause(0.5)  # of the relay, to do what is due

    return FaultCase(name=f"{role} away for a day", inject=inject, on=On.IMPATIENT, repeats=True)


def _pass(stack: Stack, milliseconds: int) -> None:
    moments = ("due_ms", "created_ms", "claimed_until_ms")
    shifts = ", ".join(f"{name} = {name} - {milliseconds}" for name in moments)
    stack.execute(f"UPDATE outbox SET {shifts} WHERE state IN ('wachtend', 'gepubliceerd')")


def _paused(stack: Stack) -> float:
    """How often the relay said that something it needs is away."""
    return stack.counted("relay", "kindkans_relay_events_total", event="paused_broker")


BROKER = (
    FaultCase(name="broker: its role killed", inject=_kill_role),
    FaultCase(name="broker: the server killed", inject=_kill_server),
    FaultCase(
        name=f"broker: frozen for {LONG_SECONDS:.0f} s",
        inject=_freeze,
        repeats=True,
        heal_seconds=BACKLOG_SECONDS,
    ),
    FaultCase(name="broker: streams deleted", inject=_delete_streams, on=On.IMPATIENT, repeats=True),
    FaultCase(name="broker: wiped and refilled", inject=_wipe, on=On.IMPATIENT, repeats=True),
    *(_away(role) for role in ("broker", "kindkans")),
    *(_away_for_a_day(role) for role in ("broker", "kindkans")),
)
