"""How long to wait before the next try. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Exponential, capped, with jitter: the n-th wait lies between half of and the full step."""

    first_seconds: float = 0.5
    cap_seconds: float = 60.0

    def __post_init__(self) -> None:
        if not 0 < self.first_seconds <= self.cap_seconds:
            raise ValueError("0 < first_seconds <= cap_seconds")

    def delay_seconds(self, tries: int, roll: Callable[[], float] = random.random) -> float:
        """The wait after `tries` failures (1-based). `roll` gives a number in [0, 1)."""
        steps = min(max(tries, 1) - 1, 60)  # 2**60 is beyond any cap and far below overflow
        full = min(self.cap_seconds, self.first_seconds * 2.0**steps)
        return full * (0.5 + roll() / 2)
