"""What a fault is."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from faults.load import Load
from faults.stack import Stack

Inject = Callable[[Stack, Load, random.Random], None]


class On(StrEnum):
    """The set of components that a fault is done to (stacks.py)."""

    EMBEDDED = "embedded"  # SQLite, the embedded NATS, files
    POSTGRES = "postgres"  # PostgreSQL, the embedded NATS, files
    POWER = "power"  # as EMBEDDED, on a disk whose power can be cut
    PRODUCTION = "production"  # PostgreSQL, RabbitMQ, S3


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultCase:
    name: str
    inject: Inject  # returns when all is healed again: the processes run, the servers answer
    on: On = On.EMBEDDED
    repeats: bool = False  # events may be published again by its nature
    heal_seconds: float = 30.0  # from the last answer to the store being equal
    own_stack: bool = False  # it leaves servers or files behind that no other fault should meet
