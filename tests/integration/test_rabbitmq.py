"""What is RabbitMQ's own: arguments that must be right, permissions, alarms, limits, and holding."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace

import pytest

from brokers.address import parse_address
from brokers.messages import Done, Later, PublishRefused
from brokers.provision import check, provision
from brokers.rabbit_provision import _check_version
from brokers.rabbit_queues import queue_arguments
from brokers.topology import Topology
from components.brokers import Rabbit, provision_patiently
from components.rabbitmq import fresh_vhost, run_rabbitmq
from dossier.cloud_events import CONTENT_TYPE
from dossier.errors import ConfigurationError, Unavailable

TOPOLOGY = Topology()
PASSWORD = "ge@h/ei:m%&?#,é"
SUBJECT = TOPOLOGY.deliveries.subject


@pytest.fixture
async def rabbit():
    """A vhost of the test's own, provisioned."""
    with fresh_vhost() as url:
        address = parse_address(url)
        await provision(address, TOPOLOGY)
        yield Rabbit(address)


@pytest.fixture
async def own(own_rabbit):
    """The server that may be broken, with the queues of the test."""
    topology = Topology(prefix=f"t{secrets.token_hex(4)}")
    broker = Rabbit(parse_address(f"amqp://guest:guest@127.0.0.1:{own_rabbit.port}"))
    await provision_patiently(broker.address, topology)
    return broker, topology


async def published(connection, subject, body=b"x") -> None:
    """As the relay does it: again, until it is confirmed."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await connection.publish(subject, secrets.token_hex(4), body)
            except Unavailable:
                await asyncio.sleep(0.05)


async def until(condition) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


# --- what is refused ---


async def _declare(rabbit: Rabbit, queue, arguments) -> None:
    await rabbit.delete(queue)
    async with rabbit.channel() as channel:
        await channel.queue_declare(queue.subject, durable=True, arguments=arguments)


@pytest.mark.parametrize(
    ("argument", "other"),
    [
        ("x-queue-type", "classic"),
        ("x-max-length-bytes", 1000),
        ("x-max-length-bytes", None),
        ("x-overflow", "drop-head"),
        ("x-delivery-limit", 3),
        ("x-delivery-limit", None),
        ("x-dead-letter-exchange", None),
        ("x-dead-letter-routing-key", "elsewhere"),
        ("x-dead-letter-strategy", "at-most-once"),
        ("x-dead-letter-strategy", None),
    ],
)
async def test_a_queue_that_would_lose_is_refused_and_left_alone(rabbit, argument, other):
    arguments = queue_arguments(TOPOLOGY, TOPOLOGY.deliveries) | {argument: other}
    if other == "classic":
        arguments = {"x-queue-type": "classic"}
    if other is None:
        del arguments[argument]
        if argument == "x-dead-letter-exchange":
            del arguments["x-dead-letter-routing-key"], arguments["x-dead-letter-strategy"]
    await _declare(rabbit, TOPOLOGY.deliveries, arguments)
    for step in (check, provision):
        with pytest.raises(ConfigurationError, match=r"kindkans\.hulpvraag") as refused:
            await step(rabbit.address, TOPOLOGY)
        assert "provision" in str(refused.value) or "delete the queue" in str(refused.value)
    async with rabbit.channel() as channel:
        await channel.queue_declare(SUBJECT, durable=True, arguments=arguments)  # as it was


@pytest.mark.parametrize("ttl", [1000, None])
async def test_dead_letters_that_are_kept_for_another_time_are_refused(rabbit, ttl):
    arguments = queue_arguments(TOPOLOGY, TOPOLOGY.dead_letters)
    arguments = {k: v for k, v in arguments.items() if k != "x-message-ttl"} | (
        {"x-message-ttl": ttl} if ttl else {}
    )
    await _declare(rabbit, TOPOLOGY.dead_letters, arguments)
    with pytest.raises(ConfigurationError, match=r"kindkans\.dood"):
        await check(rabbit.address, TOPOLOGY)


@pytest.mark.parametrize("version", ["3.9.29", "2.8.1", "", "unknown"])
def test_a_server_that_cannot_dead_letter_safely_is_refused(version):
    with pytest.raises(ConfigurationError, match=r"3\.10"):
        _check_version({"version": version})


@pytest.mark.parametrize("version", ["3.10.0", "3.13.7", "4.0.5", "10.0.0"])
def test_newer_servers_are_taken(version):
    _check_version({"version": version})


async def test_a_vhost_that_is_not_there_is_refused(rabbit):
    nowhere = replace(rabbit.address, url=rabbit.address.url + "-nowhere")
    with pytest.raises(ConfigurationError, match="vhost"):
        await check(nowhere, TOPOLOGY)


# --- permissions ---


@pytest.fixture
def limited(rabbit):
    """A user of the vhost with no more than the operations page says, and who can take it away."""
    _, api = run_rabbitmq()
    vhost = rabbit.address.url.rsplit("/", 1)[1]
    user = f"gateway-{secrets.token_hex(4)}"
    api.create_user(user, PASSWORD)
    ours = r"^kindkans\..*"
    permit = {"configure": ours, "write": rf"{ours}|^amq\.default$", "read": rf"{ours}|^amq\.default$"}
    api.permit(vhost, user, **permit)
    yield (
        Rabbit(replace(rabbit.address, user=user, password=PASSWORD)),
        lambda **less: api.permit(vhost, user, **(permit | less)),
    )
    api.call("DELETE", f"/users/{user}")


async def test_the_permissions_of_the_operations_page_suffice(limited):
    broker, _ = limited
    got: list[bytes] = []

    async def handler(incoming):
        got.append(incoming.body)
        return Done()

    await provision(broker.address, TOPOLOGY)
    connection = broker.connection(TOPOLOGY, None)
    connection.subscribe(TOPOLOGY.deliveries, handler)
    await connection.start()
    await connection.publish(SUBJECT, "m", b"x")
    await until(lambda: got == [b"x"])
    await connection.stop()


@pytest.mark.parametrize("less", [{"configure": "^$"}, {"read": "^$"}])
async def test_a_user_with_fewer_is_refused_with_the_remedy(limited, less):
    broker, permit = limited
    permit(**less)
    connection = broker.connection(TOPOLOGY, None)
    connection.subscribe(TOPOLOGY.deliveries, lambda incoming: asyncio.sleep(0, Done()))
    with pytest.raises(ConfigurationError, match="permissions"):
        await connection.start()
    await connection.stop()


async def test_a_permission_that_is_taken_away_is_unavailable_and_given_again_goes_on(limited):
    broker, permit = limited
    connection = broker.connection(TOPOLOGY, None)
    await connection.start()
    permit(write="^$")
    with pytest.raises(Unavailable):
        await connection.publish(SUBJECT, "m", b"x")
    permit()

    await published(connection, SUBJECT)
    await connection.stop()


# --- what is on the wire ---


async def test_messages_are_persistent_and_carry_our_id(rabbit):
    connection = rabbit.connection(TOPOLOGY, None)
    await connection.start()
    await connection.publish(SUBJECT, "event-0", b"{}")
    await connection.stop()
    async with rabbit.channel() as channel:
        properties = (await channel.basic_get(SUBJECT)).header.properties
    assert properties.delivery_mode == 2
    assert properties.headers["Kindkans-Message-Id"] == "event-0"
    assert properties.content_type == CONTENT_TYPE


# --- the second line ---


async def test_a_message_over_the_delivery_limit_becomes_exactly_one_dead_letter(rabbit):
    topology = Topology(prefix="limit", delivery_limit=3)
    await provision(rabbit.address, topology)
    async with rabbit.channel() as channel:
        await channel.basic_publish(b"x", routing_key=topology.deliveries.subject)
        times = 0
        while (got := await channel.basic_get(topology.deliveries.subject)).delivery_tag:
            times += 1
            await channel.basic_nack(got.delivery_tag, requeue=True)
    assert times == 4
    found = []
    async with asyncio.timeout(60):
        while not found:
            found = await rabbit.letters(topology.dead_letters)
    assert [letter.body for letter in found] == [b"x"]


async def test_no_more_is_handed_out_than_can_be_handled(rabbit):
    entered = 0
    release = asyncio.Event()

    async def handler(incoming):
        nonlocal entered
        entered += 1
        await release.wait()
        return Done()

    connection = rabbit.connection(TOPOLOGY, None, concurrency=5)
    connection.subscribe(TOPOLOGY.deliveries, handler)
    await connection.start()
    await asyncio.gather(*(connection.publish(SUBJECT, f"m{n}", b"x") for n in range(50)))
    await until(lambda: entered == 5)
    assert await rabbit.waiting(TOPOLOGY.deliveries) == 45  # of those that are ready at the server
    release.set()
    await until(lambda: entered == 50)
    await connection.stop()


# --- holding ---


async def test_what_is_held_for_long_goes_back_to_the_queue_and_comes_again(rabbit):
    deliveries: list[int] = []

    async def handler(incoming):
        deliveries.append(incoming.deliveries)
        return Later(0.1) if len(deliveries) < 12 else Done()

    connection = rabbit.connection(TOPOLOGY, None, hold_seconds=0.35)
    connection.subscribe(TOPOLOGY.deliveries, handler)
    await connection.start()
    await connection.publish(SUBJECT, "m", b"x")
    await until(lambda: len(deliveries) == 12)
    await connection.stop()
    assert deliveries[:3] == [1, 2, 3]
    assert deliveries != sorted(deliveries)  # each time that it comes again it counts from the server's count
    assert await rabbit.waiting(TOPOLOGY.deliveries) == 0


async def test_waiting_eats_no_delivery_limit(rabbit):
    topology = Topology(prefix="patient", delivery_limit=2)
    await provision(rabbit.address, topology)
    calls = 0

    async def handler(incoming):
        nonlocal calls
        calls += 1
        return Later(0.01) if calls < 20 else Done()

    connection = rabbit.connection(topology, None)
    connection.subscribe(topology.deliveries, handler)
    await connection.start()
    await connection.publish(topology.deliveries.subject, "m", b"x")
    await until(lambda: calls == 20)
    await connection.stop()
    assert await rabbit.letters(topology.dead_letters) == []


async def test_what_is_held_on_a_connection_that_is_lost_is_handled_once_by_the_next(rabbit):
    calls: list[tuple[bytes, int]] = []

    async def handler(incoming):
        calls.append((incoming.body, incoming.deliveries))
        if incoming.body == b"held" and len(calls) == 1:
            return Later(0.5)
        return Later(1.0) if calls.count((b"clock", 1)) and len(calls) == 3 else Done()

    connection = rabbit.connection(TOPOLOGY, None)
    connection.subscribe(TOPOLOGY.deliveries, handler)
    await connection.start()
    await connection.publish(SUBJECT, "m", b"held")
    await until(lambda: len(calls) == 1)
    connection._consuming._nodes.abort()  # it reconnects by itself
    await until(lambda: len(calls) == 2)
    await connection.publish(SUBJECT, "n", b"clock")  # when it is done, the copy would have been handled
    await until(lambda: calls[-1] == (b"clock", 2))
    await connection.stop()
    assert [call for call in calls if call[0] == b"held"] == [(b"held", 1), (b"held", 2)]
    assert await rabbit.waiting(TOPOLOGY.deliveries) == 0


async def test_consuming_goes_on_when_the_server_closes_the_channel(rabbit):
    got: list[bytes] = []

    async def handler(incoming):
        got.append(incoming.body)
        return Done()

    connection = rabbit.connection(TOPOLOGY, None)
    connection.subscribe(TOPOLOGY.deliveries, handler)
    await connection.start()
    (subscriber, _), *_rest = connection._consumers
    channel = await subscriber._queue_obj.channel.get_underlay_channel()
    await channel.basic_ack(999)  # of nothing: the server closes the channel over it
    await until(lambda: channel.is_closed)
    await connection.publish(SUBJECT, "m", b"x")
    await until(lambda: got == [b"x"])
    await connection.stop()


# --- a server that is unwilling ---


@pytest.mark.xdist_group("own_rabbit")
async def test_a_message_over_the_servers_own_limit_is_refused_and_takes_no_other_with_it(own):
    broker, topology = own
    connection = broker.connection(topology, None)
    await connection.start()
    subject = topology.deliveries.subject
    sizes = [10, 2 * 1024 * 1024, 10, 10]
    answers = await asyncio.gather(
        *(connection.publish(subject, f"m{n}", b"x" * size) for n, size in enumerate(sizes)),
        return_exceptions=True,
    )
    assert type(answers[1]) is PublishRefused
    assert {type(answer) for n, answer in enumerate(answers) if n != 1} <= {type(None), Unavailable}
    await published(connection, subject)
    await connection.stop()


@pytest.mark.xdist_group("own_rabbit")
async def test_an_alarm_is_unavailable_in_time_and_consumers_go_on(own, own_rabbit):
    broker, topology = own
    got: list[bytes] = []

    async def handler(incoming):
        got.append(incoming.body)
        return Done()

    publisher = broker.connection(topology, None, publish_seconds=0.5)
    await publisher.start()
    subject = topology.deliveries.subject
    await publisher.publish(subject, "before", b"before")
    await asyncio.to_thread(own_rabbit.disk_alarm, True)
    try:
        for n in range(3):
            async with asyncio.timeout(60):
                with pytest.raises(Unavailable):
                    await publisher.publish(subject, f"m{n}", b"during")
        consumer = broker.connection(topology, None)
        consumer.subscribe(topology.deliveries, handler)
        await consumer.start()
        await until(lambda: got == [b"before"])
        async with asyncio.timeout(60):
            await consumer.stop()
        assert await broker.waiting(topology.deliveries) == 0
    finally:
        await asyncio.to_thread(own_rabbit.disk_alarm, False)
    await published(publisher, subject, b"after")
    await publisher.stop()
    # At most the first was sent before the alarm was known. It was called unavailable, and may have come.
    assert await broker.waiting(topology.deliveries) in (1, 2)
