"""Beheer > Organisaties: whose one sees, adds and renames."""

from __future__ import annotations

import pytest

from kindkans.rights import organisaties
from kindkans.rights.accounts import operator
from kindkans.rights.organisaties import Organisatie
from kindkans.rights.refusals import Fout
from kindkans.rights.words import Lid, Systeemrecht

from .conftest import Do, put_organisaties
from .people import new_lid, new_rol
from .test_rollen import audited, refused

ROOT = operator("test")
BEHEER = new_lid(new_rol(systeem=frozenset({Systeemrecht.ORGANISATIES})), swv_id="s1")


def new(key: str = "o9", swv_id: str = "s1", naam: str = "De Es") -> Organisatie:
    return Organisatie(organisatie_id=key, swv_id=swv_id, naam=naam)  # type: ignore[arg-type]


@pytest.fixture
def three(do: Do) -> Do:
    do(put_organisaties, o1="s1", o2="s1", o3="s2")
    return do


@pytest.mark.parametrize(
    ("by", "ids"),
    [(BEHEER, ["o1", "o2"]), (ROOT, ["o1", "o2", "o3"]), (new_lid(new_rol()), [])],
    ids=["applicatiebeheerder", "root", "of none"],
)
def test_one_sees_those_of_ones_swv(three: Do, by: Lid, ids: list[str]) -> None:
    assert [one.organisatie_id for one in three(organisaties.list_organisaties, by)] == ids


def test_the_store_knows_the_swvs_of_its_organisaties(three: Do) -> None:
    assert three(organisaties.list_swvs) == ["s1", "s2"]
    assert [one.organisatie_id for one in three(organisaties.organisaties_of, "s2")] == ["o3"]
    assert three(organisaties.namen_of, ["o1", "o8"]) == {"o1": "School o1"}


def test_one_adds_and_renames_in_ones_own_swv(three: Do) -> None:
    three(organisaties.add_organisatie, BEHEER, new(naam=" De   Es "))
    three(organisaties.rename_organisatie, BEHEER, "o1", "De Wilg")
    three(organisaties.rename_organisatie, BEHEER, "o1", "De Wilg")
    assert three(organisaties.find_organisatie, "o9") == new()
    assert three(organisaties.namen_of, ["o1"]) == {"o1": "De Wilg"}


def test_what_was_done_is_in_the_audit_once(three: Do, engine: object) -> None:
    three(organisaties.add_organisatie, BEHEER, new())
    for _ in range(2):
        three(organisaties.rename_organisatie, ROOT, "o3", "De Wilg")
    assert audited(engine) == [  # type: ignore[arg-type]
        ("test", "organisatie_renamed", "o3", ""),
        ("lokaal:a", "organisatie_added", "o9", "swv=s1"),
    ]


def test_of_another_swv_one_changes_nothing(three: Do) -> None:
    refused(Fout.MAG_NIET, three, organisaties.add_organisatie, BEHEER, new(swv_id="s2"))
    for key in ("o3", "o8"):
        refused(Fout.ORGANISATIE_ONBEKEND, three, organisaties.rename_organisatie, BEHEER, key, "Anders")
    without = new_lid(new_rol(), swv_id="s1")
    refused(Fout.MAG_NIET, three, organisaties.add_organisatie, without, new())
    refused(Fout.MAG_NIET, three, organisaties.rename_organisatie, without, "o1", "Anders")


@pytest.mark.parametrize(
    ("value", "fout"),
    [
        (new("o1"), Fout.ORGANISATIE_BEZET),
        (new("o3"), Fout.ORGANISATIE_BEZET),
        (new(""), Fout.ORGANISATIE_ID),
        (new("o 1"), Fout.ORGANISATIE_ID),
        (new("o" * 65), Fout.ORGANISATIE_ID),
        (new(naam=" "), Fout.ORGANISATIE_NAAM),
        (new(naam="x" * 101), Fout.ORGANISATIE_NAAM),
    ],
)
def test_an_organisatie_has_an_id_and_a_name(three: Do, value: Organisatie, fout: Fout) -> None:
    refused(fout, three, organisaties.add_organisatie, BEHEER, value)
    assert len(three(organisaties.list_organisaties, ROOT)) == 3
