"""The queue contract: what is written can be read, and what cannot be read is poison and nothing else."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.correction import Correction, Place
from dossier.delivery import DeliveredBijlage, Delivery, Herkomst, Outcome, Receipt, Sealed
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

EVENT = InzendingId("0190a0b0c0d0700080000000000000ab")
AT = datetime(2026, 9, 1, 8, 30, 0, 123_000, tzinfo=UTC)

DELIVERY = Delivery(
    event_id=EVENT,
    occurred_at=AT,
    dossiernummer=Dossiernummer(17),
    versie=2,
    swv_id=SwvId("swv-a"),
    organisatie_id=OrganisatieId("school-a"),
    brin="32DD",
    inhoud_hash="ab" * 32,
    verzegeld=Sealed(key_id="k1", nonce=bytes(12), ciphertext=b"\x00\xff geheim"),
    bijlagen=(DeliveredBijlage(positie=1, size_bytes=3, sha256="cd" * 32, object_id=f"{EVENT}/1"),),
    herkomst=Herkomst(
        omgeving_id=OmgevingId("omg"),
        bericht_id=BerichtId("b"),
        hulpvraag_id=HulpvraagId("h"),
        koppeling_id=KoppelingId("k"),
        route_rule="BRIN",
    ),
)
RECEIPT = Receipt(
    event_id=EVENT,
    occurred_at=AT,
    dossiernummer=Dossiernummer(17),
    versie=2,
    inhoud_hash="ab" * 32,
    outcome=Outcome.ONTVANGEN,
)
CORRECTION = Correction(
    event_id=EVENT,
    occurred_at=AT,
    dossiernummer=Dossiernummer(17),
    versie=3,
    van=Place(swv_id=SwvId("swv-a"), organisatie_id=OrganisatieId("school-a")),
    naar=Place(swv_id=SwvId("swv-b"), organisatie_id=OrganisatieId("school-b")),
)
DEAD = dataclasses.replace(RECEIPT, outcome=Outcome.DOOD, code=PoisonCode.BIJLAGE_BESCHADIGD, inhoud_hash="")
Decode = Callable[[bytes], Any]
BOTH = pytest.mark.parametrize(
    ("decode", "good"),
    [(Delivery.decode, DELIVERY.encode()), (Receipt.decode, RECEIPT.encode())],
    ids=["delivery", "receipt"],
)

TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
NUMBER = st.integers(1, 2**63 - 1)
MOMENT = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 30), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["specversion", "type", "data", "id", "time", "x"]), inner)
    ),
    max_leaves=8,
)
deliveries = st.builds(
    Delivery,
    event_id=TEXT,
    occurred_at=MOMENT,
    dossiernummer=NUMBER,
    versie=NUMBER,
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
receipts = st.builds(
    Receipt,
    event_id=TEXT,
    occurred_at=MOMENT,
    dossiernummer=NUMBER,
    versie=NUMBER,
    inhoud_hash=st.just("") | TEXT,
    outcome=st.sampled_from(Outcome),
    code=st.none() | st.sampled_from(PoisonCode),
)


def poison_of(decode: Decode, body: bytes) -> PoisonCode:
    with pytest.raises(PoisonEvent) as caught:
        decode(body)
    assert caught.value.__cause__ is None  # its text would quote the event
    return caught.value.code


def changed(body: bytes, path: str, value: Any = ...) -> bytes:
    """The event with the value at `path` replaced, or taken out."""
    event = json.loads(body)
    *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    place = event
    for key in parents:
        place = place[key]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return json.dumps(event).encode()


def paths(value: Any, prefix: str = "") -> list[str]:
    if isinstance(value, dict):
        items: Any = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    else:
        return []
    return [p for key, inner in items for p in (f"{prefix}{key}", *paths(inner, f"{prefix}{key}."))]


@given(delivery=deliveries)
def test_a_delivery_is_read_as_it_was_written(delivery: Delivery) -> None:
    assert Delivery.decode(delivery.encode()) == delivery


@given(receipt=receipts)
def test_a_receipt_is_read_as_it_was_written(receipt: Receipt) -> None:
    assert Receipt.decode(receipt.encode()) == receipt


def test_an_event_is_a_cloudevent_in_the_dutch_profile() -> None:
    delivery, receipt = json.loads(DELIVERY.encode()), json.loads(RECEIPT.encode())

    for event in (delivery, receipt):
        assert event["specversion"] == "1.0"
        assert event["source"].startswith("urn:nld:kindkans:systeem:")
        assert event["type"].startswith("nl.kindkans.")
        assert event["subject"] == "17"
        assert event["time"] == "2026-09-01T08:30:00.123+00:00"
        assert event["datacontenttype"] == "application/json"
    assert (delivery["id"], receipt["id"]) == (EVENT, f"{EVENT}-ontvangen")


def test_a_moment_in_another_time_zone_is_written_in_utc() -> None:
    local = dataclasses.replace(DELIVERY, occurred_at=AT.astimezone(timezone(timedelta(hours=2))))

    assert local.encode() == DELIVERY.encode()


@BOTH
def test_an_unknown_field_is_let_be(decode: Decode, good: bytes) -> None:
    assert decode(changed(changed(good, "nieuw", 1), "data.nieuw", {"a": []})) == decode(good)


@BOTH
@pytest.mark.parametrize("path", ["specversion", "type", "data.schemaversie"])
@pytest.mark.parametrize("value", ["0.3", 2, "", None, []])
def test_another_version_or_type_is_said_to_be_unknown(
    decode: Decode, good: bytes, path: str, value: Any
) -> None:
    assert poison_of(decode, changed(good, path, value)) is PoisonCode.ONBEKENDE_VERSIE


def test_a_delivery_is_no_receipt_and_a_receipt_no_delivery() -> None:
    assert poison_of(Receipt.decode, DELIVERY.encode()) is PoisonCode.ONBEKENDE_VERSIE
    assert poison_of(Delivery.decode, RECEIPT.encode()) is PoisonCode.ONBEKENDE_VERSIE


# What no reader looks at: another reader of CloudEvents may.
UNREAD = {"source", "subject", "datacontenttype"}


@pytest.mark.parametrize("path", [p for p in paths(json.loads(DELIVERY.encode())) if p not in UNREAD])
def test_a_delivery_without_one_of_its_fields_is_unreadable(path: str) -> None:
    if path == "data.bijlagen.0":
        assert Delivery.decode(changed(DELIVERY.encode(), path)).bijlagen == ()
    elif path == "data.herkomst":  # an event of before there was one
        assert Delivery.decode(changed(DELIVERY.encode(), path)).herkomst is None
    else:
        assert poison_of(Delivery.decode, changed(DELIVERY.encode(), path)) is PoisonCode.ONLEESBAAR


@pytest.mark.parametrize("path", [p for p in paths(json.loads(DEAD.encode())) if p not in {*UNREAD, "id"}])
def test_a_receipt_without_one_of_its_fields_is_unreadable(path: str) -> None:
    if path == "data.code":
        assert Receipt.decode(changed(RECEIPT.encode(), path)) == RECEIPT
    else:
        assert poison_of(Receipt.decode, changed(DEAD.encode(), path)) is PoisonCode.ONLEESBAAR


WRONG: list[Any] = [None, True, 0, -1, 1.5, 2**63, "", [], {}, ["x"], {"x": 1}, "\ud800"]


@pytest.mark.parametrize("value", WRONG, ids=repr)
@pytest.mark.parametrize(
    ("good", "path"),
    [
        (DELIVERY, path)
        for path in paths(json.loads(DELIVERY.encode()))
        if path not in {*UNREAD, "specversion", "type", "data.schemaversie"}
    ]
    + [
        (DEAD, path)
        for path in paths(json.loads(DEAD.encode()))
        if path not in {*UNREAD, "id", "specversion", "type", "data.schemaversie"}
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_value_of_the_wrong_kind_is_unreadable(good: Delivery | Receipt, path: str, value: Any) -> None:
    fine: list[tuple[str, Any]] = [
        ("data.bijlagen", []),
        ("data.verzegeld.nonce", ""),
        ("data.verzegeld.inhoud", ""),
        ("data.inhoudHash", "" if good is DEAD else ...),
        ("data.code", None),
    ]
    body = changed(good.encode(), path, value)
    if any(path == p and value == v and type(value) is type(v) for p, v in fine):
        type(good).decode(body)
    else:
        assert poison_of(type(good).decode, body) is PoisonCode.ONLEESBAAR


@pytest.mark.parametrize(
    "value",
    ["2026-09-01", "2026-09-01T08:30:00", "gisteren", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+10:00"],
)
@BOTH
def test_a_moment_without_a_time_zone_is_unreadable(decode: Decode, good: bytes, value: str) -> None:
    assert poison_of(decode, changed(good, "time", value)) is PoisonCode.ONLEESBAAR


@pytest.mark.parametrize("value", ["AAA", "A===", "AA AA", "é", "AAAA\n", "-_-_"])
@pytest.mark.parametrize("field", ["nonce", "inhoud"])
def test_what_is_not_strict_base64_is_unreadable(field: str, value: str) -> None:
    body = changed(DELIVERY.encode(), f"data.verzegeld.{field}", value)

    assert poison_of(Delivery.decode, body) is PoisonCode.ONLEESBAAR


@BOTH
def test_half_an_event_is_unreadable_wherever_it_was_cut(decode: Decode, good: bytes) -> None:
    for length in range(len(good)):
        assert poison_of(decode, good[:length]) is PoisonCode.ONLEESBAAR


@BOTH
@given(body=st.binary() | JSON.map(json.dumps).map(str.encode))
def test_any_bytes_at_all_are_poison_and_nothing_else(decode: Decode, good: bytes, body: bytes) -> None:
    poison_of(decode, body)


@BOTH
@given(value=JSON, data=st.data())
def test_any_json_in_any_place_is_read_or_poison(
    decode: Decode, good: bytes, value: Any, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(paths(json.loads(good))))
    try:
        read = decode(changed(good, path, copy.deepcopy(value)))
    except PoisonEvent:
        return
    assert type(read).decode(read.encode()) == read


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"text"',
        b"1" * 5000,
        b"[" * 100_000,
        b'{"data":' * 50_000,
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b'{"specversion":"1.0"}',
        b'{"data":[]}',
    ],
    ids=lambda body: repr(body[:20]),
)
@BOTH
def test_no_event_at_all_is_unreadable(decode: Decode, good: bytes, body: bytes) -> None:
    assert poison_of(decode, body) is PoisonCode.ONLEESBAAR


def test_a_repr_shows_neither_nonce_nor_ciphertext() -> None:
    assert "geheim" not in repr(DELIVERY)
    assert "nonce" not in repr(DELIVERY)


TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.parametrize("event", [DELIVERY, RECEIPT, CORRECTION], ids=lambda event: type(event).__name__)
def test_a_traceparent_is_an_attribute_of_the_event_and_left_out_where_there_is_none(event: Any) -> None:
    traced = dataclasses.replace(event, traceparent=TRACEPARENT)

    assert json.loads(traced.encode())["traceparent"] == TRACEPARENT
    assert type(event).decode(traced.encode()) == traced
    without = json.loads(traced.encode())
    del without["traceparent"]
    assert json.dumps(without, separators=(",", ":")).encode() == event.encode()


@pytest.mark.parametrize(
    "value",
    [
        None,
        17,
        [],
        {},
        "",
        "\ud800",
        "kanarie",
        TRACEPARENT.upper(),
        f" {TRACEPARENT}",
        f"{TRACEPARENT}\n",
        f"{TRACEPARENT}-x",
        TRACEPARENT[:-1],
        TRACEPARENT.replace("0af7", "０af7"),
        "ff" + TRACEPARENT[2:],
        "01" + TRACEPARENT[2:],
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01",
    ],
    ids=repr,
)
@pytest.mark.parametrize("event", [DELIVERY, RECEIPT, CORRECTION], ids=lambda event: type(event).__name__)
def test_a_traceparent_that_is_none_is_ignored_and_never_poison(event: Any, value: Any) -> None:
    body = json.dumps(json.loads(event.encode()) | {"traceparent": value}).encode()

    assert type(event).decode(body) == event
