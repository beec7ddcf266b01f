"""The store's configuration."""

from __future__ import annotations

from dataclasses import dataclass, field

from brokers.backoff import Backoff


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    max_tries: int = 8  # of an event that fails by itself; then it is dead
    # For one handling. Longer than 20 bijlagen may take over a slow line, and than a neighbour needs to
    # say by itself that it is away.
    handling_seconds: float = 120.0
    suspect_wait_seconds: float = 5.0  # for another suspect's end; then later (suspects.py)
    failure: Backoff = field(default_factory=lambda: Backoff(first_seconds=0.5, cap_seconds=60.0))
    # Database, storage, broker or a key is away: that is no failure of the event, and has no limit.
    unavailable: Backoff = field(default_factory=lambda: Backoff(first_seconds=0.5, cap_seconds=30.0))

    def __post_init__(self) -> None:
        if self.max_tries < 1:
            raise ValueError("max_tries is positive")
        if self.handling_seconds <= 0 or self.suspect_wait_seconds <= 0:
            raise ValueError("handling_seconds and suspect_wait_seconds are positive")
