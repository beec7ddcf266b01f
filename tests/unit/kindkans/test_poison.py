from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindkans.poison import Addressee, addressee_of

EVENT = "0123456789abcdef" * 2


def body(event_id=EVENT, dossiernummer=7, versie=2, **more) -> bytes:
    data = {"dossiernummer": dossiernummer, "versie": versie} | more
    return json.dumps({"id": event_id, "data": data}).encode()


def test_number_and_event_are_read_whatever_else_is_wrong():
    assert addressee_of(body(schemaversie=99)) == Addressee(event_id=EVENT, dossiernummer=7, versie=2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"event_id": "Jan Jansen"},
        {"event_id": EVENT.upper()},
        {"event_id": None},
        {"dossiernummer": -1},
        {"dossiernummer": 2**63},
        {"dossiernummer": "7"},
        {"versie": True},
        {"versie": 1.5},
    ],
)
def test_what_is_no_id_or_number_of_ours_is_not_passed_on(wrong):
    assert addressee_of(body(**wrong)) is None


@given(st.binary())
def test_no_bytes_make_it_fail(content):
    assert addressee_of(content) is None


@pytest.mark.parametrize("content", [b"[]", b"1", b"null", b'{"id":1,"data":[]}', b"[" * 100_000])
def test_no_json_makes_it_fail(content):
    assert addressee_of(content) is None
