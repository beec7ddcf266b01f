"""Events as the code may write them, and what may be done to them on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from dossier.correction import Correction, Place
from dossier.delivery import DeliveredBijlage, Delivery, Herkomst, Outcome, Receipt, Sealed
from dossier.errors import PoisonCode

TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
NUMBER = st.integers(1, 2**63 - 1)
MOMENT = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
_PLACE = st.builds(Place, swv_id=TEXT, organisatie_id=TEXT)
_SHARED = {"event_id": TEXT, "occurred_at": MOMENT, "dossiernummer": NUMBER, "versie": NUMBER}
_TRACED = {
    "traceparent": st.none() | st.from_regex(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", fullmatch=True)
}


def _traced(kind: Any) -> dict[str, Any]:
    return _TRACED if "traceparent" in kind.__dataclass_fields__ else {}


DELIVERIES = st.builds(
    Delivery,
    **_SHARED,
    **_traced(Delivery),
    swv_id=TEXT,
    organisatie_id=TEXT,
    brin=TEXT,
    inhoud_hash=TEXT,
    verzegeld=st.builds(Sealed, key_id=TEXT, nonce=st.binary(max_size=12), ciphertext=st.binary()),
    bijlagen=st.lists(
        st.builds(DeliveredBijlage, positie=NUMBER, size_bytes=NUMBER, sha256=TEXT, object_id=TEXT),
        max_size=3,
    ).map(tuple),
    herkomst=st.none() | st.builds(Herkomst, **dict.fromkeys(Herkomst.__slots__, TEXT)),
)
CORRECTIONS = st.builds(Correction, **_SHARED, **_traced(Correction), van=_PLACE, naar=_PLACE)
RECEIPTS = st.builds(
    Receipt,
    **_SHARED,
    **_traced(Receipt),
    inhoud_hash=st.just("") | TEXT,
    outcome=st.sampled_from(Outcome),
    code=st.none() | st.sampled_from(PoisonCode),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def paths(value: Any, prefix: str = "") -> Iterator[str]:
    """Of all that an event holds, as `data.bijlagen.0.sha256`."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        yield f"{prefix}{key}"
        yield from paths(inner, f"{prefix}{key}.")


def changed(event: Any, path: str, value: Any = ...) -> Any:
    """A copy with the value at `path` replaced, or taken out."""
    copy = json.loads(json.dumps(event))
    *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    place = copy
    for key in parents:
        place = place[key]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return copy
