"""PostgreSQL fails, in each way that it can, under all roles."""

from __future__ import annotations

import random
from contextlib import ExitStack
from dataclasses import replace

import psycopg

from components.postgres import execute
from faults.catalogue.case import FaultCase, Inject, On
from faults.catalogue.kills import kill_at
from faults.catalogue.waiting import (
    DATABASE_OF,
    at_the_end,
    database_through_proxy,
    until_noticed,
)
from faults.load import Load
from faults.stack import Stack
from gateway.failpoints import Failpoint

COMMIT = b"COMMIT\0"  # as the driver says it
_OURS = "application_name LIKE 'kindkans%'"
_ADDRESS = "host=127.0.0.1 port={port} user=postgres dbname=postgres connect_timeout=10"


def terminate_backends(stack: Stack, load: Load, rng: random.Random) -> None:
    for _ in range(10):
        execute(stack.postgres.port, f"SELECT pg_terminate_backend({_backend(stack, rng)})")
        load.answered(1)


def kill_a_backend(stack: Stack, load: Load, rng: random.Random) -> None:
    """The server then ends all others too, and recovers as after a crash."""
    stack.postgres.kill_backend(_backend(stack, rng))
    load.answered(5)


def restart_at_once(stack: Stack, load: Load, rng: random.Random) -> None:
    for _ in range(3):
        stack.postgres.restart_immediate()
        load.answered(rng.randint(1, 5))


def kill_the_server(stack: Stack, load: Load, rng: random.Random) -> None:
    stack.postgres.kill()
    with at_the_end(stack.postgres.start):
        until_noticed(load, more=rng.randint(1, 5))


def freeze_the_server(stack: Stack, load: Load, rng: random.Random) -> None:
    stack.postgres.freeze()
    with at_the_end(stack.postgres.thaw):
        until_noticed(load)


def cut_off_silently(stack: Stack, load: Load, rng: random.Random) -> None:
    """Connections stay open and say nothing; what was under way never arrives."""
    with database_through_proxy(stack, "intake", "relay", "kindkans") as proxy:
        load.answered(5)
        proxy.freeze()
        until_noticed(load)
        proxy.cut()


def cut_at_commit(role: str, *, delivered: bool) -> FaultCase:
    """Three times, each after a few commits that went well."""

    def inject(stack: Stack, load: Load, rng: random.Random) -> None:
        with database_through_proxy(stack, role) as proxy:
            for _ in range(3):
                proxy.cut_at(COMMIT, rng.randint(1, 5), delivered=delivered)
                proxy.sprung()

    what = "its answer is lost" if delivered else "it never arrives"
    name = f"cut at a COMMIT of {role}: {what}"
    return FaultCase(name=name, inject=inject, on=On.POSTGRES, short=delivered or role == "intake")


def take_all_connections(stack: Stack, load: Load, rng: random.Random) -> None:
    """Others have them all: ours have ended, and no new ones are to be had."""
    ours = [stack.process(role) for role in DATABASE_OF]
    with ExitStack() as held:
        for process in ours:
            process.suspend()  # else they would be faster in taking what is free
        try:
            _end_ours(stack)
            while _take_one(held, stack):
                pass
        finally:
            for process in ours:
                process.resume()
        until_noticed(load, more=rng.randint(1, 5))


def _backend(stack: Stack, rng: random.Random) -> int:
    """The process of one of our connections."""
    found = execute(stack.postgres.port, f"SELECT pid FROM pg_stat_activity WHERE {_OURS}")
    return int(str(rng.choice(found)[0]))


def _take_one(held: ExitStack, stack: Stack) -> bool:
    try:
        held.enter_context(psycopg.connect(_ADDRESS.format(port=stack.postgres.port), autocommit=True))
    except psycopg.OperationalError:  # too many clients already
        return False
    return True


def _end_ours(stack: Stack) -> None:
    query = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {_OURS}"
    execute(stack.postgres.port, query)


def _case(name: str, inject: Inject) -> FaultCase:
    return FaultCase(name=name, inject=inject, on=On.POSTGRES)


# Where the database decides.
_SHORT = (
    Failpoint.INTAKE_COMMIT_SENT,
    Failpoint.RELAY_CLAIMED,
    Failpoint.STORE_INBOXED,
    Failpoint.STORE_COMMITTED,
)
KILLS_ON_POSTGRES = tuple(replace(kill_at(point, On.POSTGRES), short=point in _SHORT) for point in Failpoint)

SERVER_FAULTS = (
    _case("backends of PostgreSQL are terminated", terminate_backends),
    _case("kill -9 of a backend of PostgreSQL", kill_a_backend),
    _case("PostgreSQL restarts immediately", restart_at_once),
    _case("kill -9 of PostgreSQL", kill_the_server),
    _case("PostgreSQL is frozen", freeze_the_server),
    replace(_case("PostgreSQL is cut off silently", cut_off_silently), short=False),
    _case("others take all connections of PostgreSQL", take_all_connections),
    *(
        cut_at_commit(role, delivered=delivered)
        for role in ("intake", "relay", "kindkans")
        for delivered in (True, False)
    ),
)

POSTGRES = (*SERVER_FAULTS, *KILLS_ON_POSTGRES)
