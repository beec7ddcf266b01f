"""The store's configuration."""

from __future__ import annotations

from dataclasses import dataclass, field

from brokers.backoff import Backoff


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    max_tries: int = 8  # of an event that fails by itself; then it is dead
    failure: Backoff = field(default_factory=lambda: Backoff(first_seconds=0.5, cap_seconds=60.0))
    # Database, storage, broker or a key is away: that is no failure of the event, and has no limit.
    unavailable: Backoff = field(default_factory=lambda: Backoff(first_seconds=0.5, cap_seconds=30.0))

    def __post_init__(self) -> None:
        if self.max_tries < 1:
            raise ValueError("max_tries is positive")
