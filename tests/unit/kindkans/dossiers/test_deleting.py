"""FAQ 1: a hulpvraag is deleted only when nothing hangs on it; that it was delivered stays proven."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import insert

from components.writing import SEALED
from database.engine import writing
from kindkans import queries
from kindkans.dossiers.bijlagen import remove_bijlage
from kindkans.dossiers.deleting import Kind, Obstructed, delete_hulpvraag, obstacles
from kindkans.dossiers.hulpvraag import Soort, current_versie, find_versie, history, list_versies
from kindkans.dossiers.locking import lock_dossier
from kindkans.dossiers.refusals import NotThere
from kindkans.rights.words import Lid
from kindkans.statements import find_held, receive
from kindkans.tabs_schema import aanpak

DAY = date(2026, 9, 1)
EVERY_KIND = ("vergadering", "overlegronde", "aanpak", "tlv", "notitie")


@pytest.fixture
def me(hulpvragen, make_lid) -> Lid:
    return hulpvragen.account(make_lid("me"))


@pytest.fixture
def other(hulpvragen, make_lid) -> Lid:
    return hulpvragen.account(make_lid("other"))


def kinds(store, lid, number) -> list[str]:
    return [one.kind.value for one in store.do(obstacles, lid, number)]


def audit(store) -> list[tuple[str, str, str, str]]:
    query = "SELECT actor, action, subject, detail FROM audit ORDER BY audit_id"
    return [tuple(row) for row in store.do(lambda c: c.exec_driver_sql(query).all())]


def test_all_that_stands_in_the_way_is_told_each_with_its_place(
    hulpvragen, make_dossier, make_bijlage, store, me
):
    hulpvragen.put(7, make_dossier(bijlagen=(make_bijlage(1), make_bijlage(2))))
    for kind in EVERY_KIND:
        hulpvragen.on_tab(7, kind, me)
    key = "1".rjust(32, "0")
    found = store.do(obstacles, me, 7)
    assert [(one.kind, one.id) for one in found] == [
        (Kind.BIJLAGE, "1"),
        (Kind.BIJLAGE, "2"),
        *((Kind(kind), key) for kind in EVERY_KIND),
    ]
    assert {one.path.split("#")[0] for one in found} == {
        f"/vergaderingen/{key}",
        *(f"/dossiers/7/{tab}" for tab in ("bijlagen", "overlegronde", "aanpak", "tlv", "notities")),
    }
    with pytest.raises(Obstructed) as refused:
        store.do(delete_hulpvraag, me, 7)
    assert refused.value.obstacles == found
    assert hulpvragen.row(7).verwijderd_ms is None
    assert audit(store) == []


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_each_of_them_alone_stands_in_the_way_and_those_of_another_dossier_do_not(
    hulpvragen, store, me, kind
):
    hulpvragen.put(7)
    hulpvragen.put(8)
    hulpvragen.on_tab(7, kind, me)
    assert kinds(store, me, 7) == [kind]
    assert kinds(store, me, 8) == []
    with pytest.raises(Obstructed):
        store.do(delete_hulpvraag, me, 7)
    store.do(delete_hulpvraag, me, 8)


def test_a_notitie_of_another_is_not_betrayed_and_stays_theirs(hulpvragen, store, me, other):
    hulpvragen.put(7)
    hulpvragen.on_tab(7, "notitie", other)
    assert kinds(store, me, 7) == []
    assert kinds(store, other, 7) == ["notitie"]
    store.do(delete_hulpvraag, me, 7)
    assert store.rows("notitie") == 1
    assert audit(store) == [("lokaal:me", "hulpvraag_deleted", "7", "")]


def test_what_is_deleted_is_gone_and_its_delivery_stays_proven(
    hulpvragen, make_dossier, make_bijlage, store, me
):
    delivery = hulpvragen.put(7, make_dossier(bijlagen=(make_bijlage(),)))
    hulpvragen.put(7, make_dossier(titel="Twee"), 2)
    held = store.held()
    gone = store.do(delete_hulpvraag, me, 7)
    assert len(gone) == 1  # of the version before
    assert store.do(current_versie, 7) is None
    assert store.do(find_versie, 7, 1) is None
    assert store.do(list_versies, 7) == []
    row = hulpvragen.row(7)
    assert (row.soort, row.naam_hash, row.leerling_hash) == (None, None, None)
    assert row.ontvangen_ms is not None
    assert list(store.do(lambda c: list(queries.sealed_versions(c)))) == []
    erased = "SELECT count(*) FROM versie WHERE length(ciphertext) > 0 OR gewist_ms IS NULL"
    assert store.do(lambda c: c.exec_driver_sql(erased).scalar_one()) == 0
    assert store.held() == held
    assert store.do(queries.stored_push, delivery.event_id).inhoud_hash == delivery.inhoud_hash
    copies = [f"c{7:015d}{1:016d}"]
    assert store.do(queries.copies_in_use, copies) == set()
    assert store.do(lambda c: list(queries.held_bijlagen(c))) == []


def test_it_is_deleted_once(hulpvragen, store, me):
    hulpvragen.put(7)
    store.do(delete_hulpvraag, me, 7)
    for number in (7, 8):
        with pytest.raises(NotThere):
            store.do(delete_hulpvraag, me, number)
    assert len(audit(store)) == 1


def test_what_was_never_indexed_is_not_indexed_after_it(hulpvragen, store, me):
    hulpvragen.put(7, indexed=False)
    store.do(delete_hulpvraag, me, 7)
    assert hulpvragen.row(7).ontvangen_ms is not None


def test_the_same_event_is_absorbed_and_a_newer_version_brings_it_back(
    hulpvragen, make_dossier, store, seal, me
):
    delivery = hulpvragen.put(7)
    store.do(delete_hulpvraag, me, 7)
    again = store.do(receive, delivery, (), "d" * 32)
    assert again == store.do(find_held, delivery.event_id)
    assert again.inhoud_hash == delivery.inhoud_hash
    assert store.do(current_versie, 7) is None
    hulpvragen.put(7, make_dossier(achternaam="Nieuw"), 2)
    assert store.do(current_versie, 7).versie == 2
    assert hulpvragen.row(7).naam_hash == seal.naam_hash("Nieuw")
    assert [one.gewist is None for one in store.do(list_versies, 7)] == [False, True]
    assert [one.soort for one in store.do(history, 7)] == [
        Soort.ONTVANGEN,
        Soort.VERWIJDERD,
        Soort.ONTVANGEN,
    ]


def test_an_older_version_that_comes_late_is_as_erased_as_the_others(
    hulpvragen, make_dossier, make_bijlage, store, me
):
    hulpvragen.put(7, versie=2)
    store.do(delete_hulpvraag, me, 7)
    late = hulpvragen.put(7, make_dossier(bijlagen=(make_bijlage(),)), 1)
    assert store.do(current_versie, 7) is None
    push = store.do(queries.stored_push, late.event_id)
    assert (push.verzegeld.ciphertext, push.inhoud_hash, push.gewist) == (b"", late.inhoud_hash, True)
    assert store.do(queries.copies_in_use, [f"c{7:015d}{1:016d}"]) == set()
    assert [v.versie for v in store.held()] == [1, 2]
    assert [one.soort for one in store.do(history, 7)].count(Soort.VERWIJDERD) == 1


def test_when_its_bijlage_is_removed_it_may_go(hulpvragen, make_dossier, make_bijlage, store, me):
    hulpvragen.put(7, make_dossier(bijlagen=(make_bijlage(),)))
    assert kinds(store, me, 7) == ["bijlage"]
    store.do(remove_bijlage, me, 7, 1, 1)
    assert kinds(store, me, 7) == []
    store.do(delete_hulpvraag, me, 7)
    assert [row[1] for row in audit(store)] == ["bijlage_removed", "hulpvraag_deleted"]


@pytest.fixture
def side_by_side(store) -> Iterator[list[threading.Thread]]:
    threads: list[threading.Thread] = []
    yield threads
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive()


@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_who_writes_and_who_deletes_at_the_same_moment_never_both_win(hulpvragen, store, me, side_by_side):
    """Whichever is first: the other sees it, and does not do what it meant to."""
    for number, deletes_first in ((7, True), (8, False)):
        hulpvragen.put(number)
        told: list[object] = []
        acts = (lambda c, n=number: delete_hulpvraag(c, me, n), lambda c, n=number: add_aanpak(c, n, me))
        first, second = acts if deletes_first else reversed(acts)
        with writing(store.engine) as connection:
            first(connection)
            thread = threading.Thread(target=attempt, args=(store, second, told))
            side_by_side.append(thread)
            thread.start()
            wait_until_it_waits(store)
            assert told == []
        thread.join(timeout=30)
        assert told == [NotThere if deletes_first else Obstructed]
        assert (hulpvragen.row(number).verwijderd_ms is not None) is deletes_first
    assert store.rows("aanpak") == 1


def add_aanpak(connection, number, lid) -> None:
    """As the tab does it."""
    lock_dossier(connection, number)
    of = {"maker_id": lid.account_id, "behandelaar_id": lid.account_id, "soort": "begeleiding"}
    row = {"aanpak_id": f"{number:032d}", "dossiernummer": number, "begindatum": DAY} | of | SEALED
    connection.execute(insert(aanpak), row)


def attempt(store, act, told: list[object]) -> None:
    try:
        store.do(act)
        told.append(None)
    except Exception as exc:
        told.append(type(exc))


def wait_until_it_waits(store) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    mine = f"{waiting} AND datname = current_database()"
    for _ in range(1000):
        if store.do(lambda c: c.exec_driver_sql(mine).scalar_one()):
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not wait")
