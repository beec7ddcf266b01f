from __future__ import annotations

import pytest
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType

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
        config = topology.stream_config(queue)
        assert (config.retention, config.discard) == (RetentionPolicy.WORK_QUEUE, DiscardPolicy.NEW)
        assert config.max_age == 0
        assert topology.consumer_config(queue).max_deliver == -1
    dead = topology.stream_config(topology.dead_letters)
    assert (dead.retention, dead.max_age) == (RetentionPolicy.LIMITS, 30 * 86_400)


def test_all_streams_are_on_disk_and_confirm():
    topology = Topology(replicas=3)
    for queue in topology.queues:
        config = topology.stream_config(queue)
        assert (config.storage, config.no_ack, config.num_replicas) == (StorageType.FILE, False, 3)


def test_a_subject_of_no_queue_has_no_stream():
    with pytest.raises(KeyError):
        Topology().stream_of("kindkans.anders")
