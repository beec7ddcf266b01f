"""What the store reports: ids, codes and numbers. Silent by default."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from dossier.correction import Correction
from dossier.delivery import Delivery
from dossier.errors import PoisonCode
from dossier.identifiers import BerichtId, Dossiernummer, InzendingId


class StoreObserver(Protocol):
    def about(self, event_id: InzendingId, bericht_id: BerichtId | None) -> AbstractContextManager[None]:
        """All that is told within is about this event. None: its berichtId is not known, or it is a move."""

    def processing(self, event_id: InzendingId) -> None:
        """Decoded; nothing is written yet. Tests fail here."""

    def stored(self, delivery: Delivery, seconds: float) -> None:
        """Durable in the store; its receipt is not sent yet. Tests fail here too."""

    def moved(self, correction: Correction, seconds: float) -> None:
        """A dossier is at another organisatie, durable; its receipt is not sent yet."""

    def duplicate(self, event_id: InzendingId) -> None:
        """The store had it; the receipt is sent again."""

    def postponed(self, event_id: InzendingId, what: str) -> None:
        """`what` (database, storage, broker) is unavailable."""

    def failed(self, event_id: InzendingId, tries: int, kind: str) -> None:
        """`kind` is the exception's class name."""

    def dead(
        self, event_id: InzendingId | None, dossiernummer: Dossiernummer | None, code: PoisonCode
    ) -> None:
        """Ids are None when they could not be read."""

    def unreadable(self, dossiernummer: Dossiernummer, versie: int) -> None:
        """Stored, and not found by name: its content is not what we can read."""

    def left_behind(self, copy_id: InzendingId) -> None:
        """Copied objects that nobody needs could not be removed; the sweeper will."""


class SilentStore:
    """A StoreObserver that says nothing."""

    def about(self, event_id: InzendingId, bericht_id: BerichtId | None) -> AbstractContextManager[None]:
        return nullcontext()

    def processing(self, event_id: InzendingId) -> None: ...

    def stored(self, delivery: Delivery, seconds: float) -> None: ...

    def moved(self, correction: Correction, seconds: float) -> None: ...

    def duplicate(self, event_id: InzendingId) -> None: ...

    def postponed(self, event_id: InzendingId, what: str) -> None: ...

    def failed(self, event_id: InzendingId, tries: int, kind: str) -> None: ...

    def dead(
        self, event_id: InzendingId | None, dossiernummer: Dossiernummer | None, code: PoisonCode
    ) -> None: ...

    def left_behind(self, copy_id: InzendingId) -> None: ...

    def unreadable(self, dossiernummer: Dossiernummer, versie: int) -> None: ...
