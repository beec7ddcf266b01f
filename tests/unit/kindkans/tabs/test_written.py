from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import PoisonEvent
from kindkans.dossiers.checks import check_day, check_period
from kindkans.dossiers.recording import WOORDEN, Daad
from kindkans.dossiers.refusals import Fout, NotThere, Refused, Veld
from kindkans.dossiers.written import (
    LONGEST_LINE,
    LONGEST_TEXT,
    checked_line,
    checked_text,
    new_row_id,
    open_texts,
    seal_texts,
)

CHECKS = pytest.mark.parametrize(
    ("check", "longest"), [(checked_line, LONGEST_LINE), (checked_text, LONGEST_TEXT)]
)


@given(st.dictionaries(st.sampled_from(Veld), st.text(st.characters(exclude_categories=["Cs"]))))
def test_what_is_sealed_for_a_row_opens_for_that_row_and_no_other(seal, texts):
    here, elsewhere = new_row_id(), new_row_id()
    row = SimpleNamespace(**seal_texts(seal, here, texts))
    assert open_texts(seal, here, row) == texts
    with pytest.raises(PoisonEvent, match="ZEGEL_ONGELDIG"):
        open_texts(seal, elsewhere, row)


@CHECKS
def test_a_text_may_be_as_long_as_the_limit_and_no_longer(check, longest):
    assert check(Veld.VERSLAG, "x" * longest) == "x" * longest
    with pytest.raises(Refused) as caught:
        check(Veld.VERSLAG, "x" * (longest + 1))
    assert caught.value.fout is Fout.TE_LANG
    assert caught.value.melding == f"Verslag: dit is te lang. Maak er hooguit {longest} tekens van."


@CHECKS
def test_the_length_is_in_characters_after_normalising_without_the_blanks_around_it(check, longest):
    composed = "\u00e9"
    assert check(Veld.VERSLAG, " " + "e\u0301" * longest + "\n ") == composed * longest
    assert len(check(Veld.VERSLAG, "\U0001f600" * longest)) == longest


@CHECKS
@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x7f", "\x9f", "\ud800"])
def test_a_character_that_no_page_can_show_is_refused_and_not_quoted(check, longest, sign):
    text = f"geheim{sign}geheim"
    with pytest.raises(Refused) as caught:
        check(Veld.TITEL, text)
    assert caught.value.fout is Fout.TEKENS
    assert "geheim" not in f"{caught.value} {caught.value.melding} {caught.value!r}"


@CHECKS
@pytest.mark.parametrize("blank", ["", " ", "\r\n\t\u00a0"])
def test_what_is_required_can_not_be_blank(check, longest, blank):
    assert check(Veld.TITEL, blank) == ""
    with pytest.raises(Refused, match="leeg titel"):
        check(Veld.TITEL, blank, required=True)


def test_a_line_is_one_line_and_a_text_keeps_its_lines():
    assert checked_line(Veld.TITEL, " a \r\n b\t c ") == "a b c"
    assert checked_text(Veld.VERSLAG, "a \r\n\tb\rc\n") == "a \n\tb\nc"


@pytest.mark.parametrize("day", [date(1999, 12, 31), date(2100, 1, 1), date.min, date.max])
def test_a_day_outside_of_this_century_is_a_slip_of_the_pen(day):
    with pytest.raises(Refused) as caught:
        check_day(Veld.DATUM, day)
    assert caught.value.melding.startswith("Datum: deze datum kan niet. Kies")


def test_a_period_ends_on_the_day_it_begins_or_later_or_never():
    day, before = date(2000, 1, 1), date(2099, 12, 31)
    check_period(day, day)
    check_period(day, before)
    check_period(before, None)
    with pytest.raises(Refused) as caught:
        check_period(before, date(2099, 12, 30))
    assert (caught.value.fout, caught.value.veld) == (Fout.EINDE_VOOR_BEGIN, Veld.EINDDATUM)
    with pytest.raises(Refused, match="datum_onmogelijk begindatum"):
        check_period(date(200, 1, 1), day)
    with pytest.raises(Refused, match="datum_onmogelijk einddatum"):
        check_period(day, date(2100, 1, 1))


@pytest.mark.parametrize("fout", list(Fout))
def test_each_refusal_names_the_field_and_a_remedy(fout):
    melding = Refused(fout, Veld.EINDDATUM, 5).melding
    assert melding.startswith("Einddatum: ")
    assert "{" not in melding
    assert any(word in melding for word in ("Vul ", "Maak ", "Typ ", "Kies ", "Vraag "))


def test_each_deed_has_its_words_and_fits_in_the_audit():
    assert set(WOORDEN) == set(Daad)
    assert len(set(WOORDEN.values())) == len(Daad)
    assert max(len(daad.value) for daad in Daad) <= 48
    assert not issubclass(NotThere, Refused)
