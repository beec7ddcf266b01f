"""A hulpvraag that may have been entered twice is offered beside the other, and never merged (FAQ 1)."""

from __future__ import annotations

from datetime import date

import pytest

from kindkans.dossiers.content import parse_content
from kindkans.dossiers.deleting import delete_hulpvraag
from kindkans.dossiers.doubles import doubles_of, same_words, side_by_side
from kindkans.rights.words import Lid, Tab

TODAY = date(2026, 9, 1)


@pytest.fixture
def me(hulpvragen, make_lid) -> Lid:
    return hulpvragen.account(make_lid("me", eigen=tuple(Tab)))


def inhoud(dossier):
    return parse_content(dossier.content_bytes())


def test_the_same_leerling_at_the_same_organisatie_is_found(hulpvragen, make_dossier, store, me):
    hulpvragen.put(1)
    hulpvragen.put(2, make_dossier(hulpvraag_id="hv-2", titel="Taal"))
    hulpvragen.put(3, make_dossier(hulpvraag_id="hv-3"))
    hulpvragen.put(4, make_dossier(voornamen="Quirine"))  # a twin
    hulpvragen.put(5, organisatie="other")
    hulpvragen.put(6)
    store.do(delete_hulpvraag, me, 6)
    assert store.do(doubles_of, me, TODAY, 1) == [3, 2]
    assert store.do(doubles_of, me, TODAY, 4) == []


def test_to_who_may_not_see_whose_they_are_none_is_named(hulpvragen, store, make_lid):
    hulpvragen.put(1)
    hulpvragen.put(2)
    but_names = tuple(tab for tab in Tab if tab is not Tab.PERSOONSGEGEVENS)
    for lid in (make_lid("b", organisatie="other", eigen=tuple(Tab)), make_lid("c", eigen=but_names)):
        assert store.do(doubles_of, lid, TODAY, 1) == []


def test_those_of_whom_too_little_is_known_are_not_each_others_double(hulpvragen, make_dossier, store, me):
    for number in (1, 2):
        hulpvragen.put(number, make_dossier(geboortedatum=""))
    assert store.do(doubles_of, me, TODAY, 1) == []


def test_side_by_side_each_field_says_whether_it_is_equal(make_dossier):
    two = [inhoud(make_dossier()), inhoud(make_dossier(titel="Taal", groep="7"))]
    lines = {line.veld: line for line in side_by_side(two, [Tab.HULPVRAAG])}
    assert lines["titel"].teksten == ("Rekenen", "Taal")
    assert not lines["titel"].gelijk
    assert lines["omschrijving"].gelijk
    assert "groep" not in lines


def test_word_for_word_the_same_is_all_but_the_id(make_dossier, make_bijlage):
    one = inhoud(make_dossier(bijlagen=(make_bijlage(),)))
    assert same_words(one, inhoud(make_dossier(hulpvraag_id="hv-2", bijlagen=(make_bijlage(),))))
    assert not same_words(one, inhoud(make_dossier(bijlagen=(make_bijlage(naam="b.pdf"),))))
    assert not same_words(one, inhoud(make_dossier(omschrijving="rekenen lukt niet.")))
