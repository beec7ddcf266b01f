"""What the endpoint asks of the gateway."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from dossier.dossier import Dossier
from dossier.identifiers import BerichtId, Dossiernummer, InzendingId, OmgevingId
from dossier.reden import Reden
from dossier.status import Status
from dossier.verdict import Verdict


class UseCases(Protocol):
    """Every call may raise Unavailable."""

    async def authenticate(self, omgeving: str, secret: str) -> OmgevingId:
        """Raises NotAuthenticated."""
        ...

    async def indienen(
        self, inzending_id: InzendingId, omgeving: OmgevingId, dossier: Dossier, received_at: datetime
    ) -> Verdict:
        """Owns the stored objects from this call on, whatever comes of it. Raises BerichtConflict."""
        ...

    async def controleren(self, omgeving: OmgevingId, dossier: Dossier) -> tuple[Reden, ...]: ...

    async def opvragen(
        self, omgeving: OmgevingId, bericht_id: BerichtId | None, dossiernummer: Dossiernummer | None
    ) -> Status | None:
        """None: unknown, or not of this omgeving."""
        ...
