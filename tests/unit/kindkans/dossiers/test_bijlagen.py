"""Bijlagen of a hulpvraag: listed, read, and removed for good, whatever storage does meanwhile."""

from __future__ import annotations

import pytest

from dossier.errors import Unavailable
from gateway.store_parts import Erasing
from kindkans import queries
from kindkans.dossiers.bijlagen import erase, find_bijlage, list_bijlagen, overdue, remove_bijlage
from kindkans.dossiers.refusals import NotThere
from kindkans.rights.words import Lid

COPY = f"c{7:015d}{1:016d}"


class Storage:
    """Remembers what was removed; it may be away."""

    def __init__(self) -> None:
        self.removed: list[str] = []
        self.away = False

    async def remove(self, object_id: str) -> None:
        if self.away:
            raise Unavailable("storage")
        self.removed.append(object_id)


@pytest.fixture
def me(make_lid) -> Lid:
    return make_lid("me")


@pytest.fixture(autouse=True)
def _two(hulpvragen, make_dossier, make_bijlage) -> None:
    hulpvragen.put(7, make_dossier(bijlagen=(make_bijlage(1), make_bijlage(2))))


def numbers(store) -> list[int]:
    return [one.positie for one in store.do(list_bijlagen, 7)]


def test_those_of_the_current_version_are_there(hulpvragen, make_dossier, make_bijlage, store):
    assert numbers(store) == [1, 2]
    assert store.do(find_bijlage, 7, 2).object_id == f"{COPY}/2"
    assert store.do(find_bijlage, 7, 3) is None
    assert store.do(list_bijlagen, 8) == []
    hulpvragen.put(7, make_dossier(bijlagen=(make_bijlage(1),)), 2)
    assert [(b.versie, b.positie) for b in store.do(list_bijlagen, 7)] == [(2, 1)]


async def test_a_removed_one_is_gone_and_its_hash_stays(store, me):
    storage = Storage()
    held = store.held()
    removed = store.do(remove_bijlage, me, 7, 1, 1)
    assert await erase(storage, [removed.object_id]) == 0
    assert storage.removed == [f"{COPY}/1"]
    assert numbers(store) == [2]
    assert store.do(find_bijlage, 7, 1) is None
    assert [b.positie for b in store.do(lambda c: list(queries.held_bijlagen(c)))] == [2]
    assert store.held() == held
    assert store.do(queries.copies_in_use, [COPY]) == {COPY}
    store.do(remove_bijlage, me, 7, 1, 2)
    assert store.do(queries.copies_in_use, [COPY]) == set()


@pytest.mark.parametrize(("number", "versie", "positie"), [(7, 1, 3), (7, 2, 1), (8, 1, 1)])
def test_what_is_not_there_is_not_removed(store, me, number, versie, positie):
    with pytest.raises(NotThere):
        store.do(remove_bijlage, me, number, versie, positie)
    assert store.rows("audit") == 0


def test_it_is_removed_once(store, me):
    store.do(remove_bijlage, me, 7, 1, 1)
    with pytest.raises(NotThere):
        store.do(remove_bijlage, me, 7, 1, 1)
    assert store.rows("audit") == 1


async def test_what_could_not_go_goes_later(store, me):
    storage = Storage()
    storage.away = True
    removed = store.do(remove_bijlage, me, 7, 1, 1)
    assert await erase(storage, [removed.object_id]) == 1
    erasing = Erasing(store.engine, storage)
    with pytest.raises(Unavailable):
        await erasing.once()
    storage.away = False
    await erasing.once()
    assert storage.removed == [f"{COPY}/1"] == store.do(overdue)
