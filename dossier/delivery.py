"""The queue contract: `Delivery` (gateway to store) and `Receipt` (store to gateway).

Both are CloudEvents (cloud_events.py); the third event, `Correction`, is in correction.py. A personal word
never stands outside `verzegeld`; bijlagen travel as references, never as bytes (architecture.md 5). A reader
takes unknown fields and refuses an unknown `schemaversie`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from dossier.cloud_events import (
    SCHEMA_VERSION,
    a_list,
    a_moment,
    a_positive,
    a_text,
    a_traceparent,
    cloud_event,
    open_cloud_event,
)
from dossier.errors import PoisonCode, PoisonEvent
from dossier.identifiers import (
    BerichtId,
    Dossiernummer,
    HulpvraagId,
    InzendingId,
    KoppelingId,
    OmgevingId,
    OrganisatieId,
    SwvId,
)

GATEWAY_SOURCE = "urn:nld:kindkans:systeem:gateway"
STORE_SOURCE = "urn:nld:kindkans:systeem:kindkans"
DELIVERY_TYPE = "nl.kindkans.hulpvraag-ingediend"
RECEIPT_TYPE = "nl.kindkans.hulpvraag-ontvangen"
_HERKOMST = {
    "omgeving": "omgeving_id",
    "berichtId": "bericht_id",
    "hulpvraagId": "hulpvraag_id",
    "koppeling": "koppeling_id",
    "regel": "route_rule",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """Ciphertext and what is needed to open it, but for the key."""

    key_id: str
    nonce: bytes = field(repr=False)
    ciphertext: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredBijlage:
    positie: int
    size_bytes: int
    sha256: str
    object_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Herkomst:
    """Whose push this is and how it was routed: ids only. By it a gateway that was restored to an earlier
    moment knows its own pushes again, and the store that a version belongs to its dossier."""

    omgeving_id: OmgevingId
    bericht_id: BerichtId
    hulpvraag_id: HulpvraagId
    koppeling_id: KoppelingId
    route_rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One version of one dossier on its way to the store."""

    event_id: InzendingId  # the same at every repeat: the store's inbox goes by it
    occurred_at: datetime
    dossiernummer: Dossiernummer
    versie: int
    swv_id: SwvId
    organisatie_id: OrganisatieId
    brin: str
    inhoud_hash: str  # keyed hash of the sealed content: equal at both ends or not delivered
    verzegeld: Sealed
    bijlagen: tuple[DeliveredBijlage, ...]
    herkomst: Herkomst | None = None  # None only in events of before there was one
    traceparent: str | None = None  # of the push, in W3C Trace Context; None where nothing is traced

    def encode(self) -> bytes:
        data: dict[str, Any] = {
            "schemaversie": SCHEMA_VERSION,
            "dossiernummer": self.dossiernummer,
            "versie": self.versie,
            "swv": self.swv_id,
            "organisatie": self.organisatie_id,
            "brin": self.brin,
            "inhoudHash": self.inhoud_hash,
            "verzegeld": {
                "sleutel": self.verzegeld.key_id,
                "nonce": base64.b64encode(self.verzegeld.nonce).decode(),
                "inhoud": base64.b64encode(self.verzegeld.ciphertext).decode(),
            },
            "bijlagen": [
                {
                    "positie": b.positie,
                    "grootte": b.size_bytes,
                    "sha256": b.sha256,
                    "referentie": b.object_id,
                }
                for b in self.bijlagen
            ],
        }
        if (herkomst := self.herkomst) is not None:
            data["herkomst"] = {name: getattr(herkomst, field) for name, field in _HERKOMST.items()}
        return cloud_event(
            self.event_id,
            GATEWAY_SOURCE,
            DELIVERY_TYPE,
            str(self.dossiernummer),
            self.occurred_at,
            data,
            self.traceparent,
        )

    @classmethod
    def decode(cls, body: bytes) -> Delivery:
        """Raises PoisonEvent (ONLEESBAAR, ONBEKENDE_VERSIE); never any other exception."""
        return cls.read(*open_cloud_event(body, DELIVERY_TYPE))

    @classmethod
    def read(cls, event: Mapping[str, Any], data: Mapping[str, Any]) -> Delivery:
        """Of an event that is open. Raises PoisonEvent(ONLEESBAAR)."""
        try:
            sealed = data["verzegeld"]
            return cls(
                event_id=InzendingId(a_text(event["id"])),
                occurred_at=a_moment(event["time"]),
                dossiernummer=Dossiernummer(a_positive(data["dossiernummer"])),
                versie=a_positive(data["versie"]),
                swv_id=SwvId(a_text(data["swv"])),
                organisatie_id=OrganisatieId(a_text(data["organisatie"])),
                brin=a_text(data["brin"]),
                inhoud_hash=a_text(data["inhoudHash"]),
                verzegeld=Sealed(
                    key_id=a_text(sealed["sleutel"]),
                    nonce=base64.b64decode(sealed["nonce"], validate=True),
                    ciphertext=base64.b64decode(sealed["inhoud"], validate=True),
                ),
                bijlagen=tuple(
                    DeliveredBijlage(
                        positie=a_positive(b["positie"]),
                        size_bytes=a_positive(b["grootte"]),
                        sha256=a_text(b["sha256"]),
                        object_id=a_text(b["referentie"]),
                    )
                    for b in a_list(data["bijlagen"])
                ),
                herkomst=_herkomst(data["herkomst"]) if "herkomst" in data else None,
                traceparent=a_traceparent(event.get("traceparent")),
            )
        except (KeyError, TypeError, ValueError, OverflowError, binascii.Error):
            raise PoisonEvent(PoisonCode.ONLEESBAAR) from None


class Outcome(StrEnum):
    ONTVANGEN = "ontvangen"  # in the store, durable
    DOOD = "dood"  # the store can never process it; `code` says why


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of one Delivery in the store."""

    event_id: InzendingId
    occurred_at: datetime
    dossiernummer: Dossiernummer
    versie: int
    inhoud_hash: str  # of what the store holds; "" if dead
    outcome: Outcome
    code: PoisonCode | None = None
    traceparent: str | None = None  # of the handling, or else of the delivery

    def encode(self) -> bytes:
        data = {
            "schemaversie": SCHEMA_VERSION,
            "gebeurtenis": self.event_id,
            "dossiernummer": self.dossiernummer,
            "versie": self.versie,
            "inhoudHash": self.inhoud_hash,
            "uitkomst": self.outcome.value,
            "code": self.code.value if self.code else None,
        }
        return cloud_event(
            f"{self.event_id}-{self.outcome.value}",
            STORE_SOURCE,
            RECEIPT_TYPE,
            str(self.dossiernummer),
            self.occurred_at,
            data,
            self.traceparent,
        )

    @classmethod
    def decode(cls, body: bytes) -> Receipt:
        """Raises PoisonEvent (ONLEESBAAR, ONBEKENDE_VERSIE); never any other exception."""
        event, data = open_cloud_event(body, RECEIPT_TYPE)
        try:
            code = data.get("code")
            return cls(
                event_id=InzendingId(a_text(data["gebeurtenis"])),
                occurred_at=a_moment(event["time"]),
                dossiernummer=Dossiernummer(a_positive(data["dossiernummer"])),
                versie=a_positive(data["versie"]),
                inhoud_hash=a_text(data["inhoudHash"], may_be_empty=True),
                outcome=Outcome(data["uitkomst"]),
                code=PoisonCode(code) if code is not None else None,
                traceparent=a_traceparent(event.get("traceparent")),
            )
        except (KeyError, TypeError, ValueError, OverflowError):
            raise PoisonEvent(PoisonCode.ONLEESBAAR) from None


def _herkomst(value: Any) -> Herkomst:
    return Herkomst(**{field: a_text(value[name]) for name, field in _HERKOMST.items()})  # type: ignore[arg-type]
