"""The relay's configuration."""

from __future__ import annotations

from dataclasses import dataclass, field

from brokers.backoff import Backoff

REFUSED_BY_BROKER = "GEWEIGERD_DOOR_BROKER"
"""Dead code of an event that the broker would not take in `max_attempts` tries."""

UNKNOWN_EVENT = "ONBEKENDE_GEBEURTENIS"
"""Dead code of a receipt for an event that is not in our outbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySettings:
    batch: int = 128  # events per claim, published at once
    lease_seconds: float = 10.0  # longer than any publish may take
    poll_seconds: float = 0.05
    idle_poll_seconds: float = 0.25  # when nothing has come for a while
    receipt_within_seconds: float = 300.0  # without a receipt by then: published again
    mend_seconds: float = 10.0  # between two looks for moments that a wrong clock has written
    ahead_seconds: float = 900.0  # a claim or a delay that ends later than this is one
    max_attempts: int = 8  # refusals by the broker until an event is dead
    refused: Backoff = field(default_factory=lambda: Backoff(first_seconds=1.0, cap_seconds=300.0))
    broker_down: Backoff = field(default_factory=lambda: Backoff(first_seconds=0.2, cap_seconds=10.0))
    database_down: Backoff = field(default_factory=lambda: Backoff(first_seconds=0.2, cap_seconds=10.0))

    def __post_init__(self) -> None:
        if self.batch < 1 or self.max_attempts < 1:
            raise ValueError("batch and max_attempts are positive")
        if not 0 < self.poll_seconds <= self.idle_poll_seconds:
            raise ValueError("0 < poll_seconds <= idle_poll_seconds")
        if self.ahead_seconds <= max(self.lease_seconds, 2 * self.refused.cap_seconds):
            raise ValueError("ahead_seconds is above any lease and any delay")
        if self.lease_seconds <= 0 or self.receipt_within_seconds <= 0:
            raise ValueError("lease_seconds and receipt_within_seconds are positive")
