"""Which bug is planted in which role, which fault must find it, and which promise it must see broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import faults
from faults.catalogue import backlog, kills, mistakes, network, postgres, rabbitmq, s3, side_by_side
from faults.catalogue.case import FaultCase, On
from faults.checker import Promise, Violation
from faults.seeded import bugs, rabbit_bugs
from faults.stack import Stack
from gateway.failpoints import Failpoint

TESTS = Path(faults.__path__[0]).parent
Plant = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededBug:
    """A bug, and how it is to be found."""

    name: str
    plants: dict[str, Plant]  # by role
    fault: FaultCase  # which passes without the bug
    promise: Promise
    text: str  # of the violation, a part
    quick: bool = False  # also in `make test`; the others with SEEDED_BUGS=all
    prepare: Callable[[Stack], None] = lambda stack: None  # what else must be as the bug would have it
    tries: int = 3  # with other seeds, until one is red: for what hangs on a moment

    def plant(self, stack: Stack) -> None:
        """Its roles start with the bug from now on."""
        stack.environment["PYTHONPATH"] = str(TESTS)
        for role, plant in self.plants.items():
            stack.launchers[role] = ("faults.seeded.launch", plant.__name__)
        self.prepare(stack)

    def is_found_in(self, violations: tuple[Violation, ...]) -> bool:
        return any(v.promise is self.promise and self.text in v.text for v in violations)


def _named(faults: tuple[FaultCase, ...], name: str) -> FaultCase:
    return next(fault for fault in faults if fault.name == name)


_TWO_OF_A_KIND = side_by_side.SIDE_BY_SIDE
_CUT_AT_A_PUBLISH = _named(network.NETWORK, "cut at a publish of relay: it never arrives")
_POWER_CUT = _named(backlog.BACKLOG, "power cut, and the store away")

SEEDED: tuple[SeededBug, ...] = (
    SeededBug(
        name="mark before confirm",
        plants={"relay": bugs.mark_before_confirm},
        fault=kills.kill_at(Failpoint.RELAY_PUBLISHING),
        promise=Promise.LOST,
        text="events are still",
        quick=True,
    ),
    SeededBug(
        name="ack before commit",
        plants={"kindkans": bugs.ack_before_commit},
        fault=kills.kill_at(Failpoint.STORE_APPLIED),
        promise=Promise.LOST,
        text="lacks a version",
        quick=True,
    ),
    SeededBug(
        name="transient messages",
        plants={
            "broker": bugs.transient_messages,
            "relay": bugs.deceived_about_storage,
            "kindkans": bugs.deceived_about_storage,
        },
        fault=_named(backlog.BACKLOG, "the broker is killed, and the store away"),
        promise=Promise.LOST,
        text="lacks a version",
    ),
    SeededBug(
        name="publish without confirm",
        plants={"relay": bugs.publish_without_confirm},
        fault=_CUT_AT_A_PUBLISH,
        promise=Promise.LOST,
        text="lacks a version",
    ),
    SeededBug(
        name="unroutable ignored",
        plants={"relay": bugs.unroutable_ignored},
        fault=_named(backlog.BACKLOG, "the queue is gone when something is published"),
        promise=Promise.LOST,
        text="lacks a version",
    ),
    SeededBug(
        name="default ack policy",
        plants={"kindkans": bugs.default_ack_policy},
        fault=_named(mistakes.MISTAKES, "an exception in the store's handler"),
        promise=Promise.LOST,
        text="lacks a version",
    ),
    SeededBug(
        name="NATS default sync",
        plants={"broker": bugs.default_sync},
        fault=_POWER_CUT,
        promise=Promise.LOST,
        text="lacks a version",
    ),
    SeededBug(
        name="inbox check-then-insert",
        plants={"kindkans": bugs.inbox_check_then_insert},
        fault=_named(_TWO_OF_A_KIND, "of two stores one pauses within its transaction"),
        promise=Promise.LOST,
        text="dead letters",
    ),
    SeededBug(
        name="cursor instead of claim",
        plants={"relay": bugs.cursor_instead_of_claim},
        fault=_named(_TWO_OF_A_KIND, "of two intakes one pauses before its COMMIT"),
        promise=Promise.LOST,
        text="events are still wachtend",
        tries=5,  # the transaction that pauses may hold refusals only
    ),
    SeededBug(
        name="-1 on a database error",
        plants={"intake": bugs.refused_on_a_database_error},
        fault=_named(postgres.SERVER_FAULTS, "kill -9 of PostgreSQL"),
        promise=Promise.WRONG_ANSWER,
        text="was refused",
    ),
    SeededBug(
        name="sticky -1",
        plants={"intake": bugs.sticky_refusal},
        fault=_named(mistakes.MISTAKES, "a BRIN is set after a -1"),
        promise=Promise.WRONG_ANSWER,
        text="was refused",
        quick=True,
    ),
    SeededBug(
        name="lease without token",
        plants={"relay": bugs.lease_without_token},
        fault=_named(_TWO_OF_A_KIND, "of two relays one wakes up after its lease"),
        promise=Promise.DOUBLE,
        text="marked as published",
    ),
    SeededBug(
        name="SQLite synchronous NORMAL",
        # Both: the relay's commits would sync what the intake wrote before them.
        plants=dict.fromkeys(("intake", "relay"), bugs.sqlite_synchronous_normal),
        fault=_POWER_CUT,
        promise=Promise.WRONG_ANSWER,
        text="was given to",
    ),
    SeededBug(
        name="S3: a failed PUT is believed",
        plants={"intake": bugs.failed_put_believed},
        fault=_named(s3.S3, "S3 fails now and then"),
        promise=Promise.LOST,
        text="lacks a version",
    ),
    # RabbitMQ's own.
    SeededBug(
        name="RabbitMQ: transient messages, on a classic queue",
        plants={"relay": rabbit_bugs.transient_on_rabbitmq, "kindkans": rabbit_bugs.deceived_about_queues},
        prepare=rabbit_bugs.on_classic_queues,
        fault=_named(rabbitmq.SERVER_FAULTS, "kill -9 of RabbitMQ, and the store away"),
        promise=Promise.LOST,
        text="lacks a version",
    ),
    SeededBug(
        name="RabbitMQ: unroutable ignored",
        plants={"relay": rabbit_bugs.unroutable_ignored_on_rabbitmq},
        fault=_named(rabbitmq.VHOST_FAULTS, "RabbitMQ: the queue is gone when something is published"),
        promise=Promise.LOST,
        text="lacks a version",
    ),
    SeededBug(
        name="RabbitMQ: no publisher confirms",
        plants={"relay": rabbit_bugs.no_publisher_confirms},
        fault=_named(rabbitmq.NETWORK_FAULTS, _CUT_AT_A_PUBLISH.name),
        promise=Promise.LOST,
        text="lacks a version",
    ),
    SeededBug(
        name="RabbitMQ: ack before handling",
        plants={"kindkans": rabbit_bugs.ack_before_handling},
        fault=kills.kill_at(Failpoint.STORE_RECEIVED, On.PRODUCTION),
        promise=Promise.LOST,
        text="lacks a version",
    ),
    SeededBug(
        name="RabbitMQ: default ack policy",
        plants={"kindkans": rabbit_bugs.default_ack_policy_on_rabbitmq},
        fault=_named(rabbitmq.VHOST_FAULTS, "an exception in the store's handler"),
        promise=Promise.LOST,
        text="lacks a version",
    ),
)


def markdown() -> str:
    """The table for docs/faults.md."""
    lines = [
        "| seeded bug | in | the fault that finds it | on | the promise that it sees broken |",
        "|---|---|---|---|---|",
    ]
    for bug in SEEDED:
        roles = ", ".join(bug.plants)
        broken = f"{bug.promise}: {bug.text}"
        lines.append(f"| {bug.name} | {roles} | {bug.fault.name} | {bug.fault.on} | {broken} |")
    return "\n".join(lines) + "\n"
