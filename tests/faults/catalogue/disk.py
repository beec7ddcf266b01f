"""Disks that are full, and power that fails."""

from __future__ import annotations

import errno
import random
from contextlib import suppress
from pathlib import Path

import psutil

from acceptance.process import wait_for
from faults.catalogue.case import FaultCase, On
from faults.history import Fault
from faults.load import Load
from faults.processes import pause
from faults.stack import Stack

_FULL_SECONDS = 4.0
_CHUNK = bytes(64 << 10)


def _full(what: str, folders: tuple[str, ...], *, faults: bool, short: bool = False) -> FaultCase:
    """Full while pushes come; then there is room again. Whether that must be seen in their answers."""

    def inject(stack: Stack, load: Load, rng: random.Random) -> str:
        before = len(load.history)
        fillers = [stack.folder / folder / "filler" for folder in folders]
        try:
            for filler in fillers:
                fill(filler)
            pause(_FULL_SECONDS)
            for filler in fillers:
                fill(filler)  # what was freed meanwhile
            pause(_FULL_SECONDS)
        finally:
            for filler in fillers:
                filler.unlink(missing_ok=True)
        seen = sum(
            isinstance(attempt.told, Fault)
            for sent in list(load.history)[before:]
            for attempt in sent.attempts
        )
        assert seen or not faults, "the disk was not full"
        return f"{seen} Faults"

    return FaultCase(
        name=f"disk full: {what}", inject=inject, on=On.SMALL_DISKS, heal_seconds=60, short=short
    )


def fill(path: Path) -> None:
    with path.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            try:
                file.write(_CHUNK)
            except OSError as exc:
                if exc.errno != errno.ENOSPC:
                    raise
                while True:
                    file.write(b"x" * 512)


def _power_cut(stack: Stack, load: Load, rng: random.Random) -> str:
    """Under load, at any moment: what was not synced is gone. From there it starts again."""
    pause(rng.uniform(0, 0.5))
    answered = load.history.answered
    cut_the_power(stack)
    stack.start_all()
    return f"{answered} berichten answered before"


def cut_the_power(stack: Stack) -> None:
    """Of all at once: nobody runs, and so nobody answers, when the disk goes. Then it is there again.

    Stopped first, for a sync under way at the cut may return as if it had been done (seen once, a number
    answered and lost; ext4 aborts its journal, and who waits for it finds nothing left to wait for). After
    a real cut nobody could tell anybody.
    """
    processes = [
        child
        for role in stack.running
        for child in [stack.process(role), *stack.process(role).children(recursive=True)]
    ]
    for process in processes:
        process.suspend()
    wait_for(lambda: all(_stands_still(process.pid) for process in processes))
    stack.disk.cut()
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=20)
    for role in list(stack.running):
        stack.kill(role)
    wait_for(lambda: stack.dismiss_witness() or stack.disk.unmount())
    stack.disk.restore()


def _stands_still(pid: int) -> bool:
    """Each of its threads is stopped, or in the kernel and will be when it comes out."""
    states = [
        stat.read_text().rsplit(")", 1)[1].split()[0] for stat in Path(f"/proc/{pid}/task").glob("*/stat")
    ]
    return all(state in "TDZX" for state in states)


DISKS = (
    _full("database", ("",), faults=True),
    _full("bijlagen", ("bijlagen",), faults=True),
    _full("the store's bijlagen", ("kindkans-bijlagen",), faults=False),
    _full("broker", ("nats",), faults=False),
    _full("all of them", ("", "bijlagen", "kindkans-bijlagen", "nats"), faults=True, short=True),
    FaultCase(name="power cut", inject=_power_cut, on=On.POWER),
)
