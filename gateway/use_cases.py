"""What the endpoint calls: access and intake, joined."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dossier.dossier import Dossier
from dossier.identifiers import BerichtId, Dossiernummer, InzendingId, OmgevingId
from dossier.reden import Reden
from dossier.status import Status
from dossier.verdict import Verdict
from gateway.access import Access
from gateway.intake import Intake


@dataclass(frozen=True, slots=True)
class UseCases:
    """The four that a sender can ask for."""

    access: Access
    intake: Intake

    async def authenticate(self, omgeving: str, secret: str) -> OmgevingId:
        return await self.access.authenticate(omgeving, secret)

    async def indienen(
        self, inzending_id: InzendingId, omgeving: OmgevingId, dossier: Dossier, received_at: datetime
    ) -> Verdict:
        return await self.intake.indienen(inzending_id, omgeving, dossier, received_at)

    async def controleren(self, omgeving: OmgevingId, dossier: Dossier) -> tuple[Reden, ...]:
        return await self.intake.controleren(omgeving, dossier)

    async def opvragen(
        self, omgeving: OmgevingId, bericht_id: BerichtId | None, dossiernummer: Dossiernummer | None
    ) -> Status | None:
        return await self.intake.opvragen(omgeving, bericht_id, dossiernummer)
