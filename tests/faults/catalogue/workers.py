"""An intake of two processes on one port: one is killed, and the other and its successor go on."""

from __future__ import annotations

import random

from acceptance.process import wait_for
from acceptance.workers import workers
from faults.catalogue.case import FaultCase, On
from faults.load import Load
from faults.stack import Stack
from gateway.failpoints import Failpoint

_POINTS = tuple(point for point in Failpoint if point.startswith("intake."))


def kill_workers(stack: Stack, load: Load, rng: random.Random) -> None:
    """The first where it hurts, then either of them wherever it is."""
    ended = _ended(stack)
    point = rng.choice(_POINTS)
    stack.restart("intake", wait=False, INTAKE_WORKERS="2", FAILPOINTS=f"{point}=kill@{rng.randint(1, 6)}")
    wait_for(lambda: _ended(stack) > ended, 60)
    for _ in range(3):
        stack.wait_ready("intake")
        ended = _ended(stack)
        workers(stack)[rng.choice((1, 2))].kill()
        wait_for(lambda ended=ended: _ended(stack) > ended)
        load.answered(10)
    stack.wait_ready("intake")
    stack.restart("intake")


def _ended(stack: Stack) -> int:
    return stack.log("intake").read_text().count('"worker_ended"')


WORKERS = (FaultCase(name="of two workers of an intake one is killed", inject=kill_workers),)
WORKERS_ON_POSTGRES = (
    FaultCase(
        name="of two workers of an intake on PostgreSQL one is killed",
        inject=kill_workers,
        on=On.POSTGRES,
        short=False,
    ),
)
