"""Kengetallen shows exactly the hulpvragen with an aanpak or a TLV (FAQ 5), against a naive model."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, false, insert, true

from database.engine import reading, writing
from dossier.timestamps import day_in_amsterdam, from_ms, to_ms
from kindkans.dossiers.kengetallen import Kengetallen, School, count_kengetallen, list_kengetallen
from kindkans.rights.words import Tab
from kindkans.schema import dossier
from kindkans.tabs_schema import aanpak, organisatie, tlv

WRITTEN = {"key_id": "k", "nonce": b"n", "ciphertext": b"c", "created_ms": 1, "changed_ms": 1}
SCHOLEN, SOORTEN = ("org-a", "org-b", "org-c"), ("adviesvraag", "casuïstiek", None)
# About the borders of months in Amsterdam, in winter and in summer time.
MOMENTS = [
    datetime(2026, 1, 31, 22, 59, 59, 999_000, UTC),
    datetime(2026, 1, 31, 23, 0, tzinfo=UTC),
    datetime(2026, 6, 30, 21, 59, 59, 999_000, UTC),
    datetime(2026, 6, 30, 22, 0, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    school: str
    soort: str | None
    ontvangen_ms: int | None
    deleted: bool
    aanpakken: int
    tlvs: int


ONES = st.builds(
    One,
    school=st.sampled_from(SCHOLEN),
    soort=st.sampled_from(SOORTEN),
    ontvangen_ms=st.none() | st.sampled_from([to_ms(m) for m in MOMENTS]),
    deleted=st.sampled_from([False, False, False, True]),
    aanpakken=st.integers(0, 2),
    tlvs=st.integers(0, 2),
)
# Of which schools who asks may see this tab.
SEES = st.fixed_dictionaries(
    {tab: st.sets(st.sampled_from(SCHOLEN)) for tab in (Tab.HULPVRAAG, Tab.AANPAK, Tab.TLV)}
)


def fill(tabs: Any, ones: list[One]) -> None:
    with writing(tabs.engine) as connection:
        for table in (aanpak, tlv, dossier):
            connection.execute(delete(table))
        for number, one in enumerate(ones, start=1):
            connection.execute(
                insert(dossier),
                {
                    "dossiernummer": number,
                    "swv_id": "swv",
                    "organisatie_id": one.school,
                    "status": "aanmelding",
                    "huidige_versie": 1,
                    "soort": one.soort,
                    "ontvangen_ms": one.ontvangen_ms,
                    "verwijderd_ms": 1 if one.deleted else None,
                },
            )
            of = {"dossiernummer": number, "maker_id": tabs.maker.account_id, "begindatum": date(2026, 9, 1)}
            for n in range(one.aanpakken):
                who = {
                    "aanpak_id": f"{number}-{n}",
                    "behandelaar_id": tabs.maker.account_id,
                    "soort": "overig",
                }
                connection.execute(insert(aanpak), of | who | WRITTEN)
            for n in range(one.tlvs):
                days = {"afgiftedatum": date(2026, 9, 1), "einddatum": date(2026, 9, 1)}
                connection.execute(
                    insert(tlv), of | days | {"tlv_id": f"{number}-{n}", "categorie": "laag"} | WRITTEN
                )


def month(ms: int | None) -> date | None:
    return None if ms is None else day_in_amsterdam(from_ms(ms)).replace(day=1)


def naive(ones: list[One], sees: dict[Tab, set[str]]) -> tuple[Kengetallen, list[int]]:
    there = {
        number: one
        for number, one in enumerate(ones, start=1)
        if not one.deleted and one.school in sees[Tab.HULPVRAAG]
    }
    shown = {
        number: one
        for number, one in there.items()
        if (one.aanpakken and one.school in sees[Tab.AANPAK]) or (one.tlvs and one.school in sees[Tab.TLV])
    }
    per_school = Counter(one.school for one in shown.values())
    return Kengetallen(
        aantal=len(shown),
        zonder=len(there) - len(shown),
        scholen=tuple(School(organisatie_id=s, naam=s, aantal=n) for s, n in per_school.items()),
        soorten=Counter(one.soort for one in shown.values()),
        maanden=Counter(month(one.ontvangen_ms) for one in shown.values()),
    ), sorted(shown, reverse=True)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ones=st.lists(ONES, max_size=8), sees=SEES)
def test_it_shows_what_a_naive_model_says(tabs, ones, sees):
    fill(tabs, ones)

    def visible(tab):
        return dossier.c.organisatie_id.in_(sees[tab])

    with reading(tabs.engine) as connection:
        found = count_kengetallen(connection, visible)
        numbers = list_kengetallen(connection, visible)
        pages, before = [], None
        while page := list_kengetallen(connection, visible, before, 2):
            pages += page
            before = page[-1]
    expected, expected_numbers = naive(ones, sees)
    assert numbers == pages == expected_numbers
    assert (found.aantal, found.zonder) == (expected.aantal, expected.zonder)
    assert (found.soorten, found.maanden) == (expected.soorten, expected.maanden)
    assert set(found.scholen) == set(expected.scholen)
    assert [s.aantal for s in found.scholen] == sorted((s.aantal for s in found.scholen), reverse=True)
    known = [m for m in found.maanden if m is not None]
    assert known == sorted(known)
    for chart in (found.soorten, found.maanden):
        assert sum(chart.values()) == found.aantal


def one(**more: Any) -> One:
    given = {
        "school": "org-a",
        "soort": "adviesvraag",
        "ontvangen_ms": 0,
        "deleted": False,
        "aanpakken": 0,
        "tlvs": 0,
    }
    return One(**(given | more))


@pytest.mark.parametrize(
    ("moment", "first"),
    list(zip(MOMENTS, [(2026, 1), (2026, 2), (2026, 6), (2026, 7), (2026, 3)], strict=True)),
)
def test_a_month_begins_at_midnight_in_amsterdam(tabs, moment, first):
    fill(tabs, [one(aanpakken=1, ontvangen_ms=to_ms(moment))])
    with reading(tabs.engine) as connection:
        assert count_kengetallen(connection, lambda _: true()).maanden == {date(*first, 1): 1}


def test_a_school_has_its_name_or_its_id(tabs):
    fill(tabs, [one(aanpakken=1), one(school="org-b", tlvs=1), one(aanpakken=1, tlvs=1)])
    rows = {"organisatie_id": "org-a", "swv_id": "swv", "naam": "De Es"}
    tabs.do(lambda connection: connection.execute(insert(organisatie), rows))
    with reading(tabs.engine) as connection:
        assert count_kengetallen(connection, lambda _: true()).scholen == (
            School(organisatie_id="org-a", naam="De Es", aantal=2),
            School(organisatie_id="org-b", naam="org-b", aantal=1),
        )


def test_who_may_see_no_aanpak_does_not_learn_that_there_is_one(tabs):
    """Somebody who was invited and has no external rights sees the tab Hulpvraag only (FAQ 3)."""
    fill(tabs, [one(aanpakken=1, tlvs=1), one()])
    with reading(tabs.engine) as connection:
        for sees in (lambda tab: true() if tab is Tab.HULPVRAAG else false(), lambda _: false()):
            found = count_kengetallen(connection, sees)
            assert (found.aantal, found.scholen, found.soorten, found.maanden) == (0, (), {}, {})
            assert list_kengetallen(connection, sees) == []
            assert found.zonder == (2 if sees(Tab.HULPVRAAG).compare(true()) else 0)


def test_whoever_sees_the_tabs_but_not_the_hulpvraag_sees_nothing(tabs):
    fill(tabs, [one(aanpakken=1, tlvs=1)])
    with reading(tabs.engine) as connection:
        found = count_kengetallen(connection, lambda tab: false() if tab is Tab.HULPVRAAG else true())
    assert (found.aantal, found.zonder) == (0, 0)
