"""The catalogue of redenen: complete, whole sentences, and careful with names."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.reden import CATALOGUE, Reden, RedenCode, Wie

PER_BIJLAGE = [code for code in RedenCode if "{bijlage}" in CATALOGUE[code].melding]
WITH_BRIN = [code for code in RedenCode if "{brin}" in CATALOGUE[code].melding]

# domain.md's own table: the code, and who can solve it.
SOLVED_BY = {
    "BIJLAGE_TE_GROOT": Wie.SCHOOL,
    "BIJLAGE_NAAM_TE_LANG": Wie.SCHOOL,
    "BIJLAGE_ZONDER_BESTAND": Wie.SCHOOL,
    "BIJLAGE_NAAM_ONGELDIG": Wie.SCHOOL,
    "BIJLAGE_TYPE_NIET_TOEGESTAAN": Wie.SCHOOL,
    "TE_VEEL_BIJLAGEN": Wie.SCHOOL,
    "BIJLAGEN_SAMEN_TE_GROOT": Wie.SCHOOL,
    "BRIN_ONGELDIG": Wie.SCHOOL,
    "BRIN_ONBEKEND": Wie.HELPDESK,
    "BRIN_NIET_INGESTELD": Wie.APPLICATIEBEHEERDER,
    "BRIN_DUBBEL_INGESTELD": Wie.APPLICATIEBEHEERDER,
    "KOPPELING_ONTBREEKT": Wie.HELPDESK,
    "KOPPELING_INACTIEF": Wie.HELPDESK,
    "KOPPELING_ONJUIST": Wie.HELPDESK,
    "LEERLING_ONVOLLEDIG": Wie.SCHOOL,
}


def reden(code: RedenCode, naam: str = "") -> Reden:
    """With every fact that any text may need."""
    return Reden(
        code=code,
        veld="bijlagen/bijlage[3]/naam",
        bijlage=3,
        bijlage_naam=naam,
        waarde=5_242_881,
        grens=5_242_880,
        brin="32DD",
    )


def test_every_code_has_an_entry_and_is_solved_by_whom_the_domain_says() -> None:
    assert {code.value: CATALOGUE[code].wie for code in RedenCode} == SOLVED_BY
    assert set(CATALOGUE) == set(RedenCode)


@pytest.mark.parametrize("naam", ["", "OPP Jan.pdf", "{bijlage}", "{", "}{0}", "%s %(x)s"])
@pytest.mark.parametrize("code", RedenCode)
def test_every_text_is_whole_with_and_without_the_name(code: RedenCode, naam: str) -> None:
    filled = reden(code, naam)

    for text in (filled.melding, filled.oplossing, filled.beheerder):
        without_name = text.replace(naam, "") if naam else text
        assert re.search(r"[{}]|None|  |\(\)|““", without_name) is None
        assert text == text.strip()
        assert text.endswith(".")
        assert "\n" not in text


@pytest.mark.parametrize("code", RedenCode)
def test_every_entry_says_what_it_means_and_where_the_rule_comes_from(code: RedenCode) -> None:
    entry = CATALOGUE[code]

    assert entry.betekenis.endswith(".")
    assert re.fullmatch(r"D|FAQ [0-9]+(, FAQ [0-9]+)*", entry.bron)


@pytest.mark.parametrize("code", RedenCode)
def test_a_text_that_uses_no_facts_needs_none(code: RedenCode) -> None:
    bare = Reden(code=code, veld="", bijlage=1)

    assert "None" not in bare.melding + bare.oplossing


@pytest.mark.parametrize("code", PER_BIJLAGE)
def test_a_reden_about_a_bijlage_names_its_file_and_its_position(code: RedenCode) -> None:
    assert reden(code, "OPP Jan.pdf").melding.startswith("Bijlage 3 (“OPP Jan.pdf”) ")
    assert reden(code).melding.startswith("Bijlage 3 ")


def test_five_redenen_are_about_one_bijlage() -> None:
    assert {code.value for code in PER_BIJLAGE} == {c.value for c in RedenCode if c.startswith("BIJLAGE_")}


@pytest.mark.parametrize("code", WITH_BRIN)
def test_a_reden_about_a_brin_names_it(code: RedenCode) -> None:
    assert "32DD" in reden(code).melding


def test_numbers_are_written_as_the_dutch_do() -> None:
    text = reden(RedenCode.BIJLAGE_TE_GROOT).melding

    assert "5.242.881 bytes" in text
    assert "maximaal 5 MB (5.242.880 bytes)" in text
    half = Reden(code=RedenCode.BIJLAGE_TE_GROOT, veld="", bijlage=1, waarde=2, grens=1_572_864)
    assert "maximaal 1,5 MB" in half.melding


@given(naam=st.text(min_size=1, max_size=300))
def test_a_name_in_a_sentence_is_one_short_line_without_anything_invisible(naam: str) -> None:
    text = reden(RedenCode.BIJLAGE_NAAM_ONGELDIG, naam).melding
    shown = text.removeprefix("Bijlage 3 (“").split("”) heeft geen naam")[0]

    assert len(shown) <= 120
    assert {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} == set()


@pytest.mark.parametrize(("length", "shown"), [(119, 119), (120, 120), (121, 120), (5000, 120)])
def test_a_name_of_more_than_120_characters_is_shortened(length: int, shown: int) -> None:
    text = reden(RedenCode.BIJLAGE_NAAM_ONGELDIG, "a" * length).melding
    kept = "a" * length if length == shown else "a" * 117 + "..."

    assert f"(“{kept}”)" in text


def test_a_name_that_would_turn_the_sentence_around_cannot() -> None:
    text = reden(RedenCode.BIJLAGE_NAAM_ONGELDIG, "a\u202egpj.exe\u2028\r\nb").melding

    assert "(“a\ufffdgpj.exe\ufffd\ufffd\ufffdb”)" in text


@given(naam=st.text(min_size=12, max_size=60))
def test_a_name_never_stands_in_a_repr(naam: str) -> None:
    named = reden(RedenCode.BIJLAGE_NAAM_ONGELDIG, "Jansen" + naam)

    assert "Jansen" not in repr(named)
    assert naam not in repr(named)


@pytest.mark.parametrize("code", RedenCode)
def test_what_a_rejection_record_keeps_has_no_name_and_all_else(code: RedenCode) -> None:
    kept = reden(code, "OPP Jan Jansen.pdf").without_personal_data()

    assert kept == reden(code)
    assert "Jan" not in kept.melding + kept.oplossing
