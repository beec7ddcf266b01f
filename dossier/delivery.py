"""The queue contract: `Delivery` (gateway to store) and `Receipt` (store to gateway).

Both are CloudEvents 1.0 in JSON, in the Dutch NL GOV profile (source and type as it asks).
A personal word never stands outside `verzegeld`; bijlagen travel as references, never as bytes
(architecture.md 5). A reader takes unknown fields and refuses an unknown `schemaversie`.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

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

SCHEMA_VERSION = 1
GATEWAY_SOURCE = "urn:nld:kindkans:systeem:gateway"
STORE_SOURCE = "urn:nld:kindkans:systeem:kindkans"
DELIVERY_TYPE = "nl.kindkans.hulpvraag-ingediend"
RECEIPT_TYPE = "nl.kindkans.hulpvraag-ontvangen"
CONTENT_TYPE = "application/cloudevents+json"
_LARGEST = 2**63 - 1  # what a database's number holds
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
        return _cloud_event(
            self.event_id,
            GATEWAY_SOURCE,
            DELIVERY_TYPE,
            str(self.dossiernummer),
            self.occurred_at,
            data,
        )

    @classmethod
    def decode(cls, body: bytes) -> Delivery:
        """Raises PoisonEvent (ONLEESBAAR, ONBEKENDE_VERSIE); never any other exception."""
        event, data = _open_cloud_event(body, DELIVERY_TYPE)
        try:
            sealed = data["verzegeld"]
            return cls(
                event_id=InzendingId(_text(event["id"])),
                occurred_at=_moment(event["time"]),
                dossiernummer=Dossiernummer(_positive(data["dossiernummer"])),
                versie=_positive(data["versie"]),
                swv_id=SwvId(_text(data["swv"])),
                organisatie_id=OrganisatieId(_text(data["organisatie"])),
                brin=_text(data["brin"]),
                inhoud_hash=_text(data["inhoudHash"]),
                verzegeld=Sealed(
                    key_id=_text(sealed["sleutel"]),
                    nonce=base64.b64decode(sealed["nonce"], validate=True),
                    ciphertext=base64.b64decode(sealed["inhoud"], validate=True),
                ),
                bijlagen=tuple(
                    DeliveredBijlage(
                        positie=_positive(b["positie"]),
                        size_bytes=_positive(b["grootte"]),
                        sha256=_text(b["sha256"]),
                        object_id=_text(b["referentie"]),
                    )
                    for b in _list(data["bijlagen"])
                ),
                herkomst=_herkomst(data["herkomst"]) if "herkomst" in data else None,
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
        return _cloud_event(
            f"{self.event_id}-{self.outcome.value}",
            STORE_SOURCE,
            RECEIPT_TYPE,
            str(self.dossiernummer),
            self.occurred_at,
            data,
        )

    @classmethod
    def decode(cls, body: bytes) -> Receipt:
        """Raises PoisonEvent (ONLEESBAAR, ONBEKENDE_VERSIE); never any other exception."""
        event, data = _open_cloud_event(body, RECEIPT_TYPE)
        try:
            code = data.get("code")
            return cls(
                event_id=InzendingId(_text(data["gebeurtenis"])),
                occurred_at=_moment(event["time"]),
                dossiernummer=Dossiernummer(_positive(data["dossiernummer"])),
                versie=_positive(data["versie"]),
                inhoud_hash=_text(data["inhoudHash"], may_be_empty=True),
                outcome=Outcome(data["uitkomst"]),
                code=PoisonCode(code) if code is not None else None,
            )
        except (KeyError, TypeError, ValueError, OverflowError):
            raise PoisonEvent(PoisonCode.ONLEESBAAR) from None


def _cloud_event(
    event_id: str, source: str, kind: str, subject: str, at: datetime, data: Mapping[str, Any]
) -> bytes:
    return json.dumps(
        {
            "specversion": "1.0",
            "id": event_id,
            "source": source,
            "type": kind,
            "subject": subject,
            "time": at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "datacontenttype": "application/json",
            "data": data,
        },
        separators=(",", ":"),
    ).encode()


def _open_cloud_event(body: bytes, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        event = json.loads(body)
        data = event["data"]
        if event["specversion"] != "1.0" or event["type"] != kind:
            raise PoisonEvent(PoisonCode.ONBEKENDE_VERSIE)
        if data["schemaversie"] != SCHEMA_VERSION:
            raise PoisonEvent(PoisonCode.ONBEKENDE_VERSIE)
    except (KeyError, TypeError, ValueError, RecursionError):
        raise PoisonEvent(PoisonCode.ONLEESBAAR) from None
    return event, data


def _text(value: object, *, may_be_empty: bool = False) -> str:
    if not isinstance(value, str) or not (value or may_be_empty):
        raise ValueError("a text is needed")
    value.encode()  # JSON can spell half a character, which no database takes
    return value


def _positive(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _LARGEST:
        raise ValueError("a positive number is needed")
    return value


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a moment has a time zone")
    return moment.astimezone(UTC)


def _herkomst(value: Any) -> Herkomst:
    return Herkomst(**{field: _text(value[name]) for name, field in _HERKOMST.items()})  # type: ignore[arg-type]


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("a list is needed")
    return value
