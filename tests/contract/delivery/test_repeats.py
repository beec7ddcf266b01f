"""Whatever is sent twice, has one effect."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

import pytest

from brokers.messages import Done
from components.world import RELAY
from contract.delivery.leftovers import copies_left
from database import outbox
from dossier.delivery import Receipt


class Crash(BaseException):
    """As kill -9: nothing of ours catches it."""


def _crash(*_: object) -> None:
    raise Crash


@pytest.mark.usefixtures("nothing_again")
async def test_a_delivery_that_comes_twice_is_stored_once_and_confirmed_twice(world):
    event_id = await world.accept(bijlagen=(os.urandom(50_000),))
    sent: list[Receipt] = []

    async def keep(subject, message_id, body):
        sent.append(Receipt.decode(body))

    body = world.body(event_id)
    async with world.storing(publish=keep) as connection:
        for n in range(2):
            await connection.publish(world.topology.deliveries.subject, f"{event_id}-{n}", body)
            await world.until(lambda n=n: len(sent) == n + 1)
    assert world.held() == [(1, 1)]
    assert world.seen.count("stored") == world.seen.count("duplicate") == 1
    assert sent[0].inhoud_hash == sent[1].inhoud_hash != ""
    assert await copies_left(world) == 1


@pytest.mark.every_set
@pytest.mark.usefixtures("nothing_again")
async def test_copies_that_come_at_once_are_stored_once_and_leave_one_set_of_bijlagen(world):
    event_id = await world.accept(bijlagen=(os.urandom(200_000), os.urandom(1_000)))
    body = world.body(event_id)
    sent: list[bytes] = []

    async def keep(subject, message_id, body):
        sent.append(body)

    async with world.storing(publish=keep) as connection:
        subject = world.topology.deliveries.subject
        await asyncio.gather(*(connection.publish(subject, f"{event_id}-{n}", body) for n in range(20)))
        await world.until(lambda: len(sent) == 20)
    assert world.held() == [(1, 1)]
    assert world.seen.count("stored") == 1
    assert await copies_left(world) == 1


@pytest.mark.every_set
async def test_what_a_relay_published_and_died_before_marking_is_published_again(world):
    event_id = await world.accept()
    world.seen.on["settling"] = _crash
    settings = replace(RELAY, lease_seconds=0.2)
    async with world.storing(), world.relaying(settings) as relay:
        await world.until(relay._ended.is_set)
    world.seen.on.clear()
    assert world.seen.count("published") == 0
    async with world.storing(), world.relaying(settings):
        await world.until_states(bezorgd=1)
    assert world.held() == [(1, 1)]
    assert world.event(event_id).attempts == 0


async def test_a_relay_that_wakes_up_after_its_lease_changes_nothing(world):
    event_id = await world.accept()
    asleep, wake = asyncio.Event(), asyncio.Event()

    async def publish_slowly(subject, message_id, body):
        asleep.set()
        await wake.wait()

    settings = replace(RELAY, lease_seconds=0.1)
    async with world.relaying(settings, publish=publish_slowly):
        await asleep.wait()
        async with world.relaying(settings):
            await world.until_states(gepubliceerd=1)
            before = world.event(event_id)
            wake.set()
            await world.until(lambda: world.seen.count("fenced") == 1)
        assert world.event(event_id) == before
    assert before.publishes == 1
    assert world.seen.count("published") == 1


async def test_a_delivery_of_which_the_receipt_got_lost_is_published_again(world):
    event_id = await world.accept()
    lost: list[str] = []

    async def lose_the_first(subject, message_id, body):
        if not lost:
            lost.append(message_id)
            return
        await connection.publish(subject, message_id, body)

    connection = world.connection()
    await connection.start()
    async with (
        world.storing(publish=lose_the_first),
        world.relaying(replace(RELAY, receipt_within_seconds=0.2)),
    ):
        await world.until_states(bezorgd=1)
    await connection.stop()
    assert world.held() == [(1, 1)]
    assert world.event(event_id).publishes == 2
    assert world.seen.count("duplicate") == 1


@pytest.mark.every_set
async def test_a_store_that_died_between_its_commit_and_the_receipt_confirms_at_the_next_delivery(world):
    await world.accept()
    world.seen.on["stored"] = _crash
    crashing = asyncio.create_task(_store_until_crash(world))
    async with world.relaying():
        await crashing
        world.seen.on.clear()
        assert world.held() == [(1, 1)]
        assert world.states() == {"gepubliceerd": 1}
        async with world.storing():
            await world.until_states(bezorgd=1)
    assert world.held() == [(1, 1)]
    assert world.seen.count("stored") == world.seen.count("duplicate") == 1


async def _store_until_crash(world) -> None:
    connection = world.connection()
    handler = world.delivery_handler(connection.publish)
    died = asyncio.Event()

    async def dying(incoming):
        try:
            return await handler(incoming)
        except Crash:
            died.set()
            await world.broker.cut(connection)  # as the kernel does it: no word to the server
            return Done()

    connection.subscribe(world.topology.deliveries, dying)
    await connection.start()
    await died.wait()
    await connection.stop()


async def test_a_retried_dead_event_is_delivered_within_the_brokers_duplicate_window(world):
    event_id = await world.accept()
    failing = [True]

    def fail(*_: object) -> None:
        if failing[0]:
            raise RuntimeError("defect")

    world.seen.on["processing"] = fail
    async with world.storing(), world.relaying():
        await world.until_states(dood=1)
        assert world.event(event_id).dead_code == "VERWERKING_MISLUKT"
        failing[0] = False
        transact = world.gateway.committer.transact
        assert await transact(outbox.retry_dead) == [event_id]
        assert await transact(outbox.retry_dead) == []
        await world.until_states(bezorgd=1)
    assert world.held() == [(1, 1)]
