"""BRIN and vestiging: what is one, in whatever way it is written, and what is none."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dossier.brin import Brin, Vestiging

BLANKS = st.text(alphabet=" \t\r\n\u00a0", max_size=3)
CODES = st.from_regex(r"[0-9]{2}[A-Z]{2}", fullmatch=True)
TAILS = st.from_regex(r"[0-9A-Z]{2}", fullmatch=True)

LOOK_ALIKES = [
    "３２DD",  # full width digits
    "٣٢DD",  # arabic-indic digits
    "32ＤＤ",  # full width letters
    "32DÐ",
    "32АВ",  # Cyrillic
    "32DD\u200b",
    "32\u00adDD",
    "32ıi",  # upper() of the dotless i is a plain I
    "32ſd",  # upper() of the long s is a plain S
    "32ß",  # upper() of it has two letters
    "3²DD",
    "32D\u0301",
]
NO_BRINS = ["", " ", "32D", "32DDD", "3DD2", "DD32", "32D1", "1234", "ABCD", "32-DD", "32 DD", "32DD00", "-1"]


def in_some_case(code: str, mask: int) -> str:
    return "".join(c.lower() if mask >> i & 1 else c for i, c in enumerate(code))


@given(code=CODES, mask=st.integers(0, 63), before=BLANKS, after=BLANKS)
def test_case_and_surrounding_blanks_do_not_matter(code: str, mask: int, before: str, after: str) -> None:
    assert Brin.parse(before + in_some_case(code, mask) + after) == Brin(code)


@given(text=st.text(max_size=7) | st.text("019azAZ \t\n\x0b\u00a0\u200bßı٣", max_size=7))
@example(text="32DD\n32DD")
def test_whatever_is_parsed_is_two_digits_and_two_letters_in_ascii(text: str) -> None:
    brin = Brin.parse(text)

    assert (brin is not None) == bool(
        re.fullmatch(r"[ \t\r\n\u00a0]*[0-9]{2}[A-Za-z]{2}[ \t\r\n\u00a0]*", text)
    )
    if brin is not None:
        assert re.fullmatch(r"[0-9]{2}[A-Z]{2}", str(brin), re.ASCII)
        assert Brin.parse(str(brin)) == brin


@pytest.mark.parametrize("text", LOOK_ALIKES + NO_BRINS)
def test_what_only_looks_like_a_brin_is_none(text: str) -> None:
    assert Brin.parse(text) is None


@pytest.mark.parametrize("code", ["32dd", " 32DD", "32DD\n", "32DD00", "", *LOOK_ALIKES])
def test_a_brin_cannot_be_made_of_anything_but_its_normal_form(code: str) -> None:
    with pytest.raises(ValueError, match="two digits and two capital letters"):
        Brin(code)


@given(code=CODES, tail=TAILS, mask=st.integers(0, 63), before=BLANKS, after=BLANKS)
def test_a_vestiging_is_named_whole_or_by_its_last_two_characters(
    code: str, tail: str, mask: int, before: str, after: str
) -> None:
    wanted = Vestiging(code + tail)

    assert Vestiging.parse(before + in_some_case(code + tail, mask) + after, Brin(code)) == wanted
    assert Vestiging.parse(before + in_some_case(tail, mask) + after, Brin(code)) == wanted
    assert wanted.brin == Brin(code)


@given(code=CODES, other=CODES, tail=TAILS)
def test_a_vestiging_of_another_brin_is_none_of_ours(code: str, other: str, tail: str) -> None:
    parsed = Vestiging.parse(other + tail, Brin(code))

    assert (parsed is not None) == (code == other)


@pytest.mark.parametrize(
    "text", ["", "0", "000", "32DD", "32DD0", "32DD000", "32DD-0", "０１", "0ß", "ıı", "ß"]
)
def test_what_is_no_vestiging_is_none(text: str) -> None:
    assert Vestiging.parse(text, Brin("32DD")) is None


@pytest.mark.parametrize("code", ["32DD", "32dd00", "32DD0", "00", "32DD00 ", "32DD0\u00b2"])
def test_a_vestiging_cannot_be_made_of_anything_but_its_normal_form(code: str) -> None:
    with pytest.raises(ValueError, match="a BRIN and two characters"):
        Vestiging(code)
