"""Names of bijlagen: what may stand in one, and what may not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validators.bijlagen import naam_characters, naam_is_valid

GOOD = [
    "verslag.pdf",
    "a",
    ".verborgen",
    "...",
    "zonder extensie",
    " met blanks .pdf ",
    "OPP 2026 (versie 2) – définitief & getekend.docx",
    "Zoe\u0308.pdf",
    "報告.pdf",
    "תיק.pdf",
    "👨\u200d👩\u200d👧.png",  # the joiner without width is part of the picture
    "x" * 5000,
    "a\u00a0b.pdf",
    "Screenshot 10.00.00\u202fAM.png",  # as macOS writes it
    "%2e%2e%2f.pdf",
    "100% af?.pdf",
    "C:verslag.pdf",
]
BAD = {
    "empty": "",
    "blank": "  ",
    "tab only": "\t",
    "no-break spaces": "\u00a0\u2003",
    "nothing visible": "\u200b\u200d\ufeff",
    "soft hyphens and blanks": " \u00ad ",
    "dot": ".",
    "two dots": "..",
    "two dots between blanks": " .. ",
    "slash": "a/b.pdf",
    "way up": "../../etc/passwd",
    "backslash": "a\\b.pdf",
    "fraction slash": "a\u2044b",
    "division slash": "a\u2215b",
    "big solidus": "a\u29f8b",
    "fullwidth slash": "a\uff0fb",
    "fullwidth backslash": "a\uff3cb",
    "nul": "a\0.pdf",
    "newline": "a\nb.pdf",
    "carriage return": "a\rb.pdf",
    "escape": "\x1b[31mrood.pdf",
    "delete": "a\x7f.pdf",
    "c1 control": "a\x85b.pdf",
    "line separator": "a\u2028b.pdf",
    "paragraph separator": "a\u2029b.pdf",
    "right-to-left override": "verslag\u202efdp.exe",
    "isolate": "a\u2066b\u2069.pdf",
    "right-to-left mark": "a\u200fb.pdf",
    "arabic letter mark": "a\u061cb.pdf",
    "half a surrogate pair": "a\ud83d.pdf",
}


@pytest.mark.parametrize("naam", GOOD)
def test_an_ordinary_name_is_valid(naam: str) -> None:
    assert naam_is_valid(naam)


@pytest.mark.parametrize("naam", BAD.values(), ids=BAD.keys())
def test_a_name_that_is_a_path_or_reads_otherwise_than_it_is_is_not(naam: str) -> None:
    assert not naam_is_valid(naam)


@given(naam=st.text(max_size=30))
def test_a_valid_name_is_one_line_and_no_path(naam: str) -> None:
    if not naam_is_valid(naam):
        return
    assert naam.strip() not in {"", ".", ".."}
    assert len(naam.splitlines()) == 1
    assert not set("/\\\0") & set(naam)
    assert {unicodedata.category(c) for c in naam} & {"Cc", "Zl", "Zp", "Cs"} == set()
    assert {unicodedata.bidirectional(c) for c in naam} & {"RLO", "LRO", "RLE", "LRE", "PDF"} == set()


@given(
    before=st.text("abc ", max_size=5),
    bad=st.sampled_from("/\\\0\n\r\u202e\u2066\uff0f\u2028\x1b"),
    after=st.text("abc ", max_size=5),
)
def test_one_wrong_character_is_enough_wherever_it_stands(before: str, bad: str, after: str) -> None:
    assert not naam_is_valid(before + bad + after)


@given(naam=st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="/\\."), min_size=1))
def test_letters_digits_and_signs_of_any_script_may_be_used(naam: str) -> None:
    separators = set("\u2044\u2215\u29f8\uff0f\uff3c")

    assert naam_is_valid(naam) == (not separators & set(naam))


@given(naam=st.text())
def test_the_length_is_the_same_in_nfc_and_nfd(naam: str) -> None:
    decomposed = unicodedata.normalize("NFD", naam)

    assert naam_characters(naam) == naam_characters(decomposed) <= len(decomposed)
