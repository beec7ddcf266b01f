"""Whom an event is about, also when the rest of it cannot be read."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from dossier.cloud_events import a_traceparent
from dossier.correction import Correction
from dossier.delivery import Delivery
from dossier.identifiers import Dossiernummer, InzendingId

_EVENT_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    event_id: InzendingId
    dossiernummer: Dossiernummer
    versie: int
    traceparent: str | None = None

    @classmethod
    def of(cls, event: Delivery | Correction) -> Addressee:
        return cls(
            event_id=event.event_id,
            dossiernummer=event.dossiernummer,
            versie=event.versie,
            traceparent=event.traceparent,
        )


def addressee_of(body: bytes) -> Addressee | None:
    """None if that much cannot be read either."""
    try:
        event = json.loads(body)
        event_id, data = event["id"], event["data"]
        number, versie = data["dossiernummer"], data["versie"]
    except (KeyError, TypeError, ValueError, RecursionError):
        return None
    if not isinstance(event_id, str) or not _EVENT_ID.fullmatch(event_id):
        return None
    if not (_is_number(number) and _is_number(versie)):
        return None
    return Addressee(
        event_id=InzendingId(event_id),
        dossiernummer=Dossiernummer(number),
        versie=versie,
        traceparent=a_traceparent(event.get("traceparent")),
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LARGEST
