"""One fault, done to one stack under load: what was sent, what was found, how long it took to heal."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from faults.catalogue.case import FaultCase
from faults.checker import Violation, check
from faults.history import History
from faults.load import Load
from faults.stack import DEADLINE_SECONDS, OMGEVING, SLACK_SECONDS, Stack

BEFORE, AFTER = 15, 15  # answers before the fault and after it


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    seed: int
    times: int  # that the fault was done
    berichten: int
    attempts: int
    delivered: int  # events of the outbox that the store said to have
    heal_seconds: float  # from the last answer to the store being equal; inf: not in time
    violations: tuple[Violation, ...]
    note: str = ""  # what the fault measured


def run(fault: FaultCase, stack: Stack, history: History, seed: int) -> Outcome:
    """`history` is the stack's: of all faults so far, for what was promised then still holds."""
    before = len(history), history.attempts
    load = Load(
        stack.soap_url,
        stack.authorization(OMGEVING),
        history,
        seed=seed,
        witness=stack.number_is_committed,
    )
    with load:
        load.answered(BEFORE)
        stack.remember_base()
        note = fault.inject(stack, load, random.Random(seed))
        load.answered(AFTER)
    load.settle()
    heal_seconds = stack.quiet(fault.heal_seconds)
    seen = replace(stack.see(), healed=heal_seconds < float("inf"), grown=tuple(stack.grown()))
    violations = check(
        history, seen, deadline_seconds=DEADLINE_SECONDS + SLACK_SECONDS, repeats=fault.repeats
    )
    return Outcome(
        seed=seed,
        times=fault.times,
        berichten=len(history) - before[0],
        attempts=history.attempts - before[1],
        delivered=seen.events["bezorgd"],
        heal_seconds=heal_seconds,
        violations=tuple(violations),
        note=note or "",
    )
