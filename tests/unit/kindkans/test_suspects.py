"""An event that kills the process each time dies, one that takes too long too; their neighbours never."""

from __future__ import annotations

import asyncio

import pytest

from brokers.backoff import Backoff
from brokers.messages import Dead, Done, Incoming, Later
from dossier.delivery import Receipt
from dossier.errors import Unavailable
from kindkans.failures import count_failure
from kindkans.handler import DeliveryHandler
from kindkans.settings import StoreSettings
from kindkans.suspects import Suspects

ONCE = Backoff(first_seconds=2, cap_seconds=2)


class Killed(BaseException):
    """The process died here, as far as the database can tell."""


class Killer:
    """A seal that kills who opens a certain event; and something to do on the way for others."""

    def __init__(self, seal, *kills) -> None:
        self._seal = seal
        self._kills = kills

    def open(self, sealed, context):
        if context in self._kills:
            for task in asyncio.all_tasks():
                if task.get_name() == "in flight":
                    task.cancel()
            raise Killed
        return self._seal.open(sealed, context)

    def keyed_hash(self, value):
        return self._seal.keyed_hash(value)


@pytest.fixture
def sent() -> list[Receipt]:
    return []


@pytest.fixture
def new_handler(store, sent, seal, source, own):
    async def publish(subject, message_id, body) -> None:
        sent.append(Receipt.decode(body))

    async def transact(work):
        result = store.do(work)
        await asyncio.sleep(0)  # others go on meanwhile
        return result

    def new(*, kills=(), seconds=30.0, **changes) -> DeliveryHandler:
        settings = StoreSettings(
            max_tries=3, failure=ONCE, unavailable=ONCE, handling_seconds=seconds, suspect_wait_seconds=0.1
        )
        parts = {"seal": Killer(seal, *kills), "source": source, "own": own, "settings": settings}
        return DeliveryHandler(changes.pop("transact", transact), publish, "r", **(parts | changes))

    return new


def again(delivery, deliveries=2) -> Incoming:
    return Incoming(body=delivery.encode(), deliveries=deliveries)


async def _die_of(handler, incoming) -> None:
    with pytest.raises(Killed):
        await handler(incoming)


async def test_an_event_that_kills_each_time_is_dead_after_its_tries(new_handler, new_delivery, sent, store):
    killer = new_delivery("a")
    await _die_of(new_handler(kills=[killer.event_id]), again(killer, 1))
    for deliveries in (2, 3, 4):
        await _die_of(new_handler(kills=[killer.event_id]), again(killer, deliveries))
    outcome = await new_handler(kills=[killer.event_id])(again(killer, 5))
    assert outcome == Dead("VERWERKING_AFGEBROKEN")
    assert [receipt.code for receipt in sent] == ["VERWERKING_AFGEBROKEN"]
    assert store.rows("mislukking") == 0


async def test_who_was_in_flight_with_a_killer_is_not_blamed(new_handler, new_delivery, store):
    killer, innocent = new_delivery("a"), new_delivery("b", number=2)
    for _ in range(3):
        handler = new_handler(kills=[killer.event_id])
        working = asyncio.create_task(handler(again(killer)))
        waiting = asyncio.create_task(handler(again(innocent)), name="in flight")
        with pytest.raises(Killed):
            await working
        await asyncio.gather(waiting, return_exceptions=True)
        assert waiting.cancelled()
        assert store.rows("mislukking") == 1  # the killer's
    assert await new_handler(kills=[killer.event_id])(again(killer)) == Dead("VERWERKING_AFGEBROKEN")
    assert await new_handler()(again(innocent)) == Done()


async def test_what_comes_for_the_first_time_passes_a_suspect_that_hangs(
    new_handler, new_delivery, source, store
):
    hanging, fresh = new_delivery("a", files=(b"x",)), new_delivery("b", number=2)
    objects = Hanging(source, hanging)
    handler = new_handler(source=objects)
    stuck = asyncio.create_task(handler(again(hanging)))
    await objects.reached.wait()
    assert await handler(again(fresh, 1)) == Done()
    assert isinstance(await handler(again(fresh, 2)), Later)  # suspects wait for one another, not for ever
    stuck.cancel()
    await asyncio.gather(stuck, return_exceptions=True)


async def test_an_event_that_takes_too_long_fails_and_is_dead_after_its_tries(
    new_handler, new_delivery, source, sent, store
):
    hanging = new_delivery("a", files=(b"x",))
    other = [new_delivery(str(n), number=n, files=(b"y",)) for n in (2, 3, 4)]
    objects = Hanging(source, hanging)
    handler = new_handler(source=objects, seconds=1.5)
    outcomes = []
    for deliveries, innocent in enumerate(other, start=1):
        working = asyncio.create_task(handler(again(hanging, deliveries)))
        await objects.reached.wait()
        objects.reached.clear()
        assert await handler(again(innocent, 1)) == Done()
        outcomes.append(await working)
    assert [type(outcome) for outcome in outcomes[:2]] == [Later, Later]
    assert outcomes[2] == Dead("VERWERKING_TE_LANG")


async def test_storage_that_answers_nobody_is_not_the_events_fault(new_handler, new_delivery, source, store):
    hanging = new_delivery("a", files=(b"x",))
    handler = new_handler(source=Hanging(source, hanging), seconds=0.05)
    for deliveries in range(1, 6):
        assert isinstance(await handler(again(hanging, deliveries)), Later)
    assert await new_handler()(again(hanging, 6)) == Done()


async def test_a_database_that_answers_nobody_is_not_the_events_fault(new_handler, new_delivery, store):
    delivery = new_delivery()

    async def never(work) -> None:
        await asyncio.Event().wait()

    handler = new_handler(transact=never, seconds=0.05)
    assert isinstance(await handler(again(delivery, 1)), Later)
    assert await new_handler()(again(delivery, 2)) == Done()


async def test_unavailability_takes_the_beginning_back_also_when_that_must_wait(
    new_handler, new_delivery, store
):
    delivery = new_delivery()
    down: list[bool] = []

    async def transact(work):
        if down and down.pop(0):
            raise Unavailable("database")
        return store.do(work)

    handler = new_handler(transact=transact)
    for deliveries in range(2, 12):
        down[:] = [False, True, True] if deliveries == 2 else [False, False, True, True]
        assert isinstance(await handler(again(delivery, deliveries)), Later)
    down.clear()
    assert await handler(again(delivery, 12)) == Done()
    assert store.rows("mislukking") == 0


async def test_a_duplicate_leaves_no_beginning_behind(new_handler, new_delivery, store):
    delivery = new_delivery()
    assert await new_handler()(again(delivery, 1)) == Done()
    assert await new_handler()(again(delivery, 2)) == Done()
    assert store.rows("mislukking") == 0


async def test_beginnings_and_failures_are_one_count(new_handler, new_delivery, store):
    delivery = new_delivery()
    suspects = Suspects(store.transact, wait_seconds=1)
    store.do(count_failure, delivery.event_id)
    assert await suspects.begin(delivery.event_id) == 2
    await suspects.take_back(delivery.event_id)
    assert await suspects.begin(delivery.event_id) == 2
    await suspects.clear(delivery.event_id)
    assert await suspects.begin(delivery.event_id) == 1


class Hanging:
    """Storage that never gives the bijlagen of one delivery."""

    def __init__(self, inner, delivery) -> None:
        self._inner = inner
        self._names = {bijlage.object_id for bijlage in delivery.bijlagen}
        self.reached = asyncio.Event()

    async def read(self, object_id):
        if object_id in self._names:
            self.reached.set()
            await asyncio.Event().wait()
        async for chunk in self._inner.read(object_id):
            yield chunk
