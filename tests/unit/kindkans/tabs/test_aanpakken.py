from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kindkans.dossiers import aanpakken as table
from kindkans.dossiers.aanpakken import AanpakInvoer, AanpakSoort
from kindkans.dossiers.refusals import Fout, NotThere, Refused, Veld
from kindkans.dossiers.written import LONGEST_TEXT
from kindkans.tabs_schema import aanpak

BEGIN, EINDE = date(2026, 9, 1), date(2027, 7, 1)


@pytest.fixture
def invoer(tabs):
    return AanpakInvoer(
        soort="begeleiding",
        behandelaar_id=tabs.collega.account_id,
        begindatum=BEGIN,
        einddatum=EINDE,
        omschrijving="Elke week.",
        evaluatie="Gaat goed.",
    )


def add(tabs, invoer, number=1, **more):
    return tabs.write(table.add_aanpak, tabs.maker, number, replace(invoer, **more))


def test_what_was_added_is_read_as_it_was_written(tabs, invoer):
    later = add(tabs, invoer)
    first = add(tabs, invoer, begindatum=date(2026, 8, 1), einddatum=None, evaluatie="", soort="overig")
    found = tabs.read(table.aanpakken_of, tabs.dossier)
    assert [a.aanpak_id for a in found] == [first, later]
    assert found[0].einddatum is None
    one = tabs.read(table.get_aanpak, tabs.dossier, later)
    assert one == found[1]
    assert (one.soort, one.maker_id) == (AanpakSoort.BEGELEIDING, tabs.maker.account_id)
    assert (one.omschrijving, one.evaluatie) == ("Elke week.", "Gaat goed.")
    assert (one.behandelaar_id, one.begindatum, one.einddatum) == (tabs.collega.account_id, BEGIN, EINDE)
    assert tabs.read(table.aanpakken_of, tabs.tweede) == []
    for shown in (repr(one), repr(invoer)):
        assert "week" not in shown
        assert "goed" not in shown


@pytest.mark.parametrize("soort", list(AanpakSoort))
def test_each_soort_can_be_chosen(tabs, invoer, soort):
    assert tabs.read(table.get_aanpak, tabs.dossier, add(tabs, invoer, soort=soort.value)).soort is soort


def test_each_action_is_in_the_audit_with_whom_it_lets_in_until_when(tabs, invoer):
    new = add(tabs, invoer)
    key = (tabs.dossier, new)
    other = replace(invoer, soort="onderzoek", behandelaar_id=tabs.root.account_id, einddatum=None)
    tabs.write(table.change_aanpak, tabs.collega, *key, other)
    tabs.do(table.end_aanpak, tabs.maker, *key, BEGIN)
    tabs.do(table.remove_aanpak, tabs.maker, *key)
    assert [(row.actor, row.action, row.subject, row.detail) for row in tabs.audit()] == [
        (
            "lokaal:maker",
            "aanpak_added",
            "1",
            f"aanpak={new} soort=begeleiding behandelaar={tabs.collega.account_id} tot_en_met=2027-07-01",
        ),
        (
            "lokaal:collega",
            "aanpak_changed",
            "1",
            f"aanpak={new} soort=onderzoek behandelaar={tabs.root.account_id} tot_en_met=-",
        ),
        ("lokaal:maker", "aanpak_ended", "1", f"aanpak={new} was=- tot_en_met=2026-09-01"),
        ("lokaal:maker", "aanpak_removed", "1", f"aanpak={new}"),
    ]
    assert tabs.rows(aanpak) == []


def test_a_change_sets_all_that_is_filled_in_of_this_one_only(tabs, invoer):
    new, other = add(tabs, invoer), add(tabs, invoer)
    changed = AanpakInvoer(
        soort="arrangement",
        behandelaar_id=tabs.root.account_id,
        begindatum=date(2026, 10, 1),
        omschrijving="Anders.",
    )
    tabs.write(table.change_aanpak, tabs.collega, tabs.dossier, new, changed)
    found = tabs.read(table.get_aanpak, tabs.dossier, new)
    assert (found.soort, found.behandelaar_id) == ("arrangement", tabs.root.account_id)
    assert (found.begindatum, found.einddatum) == (date(2026, 10, 1), None)
    assert (found.omschrijving, found.evaluatie) == ("Anders.", "")
    assert found.maker_id == tabs.maker.account_id
    assert tabs.read(table.get_aanpak, tabs.dossier, other).omschrijving == "Elke week."


def test_it_ends_on_any_day_from_its_begin(tabs, invoer):
    new = add(tabs, invoer, einddatum=None)
    for day in (BEGIN, EINDE):
        tabs.do(table.end_aanpak, tabs.maker, tabs.dossier, new, day)
        assert tabs.read(table.get_aanpak, tabs.dossier, new).einddatum == day
    with pytest.raises(Refused) as caught:
        tabs.do(table.end_aanpak, tabs.maker, tabs.dossier, new, date(2026, 8, 31))
    assert (caught.value.fout, caught.value.veld) == (Fout.EINDE_VOOR_BEGIN, Veld.EINDDATUM)
    assert tabs.read(table.get_aanpak, tabs.dossier, new).einddatum == EINDE


@pytest.mark.parametrize(
    ("given", "fout", "veld"),
    [
        ({"soort": "straf"}, Fout.KEUZE, Veld.SOORT),
        ({"omschrijving": ""}, Fout.LEEG, Veld.OMSCHRIJVING),
        ({"omschrijving": "x" * (LONGEST_TEXT + 1)}, Fout.TE_LANG, Veld.OMSCHRIJVING),
        ({"evaluatie": "x" * (LONGEST_TEXT + 1)}, Fout.TE_LANG, Veld.EVALUATIE),
        ({"einddatum": date(2026, 8, 31)}, Fout.EINDE_VOOR_BEGIN, Veld.EINDDATUM),
        ({"begindatum": date(226, 9, 1)}, Fout.DATUM_ONMOGELIJK, Veld.BEGINDATUM),
        ({"einddatum": date(2100, 1, 1)}, Fout.DATUM_ONMOGELIJK, Veld.EINDDATUM),
        ({"behandelaar_id": "f" * 32}, Fout.ACCOUNT_ONBEKEND, Veld.BEHANDELAAR),
        ({"behandelaar_id": "vreemd".ljust(32, "0")}, Fout.ACCOUNT_ONBEKEND, Veld.BEHANDELAAR),
        ({"behandelaar_id": "geblokkeerd".ljust(32, "0")}, Fout.ACCOUNT_GEBLOKKEERD, Veld.BEHANDELAAR),
    ],
)
def test_what_can_not_be_is_refused_and_nothing_changes(tabs, invoer, given, fout, veld):
    new = add(tabs, invoer)
    before = tabs.rows(aanpak), tabs.audit()
    with pytest.raises(Refused) as caught:
        add(tabs, invoer, **given)
    assert (caught.value.fout, caught.value.veld) == (fout, veld)
    with pytest.raises(Refused, match=fout.value):
        tabs.write(table.change_aanpak, tabs.maker, tabs.dossier, new, replace(invoer, **given))
    assert (tabs.rows(aanpak), tabs.audit()) == before


def test_a_behandelaar_who_was_blocked_since_may_stay_but_not_come_back(tabs, invoer):
    new = add(tabs, invoer)
    tabs.block(tabs.collega)
    tabs.write(table.change_aanpak, tabs.maker, tabs.dossier, new, replace(invoer, evaluatie="Klaar."))
    assert tabs.read(table.get_aanpak, tabs.dossier, new).evaluatie == "Klaar."
    other = replace(invoer, behandelaar_id=tabs.root.account_id)
    tabs.write(table.change_aanpak, tabs.maker, tabs.dossier, new, other)
    with pytest.raises(Refused, match="account_geblokkeerd"):
        tabs.write(table.change_aanpak, tabs.maker, tabs.dossier, new, invoer)


@pytest.mark.parametrize("number", ["verwijderd", "nergens"])
def test_none_is_added_to_a_dossier_that_is_deleted_or_not_there(tabs, invoer, number):
    with pytest.raises(NotThere):
        add(tabs, invoer, getattr(tabs, number))


def test_an_aanpak_of_another_dossier_is_not_there(tabs, invoer):
    new = add(tabs, invoer)
    for key in ((tabs.tweede, new), (tabs.dossier, "f" * 32), (tabs.verwijderd, new)):
        for refused in (
            lambda key=key: tabs.read(table.get_aanpak, *key),
            lambda key=key: tabs.write(table.change_aanpak, tabs.maker, *key, invoer),
            lambda key=key: tabs.do(table.end_aanpak, tabs.maker, *key, EINDE),
            lambda key=key: tabs.do(table.remove_aanpak, tabs.maker, *key),
        ):
            with pytest.raises(NotThere):
                refused()
    assert len(tabs.audit()) == len(tabs.rows(aanpak)) == 1
