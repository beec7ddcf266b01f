"""The list and the search: what may be seen, all of it, once, and nothing betrayed by what is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import insert

from components.writing import SEALED
from dossier.correction import Correction, Place
from dossier.timestamps import from_ms
from kindkans import tabs_schema as tabs
from kindkans.dossiers.deleting import delete_hulpvraag
from kindkans.dossiers.search import Cursor, list_dossiers, open_row, parse_cursor, understand
from kindkans.rights.words import Bereik, Mag, RolType, Tab
from kindkans.statements import apply_correction

TODAY = date(2026, 9, 1)
HULPVRAAG = (Tab.HULPVRAAG,)
ALL = tuple(Tab)


@pytest.fixture
def listed(store):
    """The numbers on the first page."""

    def find(lid, today=TODAY, **asked) -> list[int]:
        page = store.do(lambda c: list_dossiers(c, lid, today, **asked))
        return [row.dossiernummer for row in page.rows]

    return find


@pytest.fixture
def in_swv(make_lid):
    """Who may see all of an SWV; None: of none, or of every one."""

    def make(swv):
        lid = make_lid("in-swv", organisatie=None, swv=swv)
        rechten = {(Bereik.SWV, tab): Mag.ZIEN for tab in Tab}
        return replace(lid, rol=replace(lid.rol, rechten=rechten))

    return make


@pytest.fixture
def in_three_places(hulpvragen) -> None:
    """1-3 at org, 4-5 at another of its SWV, 6 in another SWV."""
    for number in (1, 2, 3):
        hulpvragen.put(number)
    for number in (4, 5):
        hulpvragen.put(number, organisatie="b")
    hulpvragen.put(6, organisatie="c", swv="swv-c")


def invite(store, lid, number: int, until: date) -> None:
    key = f"{number:032d}"
    row = {"overlegronde_id": key, "dossiernummer": number, "maker_id": lid.account_id, "einddatum": until}
    guest = {"overlegronde_id": key, "account_id": lid.account_id}

    def write(connection) -> None:
        connection.execute(insert(tabs.overlegronde), row | SEALED)
        connection.execute(insert(tabs.overlegronde_deelnemer), guest)

    store.do(write)


@pytest.mark.usefixtures("in_three_places")
def test_each_sees_what_is_theirs_the_newest_first(listed, make_lid):
    assert listed(make_lid(eigen=HULPVRAAG)) == [3, 2, 1]
    assert listed(make_lid(organisatie=None, eigen=HULPVRAAG)) == []
    assert listed(make_lid()) == []


@pytest.mark.usefixtures("in_three_places")
def test_a_whole_swv_and_every_swv(listed, make_lid, in_swv):
    assert listed(in_swv("swv")) == [5, 4, 3, 2, 1]
    assert listed(in_swv("swv-c")) == [6]
    root = in_swv(None)
    assert listed(root) == []
    assert listed(replace(root, rol=replace(root.rol, type=RolType.SUPER))) == [6, 5, 4, 3, 2, 1]


@pytest.mark.usefixtures("in_three_places")
def test_an_invitation_adds_its_dossier_as_long_as_it_is_good(hulpvragen, listed, store, make_lid):
    lid = hulpvragen.account(make_lid(eigen=HULPVRAAG))
    invite(store, lid, 6, TODAY)
    assert listed(lid) == [6, 3, 2, 1]
    assert listed(lid, date(2026, 9, 2)) == [3, 2, 1]
    invite(store, lid, 2, TODAY)  # of its own too
    assert listed(lid) == [6, 3, 2, 1]
    assert listed(lid, organisatie_id="c") == [6]


@pytest.mark.usefixtures("in_three_places")
def test_it_is_narrowed_by_organisatie_and_soort(hulpvragen, listed, make_dossier, in_swv):
    hulpvragen.put(9, make_dossier(soort="tlv"), organisatie="b")
    lid = in_swv("swv")
    assert listed(lid, organisatie_id="b") == [9, 5, 4]
    assert listed(lid, soort="tlv") == [9]
    assert listed(lid, organisatie_id="c") == []
    assert listed(in_swv("other"), organisatie_id="b") == []


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_page_after_page_each_dossier_comes_once_and_back_again(hulpvragen, store, in_swv, size):
    for number in range(1, 9):
        hulpvragen.put(number, organisatie=f"o{number % 3}")
    lid = in_swv("swv")
    invite(store, hulpvragen.account(lid), 4, TODAY)

    def page(cursor):
        return store.do(lambda c: list_dossiers(c, lid, TODAY, cursor=cursor, size=size))

    pages = [page(None)]
    assert pages[0].previous_cursor is None
    while pages[-1].next_cursor is not None:
        pages.append(page(parse_cursor(pages[-1].next_cursor)))
    assert [row.dossiernummer for one in pages for row in one.rows] == [8, 7, 6, 5, 4, 3, 2, 1]
    back = [pages[-1]]
    while back[-1].previous_cursor is not None:
        back.append(page(parse_cursor(back[-1].previous_cursor)))
    assert [[r.dossiernummer for r in one.rows] for one in reversed(back)] == [
        [r.dossiernummer for r in one.rows] for one in pages
    ]


def test_a_row_tells_where_it_is_now_and_what_its_current_version_says(
    hulpvragen, make_dossier, make_lid, store, seal
):
    hulpvragen.put(7, make_dossier(titel="Oud"))
    hulpvragen.put(7, make_dossier(titel="Nieuw", soort="tlv"), 2)
    [row] = store.do(lambda c: list_dossiers(c, make_lid(eigen=ALL), TODAY)).rows
    assert (row.organisatie, row.soort, row.versie, row.mag_naam) == ("De Es", "tlv", 2, True)
    opened = open_row(seal, row)
    assert (opened.leerling.achternaam, opened.hulpvraag.titel) == ("Zonnebloem", "Nieuw")
    correction = Correction(
        event_id="m" * 32,
        occurred_at=from_ms(1),
        dossiernummer=7,
        versie=3,
        van=Place(swv_id="swv", organisatie_id="org"),
        naar=Place(swv_id="swv", organisatie_id="b"),
    )
    store.do(apply_correction, correction)
    [row] = store.do(lambda c: list_dossiers(c, make_lid(organisatie="b", eigen=ALL), TODAY)).rows
    assert (row.organisatie_id, row.organisatie, row.versie) == ("b", "b", 2)


def test_whose_it_is_is_told_only_to_who_may_know(hulpvragen, make_lid, store, seal):
    hulpvragen.put(7)
    [row] = store.do(lambda c: list_dossiers(c, make_lid(eigen=HULPVRAAG), TODAY)).rows
    assert not row.mag_naam
    opened = open_row(seal, row)
    assert opened.leerling is None
    assert opened.hulpvraag.titel == "Rekenen"


def test_a_surname_finds_only_those_of_which_one_may_know_whose_they_are(
    hulpvragen, listed, make_dossier, make_lid, seal
):
    hulpvragen.put(1)
    hulpvragen.put(2, make_dossier(achternaam="Anders"))
    hulpvragen.put(3, organisatie="b")
    for typed in ("zonnebloem", "Van der  ZONNEBLOEM", "der Zonnebloem"):
        assert listed(make_lid(eigen=ALL), zoek=understand(seal, typed)) == [1], typed
    for typed in ("Zonne", "Bloem Zonnebloem", "der"):
        assert listed(make_lid(eigen=ALL), zoek=understand(seal, typed)) == [], typed
    assert listed(make_lid(eigen=HULPVRAAG), zoek=understand(seal, "Zonnebloem")) == []
    only_names = make_lid(eigen=(Tab.PERSOONSGEGEVENS,))
    assert listed(only_names, zoek=understand(seal, "Zonnebloem")) == []


def test_by_an_invitation_no_surname_is_found_without_a_role_that_may_see_it(
    hulpvragen, listed, store, make_lid, seal
):
    hulpvragen.put(6, organisatie="c", swv="swv-c")
    for name, rights, found in (("a", (), []), ("b", (Tab.PERSOONSGEGEVENS,), [6])):
        lid = hulpvragen.account(make_lid(name, extern=rights))
        key = name.rjust(32, "0")
        of = {"behandelaar_id": lid.account_id, "soort": "begeleiding", "begindatum": TODAY}
        row = {"aanpak_id": key, "dossiernummer": 6, "maker_id": lid.account_id} | of | SEALED
        store.do(lambda c, row=row: c.execute(insert(tabs.aanpak), row))
        assert listed(lid) == [6]
        assert listed(lid, zoek=understand(seal, "Zonnebloem")) == found


def test_a_number_finds_that_one_if_it_may_be_seen(hulpvragen, listed, make_lid, seal):
    hulpvragen.put(12)
    assert listed(make_lid(eigen=HULPVRAAG), zoek=understand(seal, " 12 ")) == [12]
    assert listed(make_lid(organisatie="b", eigen=HULPVRAAG), zoek=understand(seal, "12")) == []
    for typed in ("1", "0", "012", "9" * 30, "٣"):
        assert listed(make_lid(eigen=ALL), zoek=understand(seal, typed)) == []


def test_nothing_typed_is_nothing_to_look_for(seal):
    assert understand(seal, " \0 ") is None


def test_what_is_deleted_is_in_no_list(hulpvragen, listed, store, make_lid, seal):
    hulpvragen.put(7)
    lid = make_lid(eigen=ALL)
    store.do(delete_hulpvraag, lid, 7)
    assert listed(lid) == []
    assert listed(lid, zoek=understand(seal, "7")) == listed(lid, zoek=understand(seal, "Zonnebloem")) == []


@pytest.mark.parametrize("text", ["", "7", "a0", "a-7", "x7", "a7 ", "a" + "9" * 30, "v٣"])
def test_a_cursor_that_is_none_of_ours_begins_at_the_first_page(text):
    assert parse_cursor(text) is None


@pytest.mark.parametrize("cursor", [Cursor(dossiernummer=7), Cursor(dossiernummer=2**63 - 1, backwards=True)])
def test_a_cursor_of_ours_is_read_again(cursor):
    assert parse_cursor(str(cursor)) == cursor
