"""kill -9, of each role, exactly where it hurts."""

from __future__ import annotations

import random

from faults.catalogue.case import KILLS_A_RUN, FaultCase, On
from faults.load import Load
from faults.stack import Stack
from gateway.failpoints import Failpoint

ROLE_OF = {"intake": "intake", "relay": "relay", "store": "kindkans"}


def kill_at(point: Failpoint, on: On = On.EMBEDDED) -> FaultCase:
    """There, some pushes after the start."""
    role = ROLE_OF[point.split(".")[0]]

    def inject(stack: Stack, load: Load, rng: random.Random) -> None:
        stack.stop(role)
        for _ in range(KILLS_A_RUN):
            stack.start_with(role, wait=False, FAILPOINTS=f"{point}=kill@{rng.randint(1, 12)}")
            stack.died(role)
        stack.start(role)

    return FaultCase(name=f"kill -9 at {point}", inject=inject, on=on, times=KILLS_A_RUN)


KILLS = tuple(kill_at(point) for point in Failpoint)
