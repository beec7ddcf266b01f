"""What was sent and what was told: the client's side of the truth. The checker holds all else against it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from adapters.parnassys.standin.messages import Push


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """Accepted."""

    dossiernummer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """-1, with these codes."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    http_status: int


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The connection broke, or the client lost patience: nobody knows."""


Told = Number | Refusal | Fault | NoAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    began: float  # monotonic
    seconds: float
    told: Told
    committed: bool | None = None  # whether a number was in the database when it was told; None: not known


@dataclass(slots=True, kw_only=True)
class Sent:
    """One bericht, and every time that it was sent."""

    push: Push
    may_in: bool  # what a healthy gateway would say: a number, or -1
    versie_of: str  # hulpvraagId
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def shas(self) -> tuple[str, ...]:
        return tuple(hashlib.sha256(file.content or b"").hexdigest() for file in self.push.files)

    @property
    def numbers(self) -> set[int]:
        return {a.told.dossiernummer for a in self.attempts if isinstance(a.told, Number)}

    @property
    def refusals(self) -> list[tuple[str, ...]]:
        return [a.told.codes for a in self.attempts if isinstance(a.told, Refusal)]

    @property
    def settled(self) -> bool:
        return bool(self.attempts) and isinstance(self.attempts[-1].told, Number | Refusal)


class History:
    """All berichten of a run, in the order in which they were first sent. Any thread may add."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: list[Sent] = []

    def add(self, sent: Sent) -> Sent:
        with self._lock:
            self._sent.append(sent)
        return sent

    def __iter__(self) -> Iterator[Sent]:
        with self._lock:
            return iter(list(self._sent))

    def __len__(self) -> int:
        return len(self._sent)

    @property
    def attempts(self) -> int:
        return sum(len(sent.attempts) for sent in self)

    @property
    def answered(self) -> int:
        """How many berichten have their answer."""
        return sum(sent.settled for sent in self)
