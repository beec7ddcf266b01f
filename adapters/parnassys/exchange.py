"""What can be told of one message afterwards, for logs and metrics: ids, codes, sizes, durations."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from adapters.parnassys.names import Operation
from dossier.identifiers import BerichtId, Dossiernummer, InzendingId, OmgevingId
from dossier.reden import RedenCode
from dossier.verdict import Soort


class Outcome(StrEnum):
    GEACCEPTEERD = "geaccepteerd"
    AFGEWEZEN = "afgewezen"
    GECONTROLEERD = "gecontroleerd"
    STATUS = "status"
    FAULT = "fault"
    AFGEBROKEN = "afgebroken"  # the sender hung up: no answer


@dataclass(slots=True, kw_only=True)
class Exchange:
    """Filled in while a message is handled, handed to the Observer when it is done. No personal data."""

    inzending_id: InzendingId
    bericht_id: BerichtId | None = None  # of the message that was read
    omgeving: OmgevingId | None = None
    operation: Operation | None = None
    outcome: Outcome = Outcome.FAULT
    http_status: int = 0  # 0: no answer was sent
    fault_code: str = ""
    fault_is_ours: bool = True  # of a Fault: we failed, not the sender; so too when nobody could say
    defect: str = ""  # where an unforeseen exception came from: its type, file and line, nothing else
    dossiernummer: Dossiernummer | None = None
    soort: Soort | None = None
    reden_codes: tuple[RedenCode, ...] = ()
    received_bytes: int = 0
    bijlagen: int = 0
    # None: it did not get through that.
    authenticate_seconds: float | None = None
    receive_seconds: float | None = None  # from the first byte to everything read and stored
    parse_seconds: float | None = None  # of which in the parser
    handle_seconds: float = 0.0  # in the use case
    total_seconds: float = 0.0


class Observer(Protocol):
    def about(self, exchange: Exchange) -> AbstractContextManager[None]:
        """All that happens within is about this message."""

    def read(self, exchange: Exchange) -> None:
        """Within `about`: the message is read, and its berichtId known if it has one."""

    def began(self) -> None:
        """A message begins; `finished` follows, whatever happens to it."""

    def finished(self, exchange: Exchange) -> None: ...


class SilentObserver:
    def about(self, exchange: Exchange) -> AbstractContextManager[None]:
        return nullcontext()

    def read(self, exchange: Exchange) -> None:
        return

    def began(self) -> None:
        return

    def finished(self, exchange: Exchange) -> None:
        return
