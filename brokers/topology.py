"""Which queues there are. Pure: the words, not the wire (nats_streams.py, rabbit_queues.py).

hulpvraag and ontvangst are work queues: a message leaves the broker once it is acknowledged, so that
personal data (sealed as it is) does not linger; the outbox is the record. When full they refuse,
and the outbox keeps what they refused. Dead letters are kept for looking only and age away.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """On NATS a stream with one subject, and a durable consumer unless `consumer` is "". On RabbitMQ a queue
    with the subject for its name."""

    subject: str
    stream: str
    consumer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """All queues, under one prefix."""

    prefix: str = "kindkans"
    replicas: int = 1  # of a stream; 3 on a NATS cluster. RabbitMQ has its own default: 3
    ack_wait_seconds: float = 10.0  # NATS only; a running handler prolongs it
    duplicate_window_seconds: float = 120.0  # NATS only
    max_queue_bytes: int = 1024**3  # per queue
    dead_letter_days: int = 30
    # RabbitMQ only, and a second line: the store counts failures itself. What waits for a database comes
    # back to the queue three times an hour, so this is almost three days of waiting.
    delivery_limit: int = 200

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

    def _queue(self, name: str, consumer: str = "") -> Queue:
        subject = f"{self.prefix}.{name}"
        return Queue(subject=subject, stream=subject.replace(".", "-"), consumer=consumer)
