"""Which faults `make test` does, each once; `make faults` does all, again and again; FAULTS=all: each once.

Some faults are much alike, or one on several sets of components: of those `make test` does one. Each
failpoint is killed at on one set at least.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from faults.catalogue.case import FaultCase, On
from gateway.failpoints import Failpoint

ALL = os.environ.get("FAULTS") == "all"


def _kills(*points: Failpoint) -> set[str]:
    return {f"kill -9 at {point}" for point in points}


LONG_ONLY: dict[On, set[str]] = {
    On.EMBEDDED: {
        # On POSTGRES or PRODUCTION.
        *_kills(
            Failpoint.INTAKE_COMMIT_SENT,
            Failpoint.INTAKE_COMMITTED,
            Failpoint.RELAY_CLAIMED,
            Failpoint.RELAY_PUBLISHED,
            Failpoint.STORE_RECEIVED,
            Failpoint.STORE_INBOXED,
            Failpoint.STORE_COMMITTED,
        ),
        "cut at a publish of relay: it never arrives",
        # Beside one that asks more of the same part.
        "broker: its role killed",
        "the broker is killed, and the store away",
        "poison: undecodable",
        "poison: unknown version",
        "poison: an exception",
        "poison: blocks the event loop",
        "clients: gone amid the answer",
        "clients: 500 slow senders",  # tests/acceptance/test_hostile.py has some
        "of two workers of an intake one is killed",  # tests/acceptance/test_workers.py
        "two of each role",
        "relay: wakes after its lease",
    },
    On.IMPATIENT: {
        "broker: streams deleted",  # beside: wiped and refilled
        "kindkans away for a day",
        "clock: intake jumps an hour",
        "clock: kindkans jumps an hour",
    },
    On.POWER: {"power cut"},  # beside the one with the store away
    On.POSTGRES: {
        "kill -9 of a backend of PostgreSQL",
        "PostgreSQL restarts immediately",
        "others take all connections of PostgreSQL",
        "cut at a COMMIT of intake: it never arrives",
        "cut at a COMMIT of relay: its answer is lost",
    },
    On.PRODUCTION: {"RabbitMQ: no permission to write", "cut at a publish of relay: it never arrives"},
    On.PRODUCTION_ALONE: {"kill -9 of RabbitMQ, and the store away"},  # its restart takes a minute
}


def chosen(faults: Iterable[FaultCase]) -> list[FaultCase]:
    return [fault for fault in faults if ALL or in_make_test(fault)]


def in_make_test(fault: FaultCase) -> bool:
    return fault.short and fault.name not in LONG_ONLY.get(fault.on, set())
