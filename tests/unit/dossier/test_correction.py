"""The correction event: ids only, told from a delivery by its type, and poison if it is neither."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.correction import Correction, Place, decode_event
from dossier.delivery import Delivery, Outcome, Receipt, Sealed
from dossier.errors import PoisonCode, PoisonEvent
from dossier.identifiers import Dossiernummer, InzendingId, OrganisatieId, SwvId

EVENT = InzendingId("0190a0b0c0d0700080000000000000ab")
AT = datetime(2026, 9, 1, 8, 30, 0, 123_000, tzinfo=UTC)
CORRECTION = Correction(
    event_id=EVENT,
    occurred_at=AT,
    dossiernummer=Dossiernummer(17),
    versie=3,
    van=Place(swv_id=SwvId("swv-a"), organisatie_id=OrganisatieId("school-a")),
    naar=Place(swv_id=SwvId("swv-b"), organisatie_id=OrganisatieId("school-b")),
)
DELIVERY = Delivery(
    event_id=EVENT,
    occurred_at=AT,
    dossiernummer=Dossiernummer(17),
    versie=2,
    swv_id=SwvId("swv-a"),
    organisatie_id=OrganisatieId("school-a"),
    brin="32DD",
    inhoud_hash="ab" * 32,
    verzegeld=Sealed(key_id="k1", nonce=bytes(12), ciphertext=b"geheim"),
    bijlagen=(),
)
RECEIPT = Receipt(
    event_id=EVENT,
    occurred_at=AT,
    dossiernummer=Dossiernummer(17),
    versie=3,
    inhoud_hash="",
    outcome=Outcome.ONTVANGEN,
)
TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
NUMBER = st.integers(1, 2**63 - 1)
MOMENT = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 30), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
PLACE = st.builds(Place, swv_id=TEXT, organisatie_id=TEXT)
corrections = st.builds(
    Correction,
    event_id=TEXT,
    occurred_at=MOMENT,
    dossiernummer=NUMBER,
    versie=NUMBER,
    van=PLACE,
    naar=PLACE,
)
READ = (
    "id",
    "time",
    "data",
    "data.dossiernummer",
    "data.versie",
    "data.van",
    "data.naar",
    "data.van.swv",
    "data.van.organisatie",
    "data.naar.swv",
    "data.naar.organisatie",
)


def poison_of(body: bytes) -> PoisonCode:
    with pytest.raises(PoisonEvent) as caught:
        decode_event(body)
    assert caught.value.__cause__ is None
    return caught.value.code


def changed(path: str, value: Any = ..., of: Any = CORRECTION) -> bytes:
    event = json.loads(of.encode())
    *parents, last = path.split(".")
    place = event
    for key in parents:
        place = place[key]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return json.dumps(event).encode()


@given(correction=corrections)
def test_a_correction_is_read_as_it_was_written(correction: Correction) -> None:
    assert Correction.decode(correction.encode()) == decode_event(correction.encode()) == correction


def test_an_event_is_told_by_its_type() -> None:
    assert decode_event(DELIVERY.encode()) == DELIVERY
    assert decode_event(CORRECTION.encode()) == CORRECTION
    assert poison_of(RECEIPT.encode()) is PoisonCode.ONBEKENDE_VERSIE
    with pytest.raises(PoisonEvent, match="ONBEKENDE_VERSIE"):
        Delivery.decode(CORRECTION.encode())
    with pytest.raises(PoisonEvent, match="ONBEKENDE_VERSIE"):
        Correction.decode(DELIVERY.encode())


def test_a_correction_holds_ids_and_nothing_else() -> None:
    event = json.loads(CORRECTION.encode())

    assert event["type"] == "nl.kindkans.hulpvraag-verplaatst"
    assert (event["id"], event["subject"]) == (EVENT, "17")
    assert event["data"] == {
        "schemaversie": 1,
        "dossiernummer": 17,
        "versie": 3,
        "van": {"swv": "swv-a", "organisatie": "school-a"},
        "naar": {"swv": "swv-b", "organisatie": "school-b"},
    }


@pytest.mark.parametrize("path", ["specversion", "type", "data.schemaversie"])
@pytest.mark.parametrize("value", ["0.3", 2, "", None, [], {}])
@pytest.mark.parametrize("of", [DELIVERY, CORRECTION], ids=["delivery", "correction"])
def test_another_version_or_type_is_said_to_be_unknown(path: str, value: Any, of: Any) -> None:
    assert poison_of(changed(path, value, of)) is PoisonCode.ONBEKENDE_VERSIE


@pytest.mark.parametrize("path", READ)
@pytest.mark.parametrize(
    "value", [..., None, True, 0, -1, 1.5, 2**63, "", [], {}, ["x"], {"x": 1}, "\ud800"], ids=repr
)
def test_a_value_that_is_missing_or_of_the_wrong_kind_is_unreadable(path: str, value: Any) -> None:
    assert poison_of(changed(path, value)) is PoisonCode.ONLEESBAAR


def test_an_unknown_field_is_let_be() -> None:
    assert decode_event(changed("data.nieuw", {"a": 1})) == CORRECTION


def test_half_a_correction_is_unreadable_wherever_it_was_cut() -> None:
    body = CORRECTION.encode()
    for length in range(len(body)):
        assert poison_of(body[:length]) is PoisonCode.ONLEESBAAR


@given(body=st.binary())
def test_any_bytes_at_all_are_poison_and_nothing_else(body: bytes) -> None:
    poison_of(body)
