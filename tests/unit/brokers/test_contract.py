"""The AsyncAPI document says what the code writes and reads, or the difference is named here."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from brokers.contract.models import POISON_WORDS
from brokers.topology import Topology
from components.documents import committed, schema
from components.events import CORRECTIONS, DELIVERIES, JSON, RECEIPTS, changed, paths
from dossier.correction import CORRECTION_TYPE, Correction, decode_event
from dossier.delivery import DELIVERY_TYPE, RECEIPT_TYPE, Delivery, Receipt
from dossier.errors import PoisonCode, PoisonEvent

DOCUMENT = committed("asyncapi.yaml")
MESSAGES = DOCUMENT["components"]["messages"]
READERS: dict[str, Callable[[bytes], Any]] = {
    DELIVERY_TYPE: Delivery.decode,
    CORRECTION_TYPE: Correction.decode,
    RECEIPT_TYPE: Receipt.decode,
}
SCHEMAS = {kind: schema(DOCUMENT, MESSAGES[kind]["payload"]["$ref"].rsplit("/", 1)[-1]) for kind in READERS}
EXAMPLES = {kind: MESSAGES[kind]["examples"][0]["payload"] for kind in READERS}
WITH_TRACE = {
    kind: event | {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"} for kind, event in EXAMPLES.items()
}
# The document asks more than our readers: what CloudEvents requires and they do not look at ...
UNREAD = {"source", "subject", "datacontenttype", "traceparent"}
UNREAD_OF_A_RECEIPT = UNREAD | {"id"}
WRONG: list[Any] = [None, True, 0, -1, 1.5, 2**63, "", [], {}, ["x"], {"x": 1}, "tekst", 5]


def is_read(kind: str, event: Any) -> bool:
    try:
        READERS[kind](json.dumps(event).encode())
    except PoisonEvent:
        return False
    return True


def fits(kind: str, event: Any) -> bool:
    return bool(SCHEMAS[kind].is_valid(event))


def unread(kind: str) -> set[str]:
    return UNREAD_OF_A_RECEIPT if kind == RECEIPT_TYPE else UNREAD


def is_stricter(kind: str, path: str, value: Any) -> bool:
    """The document refuses it and our reader does not."""
    return (
        path in unread(kind)
        or (path == "data.schemaversie" and value is True)  # to Python it is 1
        or (path == "time" and isinstance(value, str))  # other spellings of ISO 8601
        or (
            path in ("data.verzegeld.nonce", "data.verzegeld.inhoud") and isinstance(value, str)
        )  # loose padding
    )


def is_looser(path: str, value: Any) -> bool:
    """A schema cannot say it: half a character; a whole number that is written with a fraction."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    if isinstance(value, float) and value.is_integer():
        return True
    return isinstance(value, dict | list) and bool(re.search(r"\.0\b|e\+", json.dumps(value)))


def test_the_document_is_valid_by_asyncapi_s_own_schema() -> None:
    with gzip.open(Path(__file__).parent / "asyncapi-3.0.0.json.gz") as file:
        official = Draft7Validator(json.load(file))

    assert [error.json_path for error in official.iter_errors(DOCUMENT)] == []
    assert not official.is_valid({**DOCUMENT, "operations": {"x": {"action": "shout"}}})


def test_every_reference_leads_somewhere() -> None:
    def references(value: Any) -> Iterator[str]:
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from references(inner)
        if isinstance(value, dict) and "$ref" in value:
            yield value["$ref"]

    found = set(references(DOCUMENT))
    assert len(found) > 20
    for reference in found:
        place: Any = DOCUMENT
        for key in reference.removeprefix("#/").split("/"):
            place = place[key]


def test_its_channels_are_the_queues_that_there_are() -> None:
    topology = Topology()
    assert {channel["address"] for channel in DOCUMENT["channels"].values()} == {
        queue.subject for queue in topology.queues
    }
    messages = {channel["address"]: set(channel["messages"]) for channel in DOCUMENT["channels"].values()}
    assert messages == {
        topology.deliveries.subject: {DELIVERY_TYPE, CORRECTION_TYPE},
        topology.receipts.subject: {RECEIPT_TYPE},
        topology.dead_letters.subject: {"dode-brief"},
    }


def test_what_is_said_of_the_codes_is_said_of_each() -> None:
    assert list(POISON_WORDS) == list(PoisonCode)


@given(event=DELIVERIES | CORRECTIONS | RECEIPTS)
def test_every_event_that_is_written_fits(event: Delivery | Correction | Receipt) -> None:
    written = json.loads(event.encode())

    assert [error.message for error in SCHEMAS[written["type"]].iter_errors(written)] == []


@pytest.mark.parametrize("kind", READERS)
def test_every_example_is_what_the_code_writes_and_reads(kind: str) -> None:
    event = EXAMPLES[kind]

    assert (event["type"], fits(kind, event)) == (kind, True)
    assert json.loads(READERS[kind](json.dumps(event).encode()).encode()) == event
    if kind != RECEIPT_TYPE:
        assert decode_event(json.dumps(event).encode())


@pytest.mark.parametrize("kind", READERS)
def test_an_event_fits_no_other_kind(kind: str) -> None:
    assert [other for other in READERS if fits(other, EXAMPLES[kind])] == [kind]


@pytest.mark.parametrize(
    ("kind", "path"), [(kind, path) for kind in READERS for path in paths(EXAMPLES[kind])]
)
def test_what_may_be_left_out_is_what_the_reader_does_without(kind: str, path: str) -> None:
    without = changed(EXAMPLES[kind], path)

    if path in unread(kind):
        assert is_read(kind, without)
        assert fits(kind, without) is (
            path in {"subject", "datacontenttype"}
        )  # the others CloudEvents requires
    else:
        assert fits(kind, without) is is_read(kind, without)


@pytest.mark.parametrize(
    ("kind", "path"), [(kind, path) for kind in READERS for path in paths(WITH_TRACE[kind])]
)
def test_a_value_of_the_wrong_kind_is_refused_by_both(kind: str, path: str) -> None:
    for value in WRONG:
        event = changed(WITH_TRACE[kind], path, value)
        if not is_stricter(kind, path, value):
            assert fits(kind, event) is is_read(kind, event), value
        else:
            assert is_read(kind, event) or not fits(kind, event), value


@given(kind=st.sampled_from(list(READERS)), value=JSON | st.floats(), data=st.data())
def test_any_json_in_any_place_is_taken_or_refused_by_both(
    kind: str, value: Any, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(list(paths(EXAMPLES[kind]))))
    event = changed(EXAMPLES[kind], path, value)
    if fits(kind, event):
        assert is_read(kind, event) or is_looser(path, value)
    else:
        assert not is_read(kind, event) or is_stricter(kind, path, value)


@pytest.mark.parametrize("kind", READERS)
def test_unknown_fields_are_let_be_at_every_place(kind: str) -> None:
    for place in ["", *(f"{path}." for path in paths(EXAMPLES[kind]))]:
        if place:
            at: Any = EXAMPLES[kind]
            for key in place.rstrip(".").split("."):
                at = at[int(key) if key.isdigit() else key]
            if not isinstance(at, dict):
                continue
        event = changed(EXAMPLES[kind], f"{place}nieuw", {"a": []})
        assert (fits(kind, event), is_read(kind, event)) == (True, True)


MOMENTS = [
    ("2026-11-24T09:30:00Z", True, True),
    ("2026-11-24T09:30:00.123456+02:00", True, True),
    ("2026-11-24", False, False),
    ("2026-11-24T09:30:00", False, False),
    ("gisteren", False, False),
    ("2026-13-01T00:00:00Z", False, False),
    ("2026-11-24T25:00:00Z", False, False),
    ("2026-11-24T09:30Z", False, True),  # ISO 8601, and not RFC 3339
    ("2026-02-30T00:00:00Z", True, False),  # a schema knows no calendar
    ("0001-01-01T00:00:00+10:00", True, False),  # before the first moment that Python has
]


@pytest.mark.parametrize(("moment", "in_document", "by_reader"), MOMENTS)
@pytest.mark.parametrize("kind", READERS)
def test_a_moment_is_one_of_rfc_3339(kind: str, moment: str, in_document: bool, by_reader: bool) -> None:
    event = changed(EXAMPLES[kind], "time", moment)

    assert (fits(kind, event), is_read(kind, event)) == (in_document, by_reader)


@pytest.mark.parametrize("value", ["AAA", "A===", "AA AA", "é", "-_-_"])
@pytest.mark.parametrize("field", ["nonce", "inhoud"])
def test_what_is_not_base64_is_refused_by_both(field: str, value: str) -> None:
    event = changed(EXAMPLES[DELIVERY_TYPE], f"data.verzegeld.{field}", value)

    assert (fits(DELIVERY_TYPE, event), is_read(DELIVERY_TYPE, event)) == (False, False)


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("value", ["", "00-x", "01-" + "a" * 32 + "-" + "b" * 16 + "-00", None, 5])
def test_a_traceparent_is_one_of_w3c(kind: str, value: Any) -> None:
    assert fits(kind, WITH_TRACE[kind])
    assert not fits(kind, changed(WITH_TRACE[kind], "traceparent", value))
