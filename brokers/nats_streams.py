"""The queues as streams and durable consumers of NATS JetStream. Pure."""

from __future__ import annotations

from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)

from brokers.topology import Queue, Topology


def stream_config(topology: Topology, queue: Queue) -> StreamConfig:
    work_queue = bool(queue.consumer)
    return StreamConfig(
        name=queue.stream,
        subjects=[queue.subject],
        storage=StorageType.FILE,
        num_replicas=topology.replicas,
        retention=RetentionPolicy.WORK_QUEUE if work_queue else RetentionPolicy.LIMITS,
        discard=DiscardPolicy.NEW if work_queue else DiscardPolicy.OLD,
        max_bytes=topology.max_queue_bytes,
        max_age=0 if work_queue else topology.dead_letter_days * 86_400,
        duplicate_window=topology.duplicate_window_seconds,
    )


def consumer_config(topology: Topology, queue: Queue) -> ConsumerConfig:
    return ConsumerConfig(
        name=queue.consumer,
        durable_name=queue.consumer,
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=topology.ack_wait_seconds,
        max_deliver=-1,  # NATS parks a message after max_deliver; we have our own dead-letter step
        # What waits out a `Later` counts as pending too, so a low limit would let a few such
        # messages block all others. What one process handles at once is bounded by its fetching.
        max_ack_pending=20_000,
        filter_subject=queue.subject,
    )
