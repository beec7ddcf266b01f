"""A cursor comes back as it went; anything else is refused as a value."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.search_cursor import BadCursor, Cursor, Sort, parse_cursor
from dossier.identifiers import InzendingId

ID = InzendingId("0192f0c4a1b27c3d8e4f5a6b7c8d9e0f")


def encode(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@given(
    st.sampled_from(Sort),
    st.integers(1, 2**63 - 1) | st.none(),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=200),
    st.booleans(),
)
def test_a_cursor_of_ours_comes_back_the_same(
    sort: Sort, number: int | None, school: str, backwards: bool
) -> None:
    key = {"ontvangen": None, "dossiernummer": number, "school": school}[sort.by]
    cursor = Cursor(sort=sort, key=key, inzending_id=ID, backwards=backwards)

    assert parse_cursor(str(cursor), sort) == cursor
    assert all(parse_cursor(str(cursor), other) == BadCursor() for other in Sort if other is not sort)


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "====", "é", "A" * 10_000, "!" * 8,
        encode([]), encode({}), encode("school"), encode(None), "W" * 9,
        encode(["school", "De Es", ID]),
        encode(["school", "De Es", ID, False, 1]),
        encode(["school", "De Es", ID, 0]),
        encode(["school", 5, ID, False]),
        encode(["school", None, ID, False]),
        encode(["school", "nul\0", ID, False]),
        encode(["school", "half \ud800", ID, False]),
        encode(["school", "De Es", ID.upper(), False]),
        encode(["school", "De Es", ID + "\n", False]),
        encode(["school", "De Es", "' OR 1=1 --", False]),
        encode(["-school", "De Es", ID, False]),
        encode(["school", "De Es", ID, False]) + "=",
        encode(["school", "De Es", ID, False]) + "\n",
        encode(["school", "De Es", ID, False])[:-1],
        "[" * 5_000,
        base64.urlsafe_b64encode(b"[" * 5_000).decode().rstrip("="),
    ],
)  # fmt: skip
def test_what_is_no_cursor_of_this_sort_is_refused(text: str) -> None:
    assert parse_cursor(text, Sort.SCHOOL_ASC) == BadCursor()


@pytest.mark.parametrize("key", [0, -1, 2**63, 1.0, True, "1"])
def test_a_number_that_no_database_takes_is_refused(key: object) -> None:
    assert parse_cursor(encode(["dossiernummer", key, ID, True]), Sort.DOSSIERNUMMER_ASC) == BadCursor()


@given(st.text(max_size=60), st.sampled_from(Sort))
def test_whatever_comes_back_raises_nothing(text: str, sort: Sort) -> None:
    assert parse_cursor(text, sort) == BadCursor()
