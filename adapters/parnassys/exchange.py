"""What can be told of one message afterwards, for logs and metrics: ids, codes, sizes, durations."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from adapters.parnassys.names import Operation
from dossier.identifiers import Dossiernummer, InzendingId, OmgevingId
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
    omgeving: OmgevingId | None = None
    operation: Operation | None = None
    outcome: Outcome = Outcome.FAULT
    http_status: int = 0  # 0: no answer was sent
    fault_code: str = ""
    defect: str = ""  # where an unforeseen exception came from: its type, file and line, nothing else
    dossiernummer: Dossiernummer | None = None
    soort: Soort | None = None
    reden_codes: tuple[RedenCode, ...] = ()
    received_bytes: int = 0
    bijlagen: int = 0
    authenticate_seconds: float = 0.0
    receive_seconds: float = 0.0  # from the first byte to everything read and stored
    parse_seconds: float = 0.0  # of which in the parser
    handle_seconds: float = 0.0  # in the use case
    total_seconds: float = 0.0


class Observer(Protocol):
    def finished(self, exchange: Exchange) -> None: ...


class SilentObserver:
    def finished(self, exchange: Exchange) -> None:
        return
