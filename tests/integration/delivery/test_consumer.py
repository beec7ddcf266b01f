"""What a handler may count on, and what the broker is told."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import replace

import pytest

from brokers.backoff import Backoff
from brokers.messages import Dead, Done, Later, PublishRefused

SLOW = Backoff(first_seconds=1.0, cap_seconds=60.0)


async def _publish(world, connection, *bodies: bytes) -> None:
    for body in bodies:
        await connection.publish(world.topology.deliveries.subject, secrets.token_hex(8), body)


async def test_done_takes_a_message_off_the_queue_and_the_handler_gets_the_bytes_as_they_came(world, connect):
    got: list[tuple[bytes, int]] = []

    async def handler(incoming):
        got.append((incoming.body, incoming.deliveries))
        return Done()

    connection = await connect(handler)
    await _publish(world, connection, b"\xff\x00{", b'{"a":1}')
    await world.until(lambda: world.seen.count("handled") == 2)
    await connection.stop()
    assert sorted(got) == sorted([(b"\xff\x00{", 1), (b'{"a":1}', 1)])
    assert await world.waiting(world.topology.deliveries) == 0


async def test_later_brings_it_back_after_the_delay_and_counts(world, connect):
    times: list[tuple[int, float]] = []

    async def handler(incoming):
        times.append((incoming.deliveries, time.monotonic()))
        return Later(0.3) if incoming.deliveries < 3 else Done()

    await _publish(world, await connect(handler), b"x")
    await world.until(lambda: len(times) == 3)
    assert [deliveries for deliveries, _ in times] == [1, 2, 3]
    assert times[1][1] - times[0][1] >= 0.25


@pytest.mark.parametrize("broker", ["nats"], indirect=True)
async def test_what_waits_keeps_nobody_else(world, connect):
    done: list[bytes] = []

    async def handler(incoming):
        if incoming.body.startswith(b"w"):
            return Later(600)
        done.append(incoming.body)
        return Done()

    connection = await connect(handler, concurrency=2)
    await _publish(world, connection, *(b"w%d" % n for n in range(20)), b"x")
    await world.until(lambda: done == [b"x"])


async def test_an_escaped_exception_means_later_and_only_its_name_is_told(world, connect):
    calls: list[int] = []

    async def handler(incoming):
        calls.append(incoming.deliveries)
        if len(calls) == 1:
            raise RuntimeError("Jan Jansen")
        return Done()

    connection = await connect(handler)
    await _publish(world, connection, b"x")
    await world.until(lambda: calls == [1, 2])
    assert world.seen.args("handler_failed") == [(world.topology.deliveries.subject, "RuntimeError")]


async def test_dead_leaves_a_letter_with_the_code_and_takes_it_off_the_queue(world, connect):
    async def handler(incoming):
        return Dead("ONLEESBAAR")

    connection = await connect(handler)
    await _publish(world, connection, b"poison")
    await world.until(lambda: world.seen.count("handled") == 1)
    await connection.stop()
    (letter,) = await world.letters()
    assert letter.body == b"poison"
    assert letter.headers["Kindkans-Code"] == "ONLEESBAAR"
    assert letter.headers["Kindkans-Subject"] == world.topology.deliveries.subject
    assert await world.waiting(world.topology.deliveries) == 0


async def test_no_more_handlers_run_at_once_than_were_asked(world, connect):
    running, most, count = 0, 0, 0

    async def handler(incoming):
        nonlocal running, most, count
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        count += 1
        return Done()

    first = await connect(lambda incoming: asyncio.sleep(0, Done()))
    await first.stop()
    connection = await connect(handler, concurrency=3)
    await _publish(world, connection, *(b"%d" % n for n in range(30)))
    await world.until(lambda: count == 30)
    assert most <= 3


async def test_a_handler_that_takes_longer_than_the_ack_time_is_not_run_twice(world, connect):
    deliveries: list[int] = []

    async def handler(incoming):
        deliveries.append(incoming.deliveries)
        await asyncio.sleep(world.topology.ack_wait_seconds * 1.6)
        return Done()

    connection = await connect(handler)
    await _publish(world, connection, b"slow")
    await world.until(lambda: world.seen.count("handled") == 1)
    assert deliveries == [1]
    await connection.stop()
    assert await world.waiting(world.topology.deliveries) == 0


async def test_a_stop_lets_running_handlers_finish_and_leaves_the_rest_to_others_at_once(world, connect):
    world.topology = replace(world.topology, prefix=f"long{secrets.token_hex(4)}", ack_wait_seconds=600.0)
    await world.provision()  # what is not handed back does not come within the time of this test
    release, entered = asyncio.Event(), asyncio.Event()
    done: list[bytes] = []

    async def slow(incoming):
        entered.set()
        await release.wait()
        done.append(incoming.body)
        return Done()

    async def other(incoming):
        done.append(incoming.body)
        return Done()

    connection = await connect(slow, concurrency=1)
    await _publish(world, connection, b"1", b"2", b"3")
    await entered.wait()
    stopping = asyncio.create_task(connection.stop())
    release.set()
    await stopping
    await connect(other)
    await world.until(lambda: sorted(done) == [b"1", b"2", b"3"])


async def test_what_is_too_large_is_refused_for_good(world, connect):
    connection = await connect(lambda incoming: asyncio.sleep(0, Done()))
    largest = 4 * 2**20
    for size in (largest - 4095, largest - 1, largest, largest + 1, 2 * largest):
        with pytest.raises(PublishRefused):
            await _publish(world, connection, b"x" * size)
    await _publish(world, connection, b"x" * (largest - 4096))
    assert connection.is_connected


@pytest.mark.parametrize("broker", ["nats"], indirect=True)
async def test_one_message_id_is_one_message(world, connect):
    got: list[bytes] = []

    async def handler(incoming):
        got.append(incoming.body)
        return Done()

    connection = await connect(handler)
    for body in (b"first", b"second"):
        await connection.publish(world.topology.deliveries.subject, "same", body)
    await connection.publish(world.topology.deliveries.subject, "other", b"last")
    await world.until(lambda: len(got) == 2)
    assert sorted(got) == [b"first", b"last"]
