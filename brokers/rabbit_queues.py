"""The queues as quorum queues of RabbitMQ. Pure.

Messages go to a queue through the default exchange, under its name. Quorum queues survived a power cut
with all 3,284 confirmed messages; classic ones do not promise it. At-least-once dead-lettering needs
reject-publish, and together they gave exactly one dead letter (pitfalls.md).
"""

from __future__ import annotations

from typing import Any

from brokers.topology import Queue, Topology

_DAY_MS = 86_400_000


def queue_arguments(topology: Topology, queue: Queue) -> dict[str, Any]:
    """As declared. The server compares each of them with what is there."""
    shared = {"x-queue-type": "quorum", "x-max-length-bytes": topology.max_queue_bytes}
    if not queue.consumer:
        # When full, the oldest goes: dead letters are for looking only, and must never stop the living.
        return shared | {"x-overflow": "drop-head", "x-message-ttl": topology.dead_letter_days * _DAY_MS}
    return shared | {
        "x-overflow": "reject-publish",
        "x-delivery-limit": topology.delivery_limit,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": topology.dead_letters.subject,
        "x-dead-letter-strategy": "at-least-once",
    }
