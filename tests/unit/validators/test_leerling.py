"""LEERLING_ONVOLLEDIG: no surname, or a birth date that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.dossier import Dossier
from dossier.reden import RedenCode
from validators.checks import validate
from validators.leerling import birth_date_is_possible
from validators.limits import Limits

TODAY = date(2026, 9, 1)
OLDEST = TODAY - timedelta(days=366 * 30)


@pytest.mark.parametrize(
    ("text", "possible"),
    [
        ("2015-03-09", True),
        (" 2015-03-09\n", True),
        ("2016-02-29", True),
        ("2015-02-29", False),
        ("2000-02-29", True),
        ("2015-02-31", False),
        ("2015-04-31", False),
        ("2015-13-01", False),
        ("2015-00-10", False),
        ("2015-01-00", False),
        ("0000-01-01", False),
        ("2026-09-01", True),
        ("2026-09-02", True),  # one day of slack for time zones
        ("2026-09-03", False),
        ("9999-12-31", False),
        (OLDEST.isoformat(), True),
        ((OLDEST - timedelta(days=1)).isoformat(), False),
        ("1996-09-01", True),  # thirty years to the day
        ("1915-03-09", False),
        ("", False),
        ("  ", False),
        ("09-03-2015", False),
        ("2015/03/09", False),
        ("2015-3-9", False),
        ("20150309", False),
        ("2015-03-09T00:00:00", False),
        ("2015-03-09Z", False),
        ("٢٠١٥-03-09", False),
        ("２０１５-03-09", False),
        ("onbekend", False),
    ],
)
def test_a_birth_date_is_a_day_of_the_calendar_that_a_pupil_can_have(text: str, possible: bool) -> None:
    assert birth_date_is_possible(text, today=TODAY) is possible


@given(born=st.dates())
def test_a_day_is_possible_when_it_lies_between_thirty_years_ago_and_tomorrow(born: date) -> None:
    within = OLDEST <= born <= TODAY + timedelta(days=1)

    assert birth_date_is_possible(born.isoformat(), today=TODAY) is within


@given(text=st.text(max_size=12) | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", fullmatch=True))
def test_any_text_at_all_gets_an_answer(text: str) -> None:
    assert birth_date_is_possible(text, today=TODAY) in {True, False}


@pytest.mark.parametrize(
    ("achternaam", "geboortedatum", "wrong"),
    [
        ("Jansen", "2015-03-09", []),
        ("J", "2015-03-09", []),
        ("", "2015-03-09", ["leerling/achternaam"]),
        (" \t\u00a0", "2015-03-09", ["leerling/achternaam"]),
        ("\u200b", "2015-03-09", ["leerling/achternaam"]),
        ("\u00a0\u200b\u200d \ufeff", "2015-03-09", ["leerling/achternaam"]),
        ("\u3164\u2800\u034f\u0080", "2015-03-09", ["leerling/achternaam"]),
        ("\u200bJ\u200b", "2015-03-09", []),
        ("王", "2015-03-09", []),
        ("Jansen", "", ["leerling/geboortedatum"]),
        ("Jansen", "2015-02-31", ["leerling/geboortedatum"]),
        ("", "", ["leerling/achternaam", "leerling/geboortedatum"]),
    ],
)
def test_a_leerling_has_a_surname_and_a_possible_birth_date(
    make_dossier: Callable[..., Dossier], achternaam: str, geboortedatum: str, wrong: list[str]
) -> None:
    dossier = make_dossier(achternaam=achternaam, geboortedatum=geboortedatum)
    redenen = validate(dossier, Limits(), TODAY)

    assert [r.veld for r in redenen] == wrong
    assert {r.code for r in redenen} <= {RedenCode.LEERLING_ONVOLLEDIG}
    for reden in redenen:  # each says which of the two, and only that
        named = [word for word in ("achternaam", "geboortedatum") if word in reden.melding]
        assert named == [reden.veld.removeprefix("leerling/")]
