"""What a fault is."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from faults.load import Load
from faults.stack import Stack

Inject = Callable[[Stack, Load, random.Random], str | None]

LONG_SECONDS = float(os.environ.get("FAULT_LONG_SECONDS", "6"))
"""How long what is "away for long" is away: 300 in the long run."""

BACKLOG_SECONDS = max(30.0, LONG_SECONDS / 2)
"""How long healing may take after that: what piled up is delivered at least twice as fast as it came."""

KILLS_A_RUN = int(os.environ.get("FAULT_KILLS", "1"))
"""How often a process is killed before what is there is held against what was told: 5 in the long run."""


class On(StrEnum):
    """The set of components that a fault is done to (stacks.py)."""

    EMBEDDED = "embedded"  # SQLite, the embedded NATS, files
    IMPATIENT = "impatient"  # as EMBEDDED; what has no receipt in 3 seconds is published again
    POSTGRES = "postgres"  # PostgreSQL, the embedded NATS, files
    POWER = "power"  # as EMBEDDED, on a disk whose power can be cut
    PRODUCTION = "production"  # PostgreSQL, RabbitMQ, S3
    PRODUCTION_IMPATIENT = "production, impatient"  # what has no receipt in 3 seconds is published again
    PRODUCTION_ALONE = "production, alone"  # with a RabbitMQ that may be killed and frozen
    SMALL_DISKS = "small disks"  # as EMBEDDED; databases, bijlagen and broker each on a small disk


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultCase:
    name: str
    # Returns when all is healed again: the processes run, the servers answer. What it returns is a note
    # for the table: something measured.
    inject: Inject
    on: On = On.EMBEDDED
    repeats: bool = False  # events may be published again by its nature
    heal_seconds: float = 30.0  # from the last answer to the store being equal
    short: bool = True  # also in `make test`, once; else in the long run only
    times: int = 1  # that `inject` does it
    own_stack: bool = False  # it leaves servers or files behind that no other fault should meet
