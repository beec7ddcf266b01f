"""CloudEvents 1.0 in JSON, in the Dutch NL GOV profile: the envelope of every event, and its values.

Whatever is not as it must be raises KeyError, TypeError, ValueError or OverflowError, of which the reader
of an event makes PoisonEvent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dossier.errors import PoisonCode, PoisonEvent

SCHEMA_VERSION = 1
CONTENT_TYPE = "application/cloudevents+json"
_LARGEST = 2**63 - 1  # what a database's number holds
# W3C Trace Context, version 00: version, trace id, span id, flags. No id is all zeros.
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def cloud_event(
    event_id: str,
    source: str,
    kind: str,
    subject: str,
    at: datetime,
    data: Mapping[str, Any],
    traceparent: str | None = None,
) -> bytes:
    """`traceparent`: CloudEvents' extension for distributed tracing; None leaves it out."""
    traced = {} if traceparent is None else {"traceparent": traceparent}
    return json.dumps(
        {
            "specversion": "1.0",
            "id": event_id,
            "source": source,
            "type": kind,
            "subject": subject,
            "time": at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "datacontenttype": "application/json",
            **traced,
            "data": data,
        },
        separators=(",", ":"),
    ).encode()


def open_cloud_event(body: bytes, *kinds: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The event and its data. Raises PoisonEvent: ONBEKENDE_VERSIE unless it is one of `kinds`, of our
    schemaversie; ONLEESBAAR for what is no event at all."""
    try:
        event = json.loads(body)
        data = event["data"]
        if event["specversion"] != "1.0" or event["type"] not in kinds:
            raise PoisonEvent(PoisonCode.ONBEKENDE_VERSIE)
        if data["schemaversie"] != SCHEMA_VERSION:
            raise PoisonEvent(PoisonCode.ONBEKENDE_VERSIE)
    except (KeyError, TypeError, ValueError, RecursionError):
        raise PoisonEvent(PoisonCode.ONLEESBAAR) from None
    return event, data


def a_text(value: object, *, may_be_empty: bool = False) -> str:
    if not isinstance(value, str) or not (value or may_be_empty):
        raise ValueError("a text is needed")
    value.encode()  # JSON can spell half a character, which no database takes
    return value


def a_traceparent(value: object) -> str | None:
    """None for what is none: an event is never poison for the sake of its trace."""
    return value if isinstance(value, str) and _TRACEPARENT.fullmatch(value) else None


def a_positive(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _LARGEST:
        raise ValueError("a positive number is needed")
    return value


def a_moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a moment has a time zone")
    return moment.astimezone(UTC)


def a_list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("a list is needed")
    return value
