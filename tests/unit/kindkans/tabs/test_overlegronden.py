from __future__ import annotations

from datetime import date

import pytest

from kindkans.dossiers import overlegronden as table
from kindkans.dossiers.checks import MOST_ACCOUNTS
from kindkans.dossiers.refusals import Fout, NotThere, Refused, Veld
from kindkans.dossiers.written import LONGEST_LINE, LONGEST_TEXT
from kindkans.tabs_schema import overlegronde, overlegronde_deelnemer

EINDE = date(2026, 12, 1)


def add(tabs, number=1, **more):
    given = {"onderwerp": "Rekenen", "verslag": "Besproken.", "einddatum": EINDE} | more
    return tabs.write(table.add_overlegronde, tabs.maker, number, **given)


def test_what_was_added_is_read_as_it_was_written(tabs):
    new = add(tabs, deelnemers=[tabs.root.account_id, tabs.collega.account_id, tabs.root.account_id])
    (found,) = tabs.read(table.overlegronden_of, tabs.dossier)
    assert found == tabs.read(table.get_overlegronde, tabs.dossier, new)
    assert (found.onderwerp, found.verslag, found.einddatum) == ("Rekenen", "Besproken.", EINDE)
    assert (found.maker_id, found.dossiernummer) == (tabs.maker.account_id, tabs.dossier)
    assert found.deelnemers == (tabs.collega.account_id, tabs.root.account_id)
    assert tabs.read(table.overlegronden_of, tabs.tweede) == []
    assert "Rekenen" not in repr(found)
    assert "Besproken" not in repr(found)


def test_each_action_is_in_the_audit_by_ids_and_days_only(tabs):
    new = add(tabs, deelnemers=[tabs.collega.account_id])
    account = f"account={tabs.collega.account_id}"
    key = (tabs.dossier, new)
    tabs.write(table.change_overlegronde, tabs.collega, *key, onderwerp="Taal", verslag="Anders.")
    tabs.do(table.move_einddatum, tabs.maker, *key, date(2027, 1, 1))
    tabs.do(table.remove_deelnemer, tabs.maker, *key, tabs.collega.account_id)
    tabs.do(table.add_deelnemer, tabs.maker, *key, tabs.collega.account_id)
    tabs.do(table.remove_overlegronde, tabs.maker, *key)
    found = [(row.actor, row.action, row.subject, row.detail) for row in tabs.audit()]
    me, ronde = "lokaal:maker", f"overlegronde={new}"
    assert found == [
        (me, "overlegronde_added", "1", f"{ronde} tot_en_met=2026-12-01"),
        (me, "deelnemer_added", "1", f"{ronde} {account}"),
        ("lokaal:collega", "overlegronde_changed", "1", ronde),
        (me, "overlegronde_moved", "1", f"{ronde} was=2026-12-01 tot_en_met=2027-01-01"),
        (me, "deelnemer_removed", "1", f"{ronde} {account}"),
        (me, "deelnemer_added", "1", f"{ronde} {account}"),
        (me, "overlegronde_removed", "1", ronde),
    ]
    assert tabs.rows(overlegronde) == tabs.rows(overlegronde_deelnemer) == []


def test_a_change_of_text_changes_the_text_only(tabs):
    new = add(tabs, deelnemers=[tabs.collega.account_id])
    other = add(tabs, onderwerp="Blijft")
    before = tabs.read(table.get_overlegronde, tabs.dossier, new)
    tabs.write(table.change_overlegronde, tabs.collega, tabs.dossier, new, onderwerp="Taal", verslag="")
    after = tabs.read(table.get_overlegronde, tabs.dossier, new)
    assert (after.onderwerp, after.verslag) == ("Taal", "")
    assert after.moments.created_at == before.moments.created_at
    assert after.moments.changed_at >= before.moments.changed_at
    assert (after.maker_id, after.einddatum, after.deelnemers) == (
        before.maker_id,
        before.einddatum,
        before.deelnemers,
    )
    assert tabs.read(table.get_overlegronde, tabs.dossier, other).onderwerp == "Blijft"


def test_only_its_maker_moves_the_einddatum_root_not_either(tabs):
    new = add(tabs, deelnemers=[tabs.collega.account_id])
    before = tabs.audit()
    for other in (tabs.collega, tabs.root):
        with pytest.raises(Refused) as caught:
            tabs.do(table.move_einddatum, other, tabs.dossier, new, date(2027, 1, 1))
        assert (caught.value.fout, caught.value.veld) == (Fout.NIET_DE_MAKER, Veld.EINDDATUM)
    assert tabs.audit() == before
    for day in (date(2027, 1, 1), date(2020, 1, 1)):
        tabs.do(table.move_einddatum, tabs.maker, tabs.dossier, new, day)
        assert tabs.read(table.get_overlegronde, tabs.dossier, new).einddatum == day


def test_a_deelnemer_twice_is_once_and_one_that_is_none_is_not_missed(tabs):
    new = add(tabs)
    for _ in range(2):
        tabs.do(table.add_deelnemer, tabs.maker, tabs.dossier, new, tabs.collega.account_id)
    assert [row.action for row in tabs.audit()] == ["overlegronde_added", "deelnemer_added"]
    for _ in range(2):
        tabs.do(table.remove_deelnemer, tabs.maker, tabs.dossier, new, tabs.collega.account_id)
    assert [row.action for row in tabs.audit()][2:] == ["deelnemer_removed"]
    assert tabs.read(table.get_overlegronde, tabs.dossier, new).deelnemers == ()


@pytest.mark.parametrize(
    ("given", "fout", "veld"),
    [
        ({"onderwerp": " "}, Fout.LEEG, Veld.ONDERWERP),
        ({"onderwerp": "x" * (LONGEST_LINE + 1)}, Fout.TE_LANG, Veld.ONDERWERP),
        ({"verslag": "x" * (LONGEST_TEXT + 1)}, Fout.TE_LANG, Veld.VERSLAG),
        ({"verslag": "\0"}, Fout.TEKENS, Veld.VERSLAG),
    ],
)
def test_a_text_that_can_not_be_is_refused_and_nothing_changes(tabs, given, fout, veld):
    new = add(tabs)
    before = tabs.rows(overlegronde), tabs.audit()
    with pytest.raises(Refused) as caught:
        add(tabs, **given)
    assert (caught.value.fout, caught.value.veld) == (fout, veld)
    texts = {"onderwerp": "Rekenen", "verslag": "x"} | given
    with pytest.raises(Refused, match=fout.value):
        tabs.write(table.change_overlegronde, tabs.maker, tabs.dossier, new, **texts)
    assert (tabs.rows(overlegronde), tabs.audit()) == before


def test_a_day_that_can_not_be_is_refused(tabs):
    new = add(tabs)
    with pytest.raises(Refused, match="datum_onmogelijk einddatum"):
        add(tabs, einddatum=date(202, 12, 1))
    with pytest.raises(Refused, match="datum_onmogelijk einddatum"):
        tabs.do(table.move_einddatum, tabs.maker, tabs.dossier, new, date(2100, 1, 1))


def test_only_an_active_account_of_the_swv_or_of_none_can_be_a_deelnemer(tabs):
    new = add(tabs, deelnemers=[tabs.root.account_id])
    for who, fout in (
        ("f" * 32, Fout.ACCOUNT_ONBEKEND),
        (tabs.vreemd.account_id, Fout.ACCOUNT_ONBEKEND),
        (tabs.geblokkeerd.account_id, Fout.ACCOUNT_GEBLOKKEERD),
    ):
        with pytest.raises(Refused) as caught:
            tabs.do(table.add_deelnemer, tabs.maker, tabs.dossier, new, who)
        assert (caught.value.fout, caught.value.veld) == (fout, Veld.DEELNEMERS)
        with pytest.raises(Refused, match=fout.value):
            add(tabs, deelnemers=[tabs.collega.account_id, who])
    assert len(tabs.rows(overlegronde)) == len(tabs.rows(overlegronde_deelnemer)) == 1


def test_there_are_at_most_so_many_deelnemers(tabs, monkeypatch):
    with pytest.raises(Refused) as caught:
        add(tabs, deelnemers=[f"{n:032}" for n in range(MOST_ACCOUNTS + 1)])
    assert caught.value.melding == f"Deelnemers: dit zijn er te veel. Kies er hooguit {MOST_ACCOUNTS}."
    monkeypatch.setattr("kindkans.dossiers.checks.MOST_ACCOUNTS", 2)
    new = add(tabs, deelnemers=[tabs.root.account_id, tabs.collega.account_id])
    with pytest.raises(Refused, match="te_veel_accounts"):
        tabs.do(table.add_deelnemer, tabs.maker, tabs.dossier, new, tabs.maker.account_id)


@pytest.mark.parametrize("number", ["verwijderd", "nergens"])
def test_none_is_added_to_a_dossier_that_is_deleted_or_not_there(tabs, number):
    with pytest.raises(NotThere):
        add(tabs, getattr(tabs, number))


def test_an_overlegronde_of_another_dossier_is_not_there(tabs):
    new = add(tabs)
    texts = {"onderwerp": "x", "verslag": ""}
    for key in ((tabs.tweede, new), (tabs.dossier, "f" * 32), (tabs.verwijderd, new)):
        for refused in (
            lambda key=key: tabs.read(table.get_overlegronde, *key),
            lambda key=key: tabs.write(table.change_overlegronde, tabs.maker, *key, **texts),
            lambda key=key: tabs.do(table.move_einddatum, tabs.maker, *key, EINDE),
            lambda key=key: tabs.do(table.add_deelnemer, tabs.maker, *key, tabs.root.account_id),
            lambda key=key: tabs.do(table.remove_deelnemer, tabs.maker, *key, tabs.root.account_id),
            lambda key=key: tabs.do(table.remove_overlegronde, tabs.maker, *key),
        ):
            with pytest.raises(NotThere):
                refused()
    assert len(tabs.audit()) == len(tabs.rows(overlegronde)) == 1


def test_they_are_listed_in_the_order_they_were_made(tabs):
    made = [add(tabs, onderwerp=f"nummer {n}") for n in range(3)]
    with_same_moment = tabs.read(table.overlegronden_of, tabs.dossier)
    assert {o.overlegronde_id for o in with_same_moment} == set(made)
    moments = [o.moments.created_at for o in with_same_moment]
    assert moments == sorted(moments)
