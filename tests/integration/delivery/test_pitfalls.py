"""What the brokers and their libraries do by default, and what it would cost us (pitfalls.md)."""

from __future__ import annotations

import asyncio
import secrets
import time

import pytest

from brokers.address import BrokerAddress
from brokers.backoff import Backoff
from brokers.messages import Dead, Done, Later
from brokers.topology import Topology
from dossier.errors import Unavailable


async def test_a_message_to_a_queue_that_is_gone_is_not_confirmed_and_not_refused(world, connect):
    connection = await connect()
    await world.broker.delete(world.topology.deliveries)
    subject = world.topology.deliveries.subject
    answers = await asyncio.gather(
        *(connection.publish(subject, "same", b"x") for _ in range(5)),
        *(connection.publish(subject, f"m{n}", b"x") for n in range(5)),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers] == [Unavailable] * 10
    await world.provision()
    await connection.publish(subject, "again", b"x")


async def test_a_message_for_no_queue_of_ours_is_a_defect(world, connect):
    connection = await connect()
    with pytest.raises(KeyError):
        await connection.publish("elsewhere", "m", b"x")


async def test_a_full_queue_refuses_as_unavailable_and_keeps_what_it_confirmed(world, connect):
    world.topology = Topology(prefix=f"full{secrets.token_hex(3)}", max_queue_bytes=200_000)
    await world.provision()
    connection = await connect()
    bodies = [secrets.token_bytes(10_000) for _ in range(60)]
    confirmed: list[bytes] = []
    refusals: list[type[BaseException]] = []
    for body in bodies:
        try:
            await connection.publish(world.topology.deliveries.subject, secrets.token_hex(8), body)
        except Unavailable as exc:
            refusals.append(type(exc))
        else:
            confirmed.append(body)
    assert confirmed
    assert refusals
    got: list[bytes] = []

    async def handler(incoming):
        got.append(incoming.body)
        return Done()

    await connect(handler)
    await world.until(lambda: len(got) >= len(confirmed))
    assert set(confirmed) <= set(got)
    async with asyncio.timeout(60):  # the server takes its time to make room
        while True:
            try:
                return await connection.publish(world.topology.deliveries.subject, "again", b"x" * 10_000)
            except Unavailable:
                await asyncio.sleep(0.02)


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"", b"{", b'{"a": 1}'])
async def test_poison_gives_exactly_one_dead_letter_with_its_bytes(world, connect, body):
    async def handler(incoming):
        return Dead("ONLEESBAAR") if incoming.body == body else Done()

    connection = await connect(handler)
    for n, content in enumerate((body, b"good")):
        await connection.publish(world.topology.deliveries.subject, f"m{n}", content)
    await world.until(lambda: world.seen.count("handled") == 2)
    await connection.stop()
    assert await world.waiting(world.topology.deliveries) == 0
    (letter,) = await world.letters()
    assert letter.body == body
    assert letter.headers["Kindkans-Code"] == "ONLEESBAAR"
    assert letter.headers["Kindkans-Deliveries"] == "1"


async def test_a_dead_letter_that_cannot_be_kept_leaves_the_message(world, connect):
    async def handler(incoming):
        return Dead("ONLEESBAAR")

    await world.broker.delete(world.topology.dead_letters)
    connection = await _connected_without_check(world, handler)
    await connection.publish(world.topology.deliveries.subject, "m", b"x")
    await world.until(lambda: world.seen.count("connection_error") >= 2)
    await world.provision()
    await world.until(lambda: world.seen.args("handled")[-1][1:2] == ("dead",))
    await connection.stop()
    assert [letter.body for letter in await world.letters()] == [b"x"]


async def _connected_without_check(world, handler):
    """As a role that runs already: the check of a start would refuse."""
    await world.provision()
    connection = world.connection()
    connection.subscribe(world.topology.deliveries, handler)
    await connection.start()
    await world.broker.delete(world.topology.dead_letters)
    return connection


async def test_a_handler_that_always_fails_is_called_at_its_pace_and_no_faster(world, connect):
    times: list[float] = []

    async def handler(incoming):
        times.append(time.monotonic())
        raise RuntimeError

    pace = Backoff(first_seconds=0.2, cap_seconds=0.2)
    connection = await connect(handler, failure=pace)
    await connection.publish(world.topology.deliveries.subject, "m", b"x")
    await world.until(lambda: len(times) >= 5)
    assert times[4] - times[0] >= 4 * 0.1  # a wait is at least half the step


async def test_a_handler_that_runs_is_not_cut_off_when_its_connection_is(world, connect):
    entered, release = asyncio.Event(), asyncio.Event()
    ended: list[int] = []

    async def handler(incoming):
        entered.set()
        if not ended:
            await release.wait()
        ended.append(incoming.deliveries)
        return Done()

    connection = await connect(handler)
    await connection.publish(world.topology.deliveries.subject, "m", b"x")
    await entered.wait()
    await world.broker.cut(connection)
    release.set()
    await world.until(lambda: len(ended) == 1)
    await connect(handler)
    await world.until(lambda: len(ended) == 2)  # its ack got lost, so it came again


async def test_a_stop_gives_back_at_once_what_waits(world, connect):
    async def handler(incoming):
        return Later(600)

    connection = await connect(handler)
    await connection.publish(world.topology.deliveries.subject, "m", b"x")
    await world.until(lambda: world.seen.count("handled") == 1)
    async with asyncio.timeout(60):
        await connection.stop()
    assert await world.waiting(world.topology.deliveries) == 1


async def test_a_node_that_is_down_is_passed_over(world, connect):
    address = world.broker.address
    scheme, path = address.scheme, "/" if address.is_rabbit else ""
    for nodes in (
        f"{scheme}://127.0.0.1:1{path},{address.url}",
        f"{address.url},{scheme}://127.0.0.1:1{path}",
    ):
        world.broker = type(world.broker)(
            BrokerAddress(
                url=nodes,
                user=address.user,
                password=address.password,
                token=address.token,
                embedded=address.embedded,
            )
        )
        connection = await connect()
        await connection.publish(world.topology.deliveries.subject, "m", b"x")
    world.broker = type(world.broker)(address)
