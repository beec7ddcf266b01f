"""The relay against a broker that answers as it is told."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from brokers.backoff import Backoff
from brokers.messages import PublishRefused
from dossier.errors import Unavailable
from outbox.observer import SilentOutbox
from outbox.relay import Relay
from outbox.settings import REFUSED_BY_BROKER, RelaySettings

AT_ONCE = Backoff(first_seconds=0.001, cap_seconds=0.002)
SETTINGS = RelaySettings(
    poll_seconds=0.005,
    idle_poll_seconds=0.01,
    max_attempts=3,
    refused=AT_ONCE,
    broker_down=AT_ONCE,
    database_down=AT_ONCE,
)


class Broker:
    """Takes everything, unless `answer` raises."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []
        self.tries = 0

    def answer(self, body: bytes) -> None: ...

    async def publish(self, subject: str, message_id: str, body: bytes) -> None:
        self.tries += 1
        self.answer(body)
        self.got.append((subject, message_id))


class Seen(SilentOutbox):
    def __init__(self) -> None:
        self.pauses: list[str] = []
        self.deaths: list[tuple[str, str]] = []
        self.repeats: list[bool] = []

    def paused(self, what, seconds) -> None:
        self.pauses.append(what)

    def dead(self, event_id, code) -> None:
        self.deaths.append((event_id, code))

    def published(self, event_id, age_seconds, repeat) -> None:
        self.repeats.append(repeat)


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def seen() -> Seen:
    return Seen()


@asynccontextmanager
async def running(box, broker, seen, settings=SETTINGS, transact=None):
    relay = Relay(transact or box.transact, broker.publish, "s", settings, seen)
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        await relay.stop()
        await task


async def until(condition) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def test_what_is_due_is_published_once_under_an_id_that_counts_the_publishes(box, broker, seen):
    event_id = box.add("a")
    async with running(box, broker, seen):
        await until(lambda: box.states() == {"gepubliceerd": 1})
        box.age(3_600_000)
        await until(lambda: seen.repeats == [False, True])
    assert broker.got == [("s", f"{event_id}-0"), ("s", f"{event_id}-1")]


async def test_refusals_count_and_the_last_one_is_death_with_a_code(box, broker, seen):
    def refuse(body):
        if body == bad.encode():
            raise PublishRefused

    bad, good = box.add("a"), box.add("b")
    broker.answer = refuse
    async with running(box, broker, seen):
        await until(lambda: box.states() == {"gepubliceerd": 1, "dood": 1})
    assert box.row(bad).dead_code == REFUSED_BY_BROKER
    assert box.row(bad).attempts == 3
    assert seen.deaths == [(bad, REFUSED_BY_BROKER)]
    assert broker.got == [("s", f"{good}-0")]
    assert seen.pauses == []


async def test_a_broker_that_is_down_costs_no_attempt_however_long(box, broker, seen):
    def down(body):
        raise Unavailable("broker")

    event_id = box.add("a")
    broker.answer = down
    async with running(box, broker, seen):
        await until(lambda: len(seen.pauses) >= 10)
        assert box.row(event_id).attempts == 0
        broker.answer = lambda body: None
        await until(lambda: box.states() == {"gepubliceerd": 1})
    assert set(seen.pauses) == {"broker"}
    assert seen.deaths == []


async def test_a_database_that_is_down_is_waited_for(box, broker, seen):
    async def transact(work):
        if broken:
            raise Unavailable("database")
        return box.do(work)

    broken = True
    box.add("a")
    async with running(box, broker, seen, transact=transact):
        await until(lambda: len(seen.pauses) >= 3)
        broken = False
        await until(lambda: box.states() == {"gepubliceerd": 1})
    assert set(seen.pauses) == {"database"}


async def test_what_was_published_and_could_not_be_marked_is_published_again_under_the_same_id(
    box, broker, seen
):
    class FailingOnce(Seen):
        def settling(self, events) -> None:
            self.failed = getattr(self, "failed", 0) + 1

    failing = FailingOnce()
    event_id = box.add("a")

    async def transact(work):
        if getattr(failing, "failed", 0) == 1 and not failing.pauses:
            raise Unavailable("database")
        return box.do(work)

    settings = RelaySettings(poll_seconds=0.005, lease_seconds=0.05, database_down=AT_ONCE)
    async with running(box, broker, failing, settings, transact):
        await until(lambda: box.states() == {"gepubliceerd": 1})
    assert broker.got == [("s", f"{event_id}-0")] * 2


async def test_a_nudge_ends_the_wait(box, broker, seen):
    slow = RelaySettings(poll_seconds=30, idle_poll_seconds=30)
    claims = 0

    async def transact(work):
        nonlocal claims
        claims += 1
        return box.do(work)

    async with running(box, broker, seen, slow, transact) as relay:
        await until(lambda: claims == 1)
        box.add("a")
        relay.nudge()
        await until(lambda: box.states() == {"gepubliceerd": 1})


async def test_a_stop_finishes_the_batch_in_flight_and_claims_no_other(box, broker, seen):
    release, asked = asyncio.Event(), asyncio.Event()

    async def publish(subject, message_id, body):
        asked.set()
        await release.wait()

    box.add("a")
    relay = Relay(box.transact, publish, "s", SETTINGS, seen)
    task = asyncio.create_task(relay.run())
    await asked.wait()
    late = box.add("b")
    stopping = asyncio.create_task(relay.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    release.set()
    await stopping
    await task
    assert box.states() == {"gepubliceerd": 1, "wachtend": 1}
    assert box.claim() == [late]


async def test_a_stop_releases_what_could_not_be_published(box, broker, seen):
    def down(body):
        raise Unavailable("broker")

    event_id = box.add("a")
    broker.answer = down
    async with running(box, broker, seen):
        await until(lambda: len(seen.pauses) >= 1)
    box.age(10)
    assert box.claim() == [event_id]


@pytest.mark.parametrize(
    "wrong", [{"batch": 0}, {"max_attempts": 0}, {"poll_seconds": 1.0}, {"lease_seconds": 0}]
)
def test_senseless_settings_are_refused(wrong):
    with pytest.raises(ValueError, match=r"_|batch"):
        RelaySettings(**wrong)


async def test_an_event_due_in_an_hour_by_a_wrong_clock_is_published_now(box, broker, seen):
    box.add("a")
    box.age(-3_600_000)
    async with running(box, broker, seen):
        await until(lambda: box.states() == {"gepubliceerd": 1})
