"""A notitie is its author's, and for everybody else it does not exist (FAQ 4)."""

from __future__ import annotations

import pytest

from kindkans.dossiers import notities as table
from kindkans.dossiers.refusals import Fout, NotThere, Refused, Veld
from kindkans.dossiers.written import LONGEST_TEXT
from kindkans.tabs_schema import notitie


def add(tabs, lid=None, number=1, tekst="Bel maandag."):
    return tabs.write(table.add_notitie, (lid or tabs.maker).account_id, number, tekst)


def seen_by(tabs, lid):
    all_of = tabs.read(table.all_notities, lid.account_id)
    per_dossier = [
        one
        for number in (tabs.dossier, tabs.tweede, tabs.elders, tabs.verwijderd)
        for one in tabs.read(table.notities_of, lid.account_id, number)
    ]
    assert all_of == per_dossier
    return [one.tekst for one in all_of]


def test_the_author_reads_changes_and_removes_it(tabs):
    new, me = add(tabs), tabs.maker.account_id
    other = add(tabs, number=tabs.tweede, tekst="Blijft")
    assert seen_by(tabs, tabs.maker) == ["Bel maandag.", "Blijft"]
    before = tabs.read(table.get_notitie, me, new)
    assert before.dossiernummer == tabs.dossier
    assert "maandag" not in repr(before)
    tabs.write(table.change_notitie, me, new, "Bel dinsdag.")
    after = tabs.read(table.get_notitie, me, new)
    assert (after.tekst, after.moments.created_at) == ("Bel dinsdag.", before.moments.created_at)
    tabs.do(table.remove_notitie, me, new)
    assert [one.notitie_id for one in tabs.read(table.all_notities, me)] == [other]


@pytest.mark.parametrize("other", ["collega", "root"])
def test_for_another_it_is_as_one_that_never_was_in_every_function(tabs, other):
    lid = getattr(tabs, other)
    who = lid.account_id
    new = add(tabs)
    before = tabs.rows(notitie)
    assert seen_by(tabs, lid) == []
    for one in (new, "f" * 32):
        for refused in (
            lambda one=one: tabs.read(table.get_notitie, who, one),
            lambda one=one: tabs.write(table.change_notitie, who, one, "Van mij."),
            lambda one=one: tabs.write(table.change_notitie, who, one, ""),
            lambda one=one: tabs.write(table.change_notitie, who, one, "x" * (LONGEST_TEXT + 1)),
            lambda one=one: tabs.do(table.remove_notitie, who, one),
        ):
            with pytest.raises(NotThere) as caught:
                refused()
            assert caught.value.args == ()
    assert tabs.rows(notitie) == before
    add(tabs, lid, tekst="Mijn eigen.")
    assert seen_by(tabs, lid) == ["Mijn eigen."]
    assert seen_by(tabs, tabs.maker) == ["Bel maandag."]


def test_the_audit_says_nothing_about_them(tabs):
    new, me = add(tabs), tabs.maker.account_id
    tabs.write(table.change_notitie, me, new, "Anders.")
    tabs.read(table.all_notities, me)
    tabs.do(table.remove_notitie, me, new)
    assert tabs.audit() == []


def test_they_outlive_the_hulpvraag_for_their_author_who_adds_none_any_more(tabs):
    new, me = add(tabs), tabs.maker.account_id
    tabs.delete(tabs.dossier)
    assert seen_by(tabs, tabs.maker) == ["Bel maandag."]
    tabs.write(table.change_notitie, me, new, "Weg?")
    assert seen_by(tabs, tabs.maker) == ["Weg?"]
    assert seen_by(tabs, tabs.root) == []
    with pytest.raises(NotThere):
        add(tabs)
    tabs.do(table.remove_notitie, me, new)
    assert tabs.rows(notitie) == []


@pytest.mark.parametrize("number", ["verwijderd", "nergens"])
def test_none_is_added_to_a_dossier_that_is_deleted_or_not_there(tabs, number):
    with pytest.raises(NotThere):
        add(tabs, number=getattr(tabs, number))


@pytest.mark.parametrize(
    ("tekst", "fout"),
    [("\n", Fout.LEEG), ("x" * (LONGEST_TEXT + 1), Fout.TE_LANG), ("a\x07", Fout.TEKENS)],
)
def test_a_text_that_can_not_be_is_refused_and_nothing_changes(tabs, tekst, fout):
    new = add(tabs, tekst="x" * LONGEST_TEXT)
    before = tabs.rows(notitie)
    with pytest.raises(Refused) as caught:
        add(tabs, tekst=tekst)
    assert (caught.value.fout, caught.value.veld) == (fout, Veld.NOTITIE)
    with pytest.raises(Refused, match=fout.value):
        tabs.write(table.change_notitie, tabs.maker.account_id, new, tekst)
    assert tabs.rows(notitie) == before
