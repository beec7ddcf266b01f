from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from kindkans.dossiers import vergaderingen as table
from kindkans.dossiers.checks import MOST_ACCOUNTS
from kindkans.dossiers.refusals import Fout, NotThere, Refused, Veld
from kindkans.dossiers.written import LONGEST_LINE
from kindkans.schema import dossier
from kindkans.tabs_schema import vergadering, vergadering_genodigde, vergadering_hulpvraag

DATUM = date(2026, 12, 1)


def add(tabs, swv_id=None, **more):
    given = {"datum": DATUM, "titel": "Loket", "plaats": "Hasselt"} | more
    return tabs.write(table.add_vergadering, tabs.maker, swv_id or tabs.swv, **given)


def test_what_was_added_is_read_as_it_was_written(tabs):
    new = add(tabs, genodigden=[tabs.root.account_id, tabs.collega.account_id])
    for number in (tabs.tweede, tabs.dossier):
        tabs.do(table.put_on_agenda, tabs.maker, number, new)
    found = tabs.read(table.get_vergadering, tabs.swv, new)
    assert (found.titel, found.plaats, found.datum) == ("Loket", "Hasselt", DATUM)
    assert (found.swv_id, found.maker_id) == (tabs.swv, tabs.maker.account_id)
    assert found.genodigden == (tabs.collega.account_id, tabs.root.account_id)
    assert found.hulpvragen == (tabs.dossier, tabs.tweede)
    assert tabs.read(table.vergaderingen_of, tabs.dossier) == [found]
    assert tabs.read(table.vergaderingen_of, tabs.elders) == []
    assert "Loket" not in repr(found)


def test_a_vergadering_is_coming_on_its_day_and_past_after_it(tabs):
    first, later = add(tabs, datum=DATUM), add(tabs, datum=DATUM + timedelta(days=1))
    elsewhere = add(tabs, tabs.ander)

    def listed(today):
        coming = tabs.read(table.coming_vergaderingen, tabs.swv, today)
        past = tabs.read(table.past_vergaderingen, tabs.swv, today)
        return [[v.vergadering_id for v in found] for found in (coming, past)]

    assert listed(DATUM - timedelta(days=1)) == [[first, later], []]
    assert listed(DATUM) == [[first, later], []]
    assert listed(DATUM + timedelta(days=1)) == [[later], [first]]
    assert listed(DATUM + timedelta(days=2)) == [[], [later, first]]
    assert [v.vergadering_id for v in tabs.read(table.coming_vergaderingen, tabs.ander, DATUM)] == [elsewhere]


def test_each_action_is_in_the_audit_and_the_agenda_under_the_dossier(tabs):
    new = add(tabs, genodigden=[tabs.collega.account_id])
    who, key = tabs.collega.account_id, (tabs.swv, new)
    tabs.do(table.remove_genodigde, tabs.maker, *key, who)
    tabs.do(table.add_genodigde, tabs.maker, *key, who)
    tabs.write(table.change_vergadering, tabs.maker, *key, datum=date(2027, 1, 1), titel="T", plaats="")
    tabs.do(table.put_on_agenda, tabs.maker, tabs.dossier, new)
    tabs.do(table.take_off_agenda, tabs.maker, tabs.dossier, new)
    tabs.do(table.put_on_agenda, tabs.maker, tabs.tweede, new)
    tabs.do(table.remove_vergadering, tabs.maker, *key)
    assert [(row.action, row.subject, row.detail) for row in tabs.audit()] == [
        ("vergadering_added", new, "swv=swv datum=2026-12-01"),
        ("genodigde_added", new, f"account={who}"),
        ("genodigde_removed", new, f"account={who}"),
        ("genodigde_added", new, f"account={who}"),
        ("vergadering_changed", new, "swv=swv was=2026-12-01 datum=2027-01-01"),
        ("agenda_added", "1", f"vergadering={new}"),
        ("agenda_removed", "1", f"vergadering={new}"),
        ("agenda_added", "2", f"vergadering={new}"),
        ("agenda_removed", "2", f"vergadering={new}"),
        ("vergadering_removed", new, "swv=swv"),
    ]
    assert {row.actor for row in tabs.audit()} == {"lokaal:maker"}
    for made in (vergadering, vergadering_genodigde, vergadering_hulpvraag):
        assert tabs.rows(made) == []


def test_a_change_sets_day_title_and_place_of_this_one_only(tabs):
    new, other = add(tabs, genodigden=[tabs.root.account_id]), add(tabs)
    tabs.write(
        table.change_vergadering, tabs.collega, tabs.swv, new, datum=date(2027, 1, 1), titel="T", plaats="P"
    )
    found = tabs.read(table.get_vergadering, tabs.swv, new)
    assert (found.datum, found.titel, found.plaats) == (date(2027, 1, 1), "T", "P")
    assert (found.genodigden, found.maker_id) == ((tabs.root.account_id,), tabs.maker.account_id)
    assert tabs.read(table.get_vergadering, tabs.swv, other).titel == "Loket"


def test_removing_one_leaves_another_whole(tabs):
    gone, kept = (add(tabs, genodigden=[tabs.root.account_id]) for _ in range(2))
    for one in (gone, kept):
        tabs.do(table.put_on_agenda, tabs.maker, tabs.dossier, one)
    tabs.do(table.remove_vergadering, tabs.maker, tabs.swv, gone)
    (found,) = tabs.read(table.vergaderingen_of, tabs.dossier)
    assert (found.vergadering_id, found.genodigden) == (kept, (tabs.root.account_id,))


def test_twice_is_once(tabs):
    new = add(tabs)
    for _ in range(2):
        tabs.do(table.add_genodigde, tabs.maker, tabs.swv, new, tabs.collega.account_id)
        tabs.do(table.put_on_agenda, tabs.maker, tabs.dossier, new)
    assert len(tabs.audit()) == 3
    for _ in range(2):
        tabs.do(table.remove_genodigde, tabs.maker, tabs.swv, new, tabs.collega.account_id)
    tabs.do(table.take_off_agenda, tabs.maker, tabs.dossier, new)
    with pytest.raises(NotThere):
        tabs.do(table.take_off_agenda, tabs.maker, tabs.dossier, new)
    assert len(tabs.audit()) == 5


def test_a_hulpvraag_of_another_swv_comes_on_no_agenda_here(tabs):
    new, elsewhere = add(tabs), add(tabs, tabs.ander)
    for key in ((tabs.elders, new), (tabs.dossier, elsewhere)):
        with pytest.raises(NotThere):
            tabs.do(table.put_on_agenda, tabs.maker, *key)
    assert tabs.rows(vergadering_hulpvraag) == []


def test_a_hulpvraag_that_moved_to_another_swv_can_still_be_taken_off(tabs):
    new = add(tabs)
    tabs.do(table.put_on_agenda, tabs.maker, tabs.dossier, new)
    moved = update(dossier).where(dossier.c.dossiernummer == tabs.dossier).values(swv_id=tabs.ander)
    tabs.do(lambda connection: connection.execute(moved))
    (found,) = tabs.read(table.vergaderingen_of, tabs.dossier)
    tabs.do(table.take_off_agenda, tabs.vreemd, tabs.dossier, found.vergadering_id)
    assert tabs.read(table.vergaderingen_of, tabs.dossier) == []


def test_a_dossier_that_is_deleted_or_not_there_comes_on_no_agenda(tabs):
    new = add(tabs)
    for number in (tabs.verwijderd, tabs.nergens):
        for work in (table.put_on_agenda, table.take_off_agenda):
            with pytest.raises(NotThere):
                tabs.do(work, tabs.maker, number, new)


@pytest.mark.parametrize(
    ("given", "fout", "veld"),
    [
        ({"titel": ""}, Fout.LEEG, Veld.TITEL),
        ({"titel": "x" * (LONGEST_LINE + 1)}, Fout.TE_LANG, Veld.TITEL),
        ({"plaats": "x" * (LONGEST_LINE + 1)}, Fout.TE_LANG, Veld.PLAATS),
        ({"datum": date(1926, 12, 1)}, Fout.DATUM_ONMOGELIJK, Veld.DATUM),
    ],
)
def test_what_can_not_be_is_refused_and_nothing_changes(tabs, given, fout, veld):
    new = add(tabs)
    before = tabs.rows(vergadering), tabs.audit()
    with pytest.raises(Refused) as caught:
        add(tabs, **given)
    assert (caught.value.fout, caught.value.veld) == (fout, veld)
    whole = {"datum": DATUM, "titel": "T", "plaats": ""} | given
    with pytest.raises(Refused, match=fout.value):
        tabs.write(table.change_vergadering, tabs.maker, tabs.swv, new, **whole)
    assert (tabs.rows(vergadering), tabs.audit()) == before


def test_only_an_active_account_of_the_swv_or_of_none_is_genodigd(tabs):
    new = add(tabs, genodigden=[tabs.root.account_id])
    for who, fout in (
        ("f" * 32, Fout.ACCOUNT_ONBEKEND),
        (tabs.vreemd.account_id, Fout.ACCOUNT_ONBEKEND),
        (tabs.geblokkeerd.account_id, Fout.ACCOUNT_GEBLOKKEERD),
    ):
        with pytest.raises(Refused) as caught:
            tabs.do(table.add_genodigde, tabs.maker, tabs.swv, new, who)
        assert (caught.value.fout, caught.value.veld) == (fout, Veld.GENODIGDEN)
        with pytest.raises(Refused, match=fout.value):
            add(tabs, genodigden=[who])
    assert len(tabs.rows(vergadering)) == 1


def test_there_are_at_most_so_many_genodigden(tabs, monkeypatch):
    with pytest.raises(Refused, match="te_veel_accounts genodigden"):
        add(tabs, genodigden=[f"{n:032}" for n in range(MOST_ACCOUNTS + 1)])
    monkeypatch.setattr("kindkans.dossiers.checks.MOST_ACCOUNTS", 1)
    new = add(tabs, genodigden=[tabs.root.account_id])
    with pytest.raises(Refused, match="te_veel_accounts genodigden"):
        tabs.do(table.add_genodigde, tabs.maker, tabs.swv, new, tabs.maker.account_id)


def test_a_vergadering_of_another_swv_is_not_there(tabs):
    new = add(tabs)
    whole = {"datum": DATUM, "titel": "T", "plaats": ""}
    for key in ((tabs.ander, new), (tabs.swv, "f" * 32)):
        for refused in (
            lambda key=key: tabs.read(table.get_vergadering, *key),
            lambda key=key: tabs.write(table.change_vergadering, tabs.vreemd, *key, **whole),
            lambda key=key: tabs.do(table.add_genodigde, tabs.vreemd, *key, tabs.vreemd.account_id),
            lambda key=key: tabs.do(table.remove_genodigde, tabs.vreemd, *key, tabs.vreemd.account_id),
            lambda key=key: tabs.do(table.remove_vergadering, tabs.vreemd, *key),
        ):
            with pytest.raises(NotThere):
                refused()
    assert len(tabs.rows(vergadering)) == len(tabs.audit()) == 1
