"""What the AsyncAPI document says of queues and headers is what real brokers have."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from brokers.messages import Dead
from brokers.rabbit_queues import queue_arguments
from brokers.topology import Topology
from components.documents import committed, schema

DOCUMENT = committed("asyncapi.yaml")


async def test_the_headers_of_a_dead_letter_are_as_documented(world, connect):
    async def handler(incoming):
        return Dead("ONLEESBAAR")

    connection = await connect(handler)
    await connection.publish(world.topology.deliveries.subject, "1", b"poison")
    await world.until(lambda: world.seen.count("handled") == 1)
    await connection.stop()
    (letter,) = await world.letters()
    headers = schema(DOCUMENT, "DeadLetterHeaders")
    assert [error.message for error in headers.iter_errors(letter.headers)] == []
    for name in headers.schema["components"]["schemas"]["DeadLetterHeaders"]["properties"]:
        without = {key: value for key, value in letter.headers.items() if key != name}
        assert not headers.is_valid(without)


@pytest.mark.parametrize("broker", ["nats"], indirect=True)
async def test_streams_and_consumers_are_as_documented(world):
    prefix = Topology().prefix
    async with world.broker.jetstream() as jetstream:
        for channel, queue in zip(DOCUMENT["channels"].values(), world.topology.queues, strict=True):
            told = channel["x-jetstream"]
            stream = asdict((await jetstream.stream_info(queue.stream)).config)
            assert stream["name"] == told["stream"]["name"].replace(prefix, world.topology.prefix, 1)
            assert queue.subject == channel["address"].replace(prefix, world.topology.prefix, 1)
            for name in told["stream"].keys() - {"name", "subjects"} - BOUNDED:
                assert stream[name] == told["stream"][name], name
            if queue.consumer:
                consumer = asdict((await jetstream.consumer_info(queue.stream, queue.consumer)).config)
                for name in told["consumer"].keys() - BOUNDED:
                    assert consumer[name] == told["consumer"][name], name


BOUNDED = {"max_bytes", "ack_wait"}  # the tests' own topology has others


def test_arguments_of_rabbitmq_are_as_documented():
    topology = Topology()
    for channel, queue in zip(DOCUMENT["channels"].values(), topology.queues, strict=True):
        assert channel["x-rabbitmq"] == queue_arguments(topology, queue)
        assert channel["bindings"]["amqp"]["queue"]["name"] == queue.subject
