"""Two of a kind on one PostgreSQL: one pauses where it hurts, and the other goes on with the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from acceptance.process import wait_for
from components.postgres import execute
from faults.catalogue.case import FaultCase, On
from faults.catalogue.kills import ROLE_OF
from faults.catalogue.waiting import until_delivered
from faults.load import Load
from faults.stack import OMGEVING, Stack
from gateway.failpoints import Failpoint

_WAITING = (
    "SELECT 1 FROM pg_stat_activity WHERE application_name = 'kindkans store' AND wait_event_type = 'Lock'"
)
_CLAIMED = "SELECT event_id FROM outbox WHERE claim_token IS NOT NULL"
_PUBLISHED = "SELECT event_id FROM outbox WHERE state = 'gepubliceerd'"


def intake_before_its_commit(stack: Stack, load: Load, rng: random.Random) -> None:
    """What was begun first is committed last: who looks for what is new must see it all the same."""
    with beside(stack, "intake"):
        paused = _pause(stack, Failpoint.INTAKE_INSERTED, rng)
        with _load_on_the_other(stack, load, rng) as more:
            more.answered(10)
            until_delivered(stack, more=5)
            paused.resume()
            more.answered(10)
    stack.restart("intake")


def relay_beyond_its_lease(stack: Stack, load: Load, rng: random.Random) -> None:
    """Another took over what it holds, published and marked it; it wakes up, and does the same."""
    with beside(stack, "relay"):
        stack.stop("kindkans")  # else the receipts would settle it before it wakes up
        paused = _pause(stack, rng.choice((Failpoint.RELAY_CLAIMED, Failpoint.RELAY_CONFIRMED)), rng)
        held = {row[0] for row in stack.rows(_CLAIMED)}
        wait_for(lambda: held <= {row[0] for row in stack.rows(_PUBLISHED)})
        paused.resume()
        load.answered(5)
        stack.start("kindkans")
        until_delivered(stack)
    stack.restart("relay")


def store_within_its_transaction(stack: Stack, load: Load, rng: random.Random) -> None:
    """The broker gives what it holds to another, which must wait for the first."""
    with beside(stack, "kindkans"):
        paused = _pause(stack, rng.choice((Failpoint.STORE_INBOXED, Failpoint.STORE_APPLIED)), rng)
        wait_for(lambda: execute(stack.postgres.port, _WAITING))
        paused.resume()
        until_delivered(stack)
    stack.restart("kindkans")


def kill_one_of_each(stack: Stack, load: Load, rng: random.Random) -> None:
    """The others do its work."""
    roles = ["intake", "relay", "kindkans"]
    with beside(stack, *roles), _load_on_the_other(stack, load, rng) as more:
        for role in rng.sample(roles, len(roles)):
            victim = rng.choice((role, f"{role}-2"))
            more.answered(10)
            stack.kill(victim)
            until_delivered(stack, more=5)
            stack.start(victim)


@contextmanager
def beside(stack: Stack, *roles: str) -> Iterator[None]:
    """These roles twice, on one data folder."""
    names = [f"{role}-2" for role in roles]
    for name in names:
        stack.start(name, wait=False)
    for name in names:
        stack.wait_ready(name)
    yield
    stack.stop(*names)


def _load_on_the_other(stack: Stack, load: Load, rng: random.Random) -> Load:
    return Load(
        stack.soap_url_of("intake-2"),
        stack.authorization(OMGEVING),
        load.history,
        seed=rng.randrange(1000),
        senders=3,
    )


def _pause(stack: Stack, point: Failpoint, rng: random.Random) -> psutil.Process:
    """The process, when it has stopped itself there."""
    return stack.stopped_at(ROLE_OF[point.split(".")[0]], point, rng.randint(1, 12))


SIDE_BY_SIDE = tuple(
    FaultCase(name=name, inject=inject, on=On.POSTGRES)
    for name, inject in (
        ("of two intakes one pauses before its COMMIT", intake_before_its_commit),
        ("of two relays one wakes up after its lease", relay_beyond_its_lease),
        ("of two stores one pauses within its transaction", store_within_its_transaction),
        ("of two of each one is killed", kill_one_of_each),
    )
)
