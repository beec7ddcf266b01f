"""Processes that sleep too long, work side by side, or have a clock of their own."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from acceptance.process import wait_for
from components.base import missing, used
from dossier.errors import Unavailable
from faults.catalogue.case import FaultCase, On
from faults.load import Load
from faults.processes import pause
from faults.stack import Stack
from gateway.failpoints import Failpoint

_LIBRARY = "libfaketimeMT.so.1"
_ROLES = ("intake", "relay", "kindkans")


def _wakes_after_its_lease(stack: Stack, load: Load, rng: random.Random) -> str:
    """It has claimed, and stops; another relay does its work; it wakes, and may mark nothing."""
    stack.start("relay-2")
    sleeper, claimed = _asleep(stack, rng)
    try:
        wait_for(lambda: not claimed & _claimed(stack))
        load.answered(5)
    finally:
        sleeper.send_signal(signal.SIGCONT)
    wait_for(lambda: stack.counted("relay", "kindkans_relay_events_total", event="fenced") > 0)
    stack.stop("relay-2")
    return f"{len(claimed)} events fenced"


def _asleep(stack: Stack, rng: random.Random) -> tuple[psutil.Process, set[str]]:
    """The relay, stopped, and what it has claimed.

    Not one whose other thread was writing a receipt just then: SQLite has one lock for all who write, and
    while it sleeps in a stopped process nobody else could do its work. That one is woken, and another put
    to sleep.
    """
    for _ in range(10):
        sleeper = stack.stopped_at("relay", Failpoint.RELAY_CLAIMED, rng.randint(2, 6))
        try:
            return sleeper, _claimed(stack)
        except Unavailable:
            sleeper.send_signal(signal.SIGCONT)
    raise AssertionError("the relay had the lock each time that it was stopped")


def _claimed(stack: Stack) -> set[str]:
    """By the one that sleeps, and not answered yet; another's claims last a moment only."""
    return {row[0] for row in stack.rows("SELECT event_id FROM outbox WHERE claim_token IS NOT NULL")}


def _side_by_side(stack: Stack, load: Load, rng: random.Random) -> None:
    """Two of each role; then the first of each is killed and comes back."""
    with _twins(stack, load):
        load.answered(15)
        for role in rng.sample(_ROLES, len(_ROLES)):
            stack.kill(role)
            load.answered(5)
            stack.start(role)
        load.answered(5)


@contextmanager
def _twins(stack: Stack, load: Load) -> Iterator[None]:
    names = [f"{role}-2" for role in _ROLES]
    for name in names:
        stack.start(name, wait=False)
    for name in names:
        stack.wait_ready(name)
    try:
        with load.also(stack.soap_url_of("intake-2")):
            yield
    finally:
        stack.stop(*names)


def _jumps(role: str) -> FaultCase:
    """An hour ahead, an hour back, and right again, while it runs."""

    def inject(stack: Stack, load: Load, rng: random.Random) -> None:
        clock = stack.folder / f"clock-{role}"
        set_clock(clock, "+0")
        stack.restart(role, **faked(clock))
        for offset in rng.sample(("+1h", "-1h"), 2):
            set_clock(clock, offset)
            load.answered(6)
            pause(0.5)
        set_clock(clock, "+0")
        load.answered(3)
        stack.restart(role)

    return FaultCase(name=f"clock: {role} jumps an hour", inject=inject, on=On.IMPATIENT, repeats=True)


def faked(clock: Path) -> dict[str, str]:
    """The environment of a process that looks at this clock. Skips the test without libfaketime."""
    found = sorted(Path("/usr/lib").glob(f"*/faketime/{_LIBRARY}"))
    if not found:
        missing("libfaketime", "install Debian's package faketime")
    used("libfaketime", f"libfaketime, {found[0]}")
    return {
        "LD_PRELOAD": str(found[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }


def set_clock(clock: Path, offset: str) -> None:
    temporary = clock.with_suffix(".new")
    temporary.write_text(f"{offset}\n")
    os.replace(temporary, clock)


CLOCKS = (
    FaultCase(name="relay: wakes after its lease", inject=_wakes_after_its_lease),
    FaultCase(name="two of each role", inject=_side_by_side),
    *(_jumps(role) for role in _ROLES),
)
