"""What the relay and the receipts report: ids, codes and numbers. Silent by default.

`publishing` and `settling` mark the borders between which a crash matters; tests fail there.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from dossier.identifiers import BerichtId, InzendingId


class OutboxObserver(Protocol):
    def about(self, event_id: InzendingId, bericht_id: BerichtId | None) -> AbstractContextManager[None]:
        """All that is told within is about this event. None: its berichtId is not known, or it is a move."""

    def publishing(self, events: int) -> None:
        """A batch is claimed, and that is committed; nothing of it is sent yet."""

    def settling(self, events: int) -> None:
        """All of the batch is confirmed or refused; nothing of that is written yet."""

    def published(self, event_id: InzendingId, age_seconds: float, repeat: bool) -> None:
        """Confirmed and marked. `age_seconds` is since acceptance."""

    def refused(self, event_id: InzendingId, attempts: int) -> None: ...

    def dead(self, event_id: InzendingId, code: str) -> None: ...

    def fenced(self, events: int) -> None:
        """Published, but no longer ours to mark: answered already, or the lease had ended."""

    def mended(self, events: int) -> None:
        """They waited for a moment that a wrong clock had written."""

    def paused(self, what: str, seconds: float) -> None:
        """`what` (broker or database) is unavailable; no attempt is counted."""

    def delivered(self, event_id: InzendingId, age_seconds: float) -> None:
        """The store has it. `age_seconds` is from acceptance to that being written."""

    def receipt_rejected(self, code: str) -> None:
        """A receipt that we could not read or that is about no event of ours."""


class SilentOutbox:
    """An OutboxObserver that says nothing."""

    def about(self, event_id: InzendingId, bericht_id: BerichtId | None) -> AbstractContextManager[None]:
        return nullcontext()

    def publishing(self, events: int) -> None: ...

    def settling(self, events: int) -> None: ...

    def published(self, event_id: InzendingId, age_seconds: float, repeat: bool) -> None: ...

    def refused(self, event_id: InzendingId, attempts: int) -> None: ...

    def dead(self, event_id: InzendingId, code: str) -> None: ...

    def fenced(self, events: int) -> None: ...

    def mended(self, events: int) -> None: ...

    def paused(self, what: str, seconds: float) -> None: ...

    def delivered(self, event_id: InzendingId, age_seconds: float) -> None: ...

    def receipt_rejected(self, code: str) -> None: ...
