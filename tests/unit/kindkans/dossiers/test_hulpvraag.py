"""Versions and what happened: each as it was, and only to who may see the tab."""

from __future__ import annotations

from dossier.correction import Correction, Place
from dossier.timestamps import from_ms
from kindkans.dossiers.content import parse_content
from kindkans.dossiers.hulpvraag import Soort, Wijziging, changes, current_versie, history, list_versies
from kindkans.dossiers.hulpvraag import fields as all_fields
from kindkans.rights.words import Tab
from kindkans.statements import apply_correction


def inhoud(dossier):
    return parse_content(dossier.content_bytes())


def test_versions_are_all_there_and_the_highest_is_current(hulpvragen, make_dossier, store):
    for versie in (2, 1, 3):
        hulpvragen.put(7, make_dossier(titel=f"v{versie}"), versie)
    found = store.do(list_versies, 7)
    assert [(one.versie, one.is_huidig) for one in found] == [(1, False), (2, False), (3, True)]
    assert store.do(current_versie, 7) == found[2]
    assert store.do(current_versie, 8) is None


def test_what_differs_is_told_of_the_tabs_that_may_be_seen(make_dossier, make_bijlage):
    oud = inhoud(make_dossier(bijlagen=(make_bijlage(1),)))
    nieuw = inhoud(
        make_dossier(titel="Taal", groep="7", plaats="Zwolle", bijlagen=(make_bijlage(1, "b.pdf"),))
    )
    assert changes(oud, nieuw, [Tab.HULPVRAAG]) == [
        Wijziging(tab=Tab.HULPVRAAG, veld="titel", oud="Rekenen", nieuw="Taal")
    ]
    assert [(one.tab, one.veld) for one in changes(oud, nieuw, list(Tab))] == [
        (Tab.PERSOONSGEGEVENS, "groep"),
        (Tab.SCHOOLGEGEVENS, "plaats"),
        (Tab.HULPVRAAG, "titel"),
        (Tab.BIJLAGEN, "bijlage 1"),
    ]
    assert changes(oud, nieuw, []) == changes(oud, oud, list(Tab)) == []


def test_a_bijlage_that_came_or_went_is_a_change(make_dossier, make_bijlage):
    without, with_one = inhoud(make_dossier()), inhoud(make_dossier(bijlagen=(make_bijlage(),)))
    [came] = changes(without, with_one, list(Tab))
    [went] = changes(with_one, without, list(Tab))
    assert (came.oud, came.nieuw) == (went.nieuw, went.oud)
    assert came.oud == ""
    assert came.nieuw.startswith("verslag.pdf")


def test_each_field_is_on_one_tab(make_dossier):
    keys = [key for key, _ in all_fields(inhoud(make_dossier()))]
    assert len(keys) == len(set(keys))
    assert {tab for tab, _ in keys} == {Tab.PERSOONSGEGEVENS, Tab.SCHOOLGEGEVENS, Tab.HULPVRAAG}


def test_the_geschiedenis_shows_a_move_by_name(hulpvragen, make_dossier, store):
    hulpvragen.put(7)
    hulpvragen.put(8, make_dossier(naam="De Den"), organisatie="den")
    correction = Correction(
        event_id="m" * 32,
        occurred_at=from_ms(4_000_000_000_000),
        dossiernummer=7,
        versie=2,
        van=Place(swv_id="swv", organisatie_id="org"),
        naar=Place(swv_id="swv", organisatie_id="den"),
    )
    store.do(apply_correction, correction)
    received, moved = store.do(history, 7)
    assert (received.soort, received.versie) == (Soort.ONTVANGEN, 1)
    assert (moved.soort, moved.versie, moved.van_naam, moved.naar_naam) == (
        Soort.VERPLAATST,
        2,
        "De Es",
        "De Den",
    )
