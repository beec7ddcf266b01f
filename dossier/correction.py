"""The third event of the queue contract: `Correction` (gateway to store), a dossier that was moved.

The helpdesk moved it to another organisatie (FAQ 2). A move is a version of the dossier without content
of its own: ids only, and its receipt has no hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dossier.cloud_events import (
    SCHEMA_VERSION,
    a_moment,
    a_positive,
    a_text,
    a_traceparent,
    cloud_event,
    open_cloud_event,
)
from dossier.delivery import DELIVERY_TYPE, GATEWAY_SOURCE, Delivery
from dossier.errors import PoisonCode, PoisonEvent
from dossier.identifiers import Dossiernummer, InzendingId, OrganisatieId, SwvId

CORRECTION_TYPE = "nl.kindkans.hulpvraag-verplaatst"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a dossier is: an organisatie, and the SWV it was of when the dossier came there."""

    swv_id: SwvId
    organisatie_id: OrganisatieId


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One dossier that goes to another organisatie, from this versie on."""

    event_id: InzendingId  # the same at every repeat
    occurred_at: datetime
    dossiernummer: Dossiernummer
    versie: int
    van: Place
    naar: Place
    traceparent: str | None = None  # nothing that moves a dossier traces; the store hands on what it finds

    def encode(self) -> bytes:
        data = {
            "schemaversie": SCHEMA_VERSION,
            "dossiernummer": self.dossiernummer,
            "versie": self.versie,
            "van": {"swv": self.van.swv_id, "organisatie": self.van.organisatie_id},
            "naar": {"swv": self.naar.swv_id, "organisatie": self.naar.organisatie_id},
        }
        subject = str(self.dossiernummer)
        return cloud_event(
            self.event_id,
            GATEWAY_SOURCE,
            CORRECTION_TYPE,
            subject,
            self.occurred_at,
            data,
            self.traceparent,
        )

    @classmethod
    def decode(cls, body: bytes) -> Correction:
        """Raises PoisonEvent (ONLEESBAAR, ONBEKENDE_VERSIE); never any other exception."""
        return cls.read(*open_cloud_event(body, CORRECTION_TYPE))

    @classmethod
    def read(cls, event: Mapping[str, Any], data: Mapping[str, Any]) -> Correction:
        """Of an event that is open. Raises PoisonEvent(ONLEESBAAR)."""
        try:
            return cls(
                event_id=InzendingId(a_text(event["id"])),
                occurred_at=a_moment(event["time"]),
                dossiernummer=Dossiernummer(a_positive(data["dossiernummer"])),
                versie=a_positive(data["versie"]),
                van=_place(data["van"]),
                naar=_place(data["naar"]),
                traceparent=a_traceparent(event.get("traceparent")),
            )
        except (KeyError, TypeError, ValueError, OverflowError):
            raise PoisonEvent(PoisonCode.ONLEESBAAR) from None


def decode_event(body: bytes) -> Delivery | Correction:
    """What the gateway sends to the store, by its type.

    Raises PoisonEvent (ONLEESBAAR, ONBEKENDE_VERSIE); never any other exception.
    """
    event, data = open_cloud_event(body, DELIVERY_TYPE, CORRECTION_TYPE)
    kind = Delivery if event["type"] == DELIVERY_TYPE else Correction
    return kind.read(event, data)


def _place(value: Mapping[str, Any]) -> Place:
    return Place(
        swv_id=SwvId(a_text(value["swv"])), organisatie_id=OrganisatieId(a_text(value["organisatie"]))
    )
