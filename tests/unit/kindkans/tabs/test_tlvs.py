from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kindkans.dossiers import tlvs as table
from kindkans.dossiers.refusals import Fout, NotThere, Refused, Veld
from kindkans.dossiers.tlvs import Categorie, TlvInvoer
from kindkans.dossiers.written import LONGEST_LINE, LONGEST_TEXT
from kindkans.tabs_schema import tlv

INVOER = TlvInvoer(
    categorie="midden",
    afgiftedatum=date(2026, 7, 1),
    begindatum=date(2026, 8, 1),
    einddatum=date(2028, 7, 31),
    nummer="TLV-2026-17",
    budget="twee dagdelen",
    toelichting="Op proef.",
)


def add(tabs, number=1, **more):
    return tabs.write(table.add_tlv, tabs.maker, number, replace(INVOER, **more))


def test_what_was_added_is_read_as_it_was_written(tabs):
    later, first = add(tabs), add(tabs, begindatum=date(2026, 7, 2), budget="", toelichting="")
    found = tabs.read(table.tlvs_of, tabs.dossier)
    assert [t.tlv_id for t in found] == [first, later]
    one = tabs.read(table.get_tlv, tabs.dossier, later)
    assert one == found[1]
    for name in TlvInvoer.__slots__:
        assert getattr(one, name) == getattr(INVOER, name)
    assert (one.dossiernummer, one.maker_id) == (tabs.dossier, tabs.maker.account_id)
    assert tabs.read(table.tlvs_of, tabs.tweede) == []
    for shown in (repr(one), repr(INVOER)):
        assert not any(text in shown for text in (INVOER.nummer, INVOER.budget, INVOER.toelichting))


@pytest.mark.parametrize("categorie", list(Categorie))
def test_each_categorie_can_be_chosen(tabs, categorie):
    found = tabs.read(table.get_tlv, tabs.dossier, add(tabs, categorie=categorie.value))
    assert found.categorie is categorie


def test_each_action_is_in_the_audit_by_ids_and_codes_only(tabs):
    new = add(tabs)
    tabs.write(table.change_tlv, tabs.collega, tabs.dossier, new, replace(INVOER, categorie="hoog"))
    tabs.do(table.remove_tlv, tabs.maker, tabs.dossier, new)
    assert [(row.actor, row.action, row.subject, row.detail) for row in tabs.audit()] == [
        ("lokaal:maker", "tlv_added", "1", f"tlv={new} categorie=midden"),
        ("lokaal:collega", "tlv_changed", "1", f"tlv={new} categorie=hoog"),
        ("lokaal:maker", "tlv_removed", "1", f"tlv={new}"),
    ]
    assert tabs.rows(tlv) == []


def test_a_change_sets_all_that_is_filled_in_of_this_one_only(tabs):
    new, other = add(tabs), add(tabs)
    changed = TlvInvoer(
        categorie="laag",
        afgiftedatum=date(2026, 7, 2),
        begindatum=date(2026, 8, 2),
        einddatum=date(2026, 8, 2),
        nummer="2",
    )
    tabs.write(table.change_tlv, tabs.collega, tabs.dossier, new, changed)
    found = tabs.read(table.get_tlv, tabs.dossier, new)
    for name in TlvInvoer.__slots__:
        assert getattr(found, name) == getattr(changed, name)
    assert found.maker_id == tabs.maker.account_id
    assert tabs.read(table.get_tlv, tabs.dossier, other).nummer == INVOER.nummer


@pytest.mark.parametrize(
    ("given", "fout", "veld"),
    [
        ({"categorie": "zwaar"}, Fout.KEUZE, Veld.CATEGORIE),
        ({"afgiftedatum": date(26, 7, 1)}, Fout.DATUM_ONMOGELIJK, Veld.AFGIFTEDATUM),
        ({"begindatum": date(26, 7, 1)}, Fout.DATUM_ONMOGELIJK, Veld.BEGINDATUM),
        ({"einddatum": date(2100, 1, 1)}, Fout.DATUM_ONMOGELIJK, Veld.EINDDATUM),
        ({"einddatum": date(2026, 7, 31)}, Fout.EINDE_VOOR_BEGIN, Veld.EINDDATUM),
        ({"nummer": " "}, Fout.LEEG, Veld.NUMMER),
        ({"nummer": "x" * (LONGEST_LINE + 1)}, Fout.TE_LANG, Veld.NUMMER),
        ({"budget": "x" * (LONGEST_LINE + 1)}, Fout.TE_LANG, Veld.BUDGET),
        ({"toelichting": "x" * (LONGEST_TEXT + 1)}, Fout.TE_LANG, Veld.TOELICHTING),
    ],
)
def test_what_can_not_be_is_refused_and_nothing_changes(tabs, given, fout, veld):
    new = add(tabs)
    before = tabs.rows(tlv), tabs.audit()
    with pytest.raises(Refused) as caught:
        add(tabs, **given)
    assert (caught.value.fout, caught.value.veld) == (fout, veld)
    with pytest.raises(Refused, match=fout.value):
        tabs.write(table.change_tlv, tabs.maker, tabs.dossier, new, replace(INVOER, **given))
    assert (tabs.rows(tlv), tabs.audit()) == before


@pytest.mark.parametrize("number", ["verwijderd", "nergens"])
def test_none_is_added_to_a_dossier_that_is_deleted_or_not_there(tabs, number):
    with pytest.raises(NotThere):
        add(tabs, getattr(tabs, number))


def test_a_tlv_of_another_dossier_is_not_there(tabs):
    new = add(tabs)
    for key in ((tabs.tweede, new), (tabs.dossier, "f" * 32), (tabs.verwijderd, new)):
        for refused in (
            lambda key=key: tabs.read(table.get_tlv, *key),
            lambda key=key: tabs.write(table.change_tlv, tabs.maker, *key, INVOER),
            lambda key=key: tabs.do(table.remove_tlv, tabs.maker, *key),
        ):
            with pytest.raises(NotThere):
                refused()
    assert len(tabs.audit()) == len(tabs.rows(tlv)) == 1
