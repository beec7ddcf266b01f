"""Which streams and durable consumers there are. Pure: the words, not the wire.

hulpvraag and ontvangst are work queues: a message leaves the broker once it is acknowledged, so that
personal data (sealed as it is) does not linger; the outbox is the record. When full they refuse
(`discard new`) and the outbox keeps what they refused. Dead letters are kept for looking only and age away.
"""

from __future__ import annotations

from dataclasses import dataclass

from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """One stream with one subject; with a durable consumer unless `consumer` is ""."""

    subject: str
    stream: str
    consumer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """All queues, under one prefix."""

    prefix: str = "kindkans"
    replicas: int = 1  # 3 on a cluster
    ack_wait_seconds: float = 10.0  # a running handler prolongs it
    duplicate_window_seconds: float = 120.0
    max_queue_bytes: int = 1024**3  # per stream
    dead_letter_days: int = 30

    @property
    def deliveries(self) -> Queue:
        return self._queue("hulpvraag", consumer="kindkans")

    @property
    def receipts(self) -> Queue:
        return self._queue("ontvangst", consumer="gateway")

    @property
    def dead_letters(self) -> Queue:
        return self._queue("dood")

    @property
    def queues(self) -> tuple[Queue, ...]:
        return (self.deliveries, self.receipts, self.dead_letters)

    def stream_of(self, subject: str) -> str:
        """Raises KeyError for a subject of no queue."""
        return {queue.subject: queue.stream for queue in self.queues}[subject]

    def stream_config(self, queue: Queue) -> StreamConfig:
        work_queue = bool(queue.consumer)
        return StreamConfig(
            name=queue.stream,
            subjects=[queue.subject],
            storage=StorageType.FILE,
            num_replicas=self.replicas,
            retention=RetentionPolicy.WORK_QUEUE if work_queue else RetentionPolicy.LIMITS,
            discard=DiscardPolicy.NEW if work_queue else DiscardPolicy.OLD,
            max_bytes=self.max_queue_bytes,
            max_age=0 if work_queue else self.dead_letter_days * 86_400,
            duplicate_window=self.duplicate_window_seconds,
        )

    def consumer_config(self, queue: Queue) -> ConsumerConfig:
        return ConsumerConfig(
            name=queue.consumer,
            durable_name=queue.consumer,
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=self.ack_wait_seconds,
            max_deliver=-1,  # NATS parks a message after max_deliver; we have our own dead-letter step
            # What waits out a `Later` counts as pending too, so a low limit would let a few such
            # messages block all others. What one process handles at once is bounded by its fetching.
            max_ack_pending=20_000,
            filter_subject=queue.subject,
        )

    def _queue(self, name: str, consumer: str = "") -> Queue:
        subject = f"{self.prefix}.{name}"
        return Queue(subject=subject, stream=subject.replace(".", "-"), consumer=consumer)
