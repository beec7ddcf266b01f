"""What is typed in the search box is understood by its form."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.search_text import Query, fold, understand
from dossier.brin import Brin, Vestiging
from dossier.identifiers import BerichtId, Dossiernummer, InzendingId

HEX = "0192f0c4a1b27c3d8e4f5a6b7c8d9e0f"
HYPHENS = "0192f0c4-a1b2-7c3d-8e4f-5a6b7c8d9e0f"
BOTH = Query(bericht_id=BerichtId(HYPHENS), inzending_id=InzendingId(HEX))


def words(*woorden: str, typed: str) -> Query:
    return Query(woorden=woorden, achternaam=typed)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", Query()),
        (" \t\n", Query()),
        ("1234", Query(dossiernummer=Dossiernummer(1234))),
        (" 0042 ", Query(dossiernummer=Dossiernummer(42))),
        (str(2**63 - 1), Query(dossiernummer=Dossiernummer(2**63 - 1))),
        (str(2**63), Query(woorden=(str(2**63),))),
        ("-1", words("-1", typed="-1")),
        ("´", words("´", typed="´")),
        ("²", words("2", typed="²")),
        (HEX, BOTH),
        (HEX.upper(), BOTH),
        (HYPHENS, BOTH),
        (f" {HYPHENS.upper()}\n", BOTH),
        (HEX[:31], words(HEX[:31], typed=HEX[:31])),
        ("32DD", Query(brin=Brin("32DD"))),
        ("32dd", Query(brin=Brin("32DD"))),
        ("32DD01", Query(vestiging=Vestiging("32DD01"))),
        ("32dd 01", Query(vestiging=Vestiging("32DD01"))),
        ("32DD school", words("32dd", "school", typed="32DD school")),
        ("De Es", words("de", "es", typed="De Es")),
        ("  de   ES ", words("de", "es", typed="de ES")),
        ("Ménière", words("meniere", typed="Ménière")),
        ("Me\u0301ni", words("meni", typed="Me\u0301ni")),
        ("'s-Gravenhage", words("'s-gravenhage", typed="'s-Gravenhage")),
        ("100%_Zon", words("100%_zon", typed="100%_Zon")),
        ("a\0b", words("a", "b", typed="a b")),
        ("een twee drie vier vijf zes zeven acht negen", words(
            "een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht",
            typed="een twee drie vier vijf zes zeven acht negen",
        )),
    ],
)  # fmt: skip
def test_what_is_typed_is_a_number_a_code_or_a_name(text: str, query: Query) -> None:
    assert understand(text) == query
    assert bool(understand(text)) is (query != Query())


@given(st.text())
def test_whatever_is_typed_is_understood_as_something_a_database_takes(text: str) -> None:
    query = understand(text)
    assert "\0" not in query.achternaam
    assert all(word and "\0" not in word for word in query.woorden)


@given(st.text())
def test_letters_and_accents_apart_are_the_same_as_together(text: str) -> None:
    assert fold(normalize("NFC", text)) == fold(normalize("NFD", text))


def test_neither_a_surname_nor_its_hash_is_in_the_text_of_a_query() -> None:
    query = understand("Zonnebloem").with_naam_hash("geheim")

    assert query.naam_hash == "geheim"
    assert "onnebloem" not in repr(query)
    assert "geheim" not in repr(query)
