"""The faults. Each is done to a stack under load, and undone again: then all promises must hold."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from faults.load import Load
from faults.stack import Stack
from gateway.failpoints import Failpoint

ROLE_OF = {"intake": "intake", "relay": "relay", "store": "kindkans"}

Inject = Callable[[Stack, Load, random.Random], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultCase:
    name: str
    inject: Inject  # returns when all is healed again: the processes run, the servers answer
    repeats: bool = False  # events may be published again by its nature


def kill_at(point: Failpoint) -> FaultCase:
    """kill -9 exactly there, some pushes after the start."""
    role = ROLE_OF[point.split(".")[0]]

    def inject(stack: Stack, load: Load, rng: random.Random) -> None:
        stack.restart(role, wait=False, FAILPOINTS=f"{point}=kill@{rng.randint(1, 12)}")
        stack.died(role)
        stack.start(role)

    return FaultCase(name=f"kill -9 at {point}", inject=inject)


KILLS = tuple(kill_at(point) for point in Failpoint)
