from __future__ import annotations

import pytest
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType

from brokers.nats_streams import consumer_config, stream_config
from brokers.rabbit_queues import queue_arguments
from brokers.topology import Topology


def test_the_subjects_are_those_of_the_contract():
    assert [q.subject for q in Topology().queues] == [
        "kindkans.hulpvraag",
        "kindkans.ontvangst",
        "kindkans.dood",
    ]


def test_queues_refuse_when_full_and_dead_letters_age_away():
    topology = Topology()
    for queue in (topology.deliveries, topology.receipts):
        config = stream_config(topology, queue)
        assert (config.retention, config.discard) == (RetentionPolicy.WORK_QUEUE, DiscardPolicy.NEW)
        assert config.max_age == 0
        assert consumer_config(topology, queue).max_deliver == -1
    dead = stream_config(topology, topology.dead_letters)
    assert (dead.retention, dead.max_age) == (RetentionPolicy.LIMITS, 30 * 86_400)


def test_all_streams_are_on_disk_and_confirm():
    topology = Topology(replicas=3)
    for queue in topology.queues:
        config = stream_config(topology, queue)
        assert (config.storage, config.no_ack, config.num_replicas) == (StorageType.FILE, False, 3)


def test_a_subject_of_no_queue_has_no_stream():
    with pytest.raises(KeyError):
        Topology().stream_of("kindkans.anders")


def test_all_queues_of_rabbitmq_are_quorum_queues_with_a_bound():
    topology = Topology(max_queue_bytes=1000)
    for queue in topology.queues:
        arguments = queue_arguments(topology, queue)
        assert (arguments["x-queue-type"], arguments["x-max-length-bytes"]) == ("quorum", 1000)


def test_queues_of_rabbitmq_refuse_when_full_and_dead_letter_without_losing():
    topology = Topology()
    for queue in (topology.deliveries, topology.receipts):
        arguments = queue_arguments(topology, queue)
        assert arguments["x-overflow"] == "reject-publish"
        assert arguments["x-dead-letter-strategy"] == "at-least-once"
        assert arguments["x-dead-letter-exchange"] == ""
        assert arguments["x-dead-letter-routing-key"] == "kindkans.dood"
        assert arguments["x-delivery-limit"] == 200
        assert "x-message-ttl" not in arguments
    dead = queue_arguments(topology, topology.dead_letters)
    assert dead["x-message-ttl"] == 30 * 86_400_000
    assert "x-dead-letter-exchange" not in dead
