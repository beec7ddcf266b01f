from __future__ import annotations

import itertools

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from database import migrate
from database.engine import open_engine, reading
from dossier.errors import ConfigurationError, PoisonEvent
from dossier.timestamps import to_ms
from kindkans import queries
from kindkans.copying import Copied
from kindkans.failures import count_failure, forget_failures
from kindkans.schema import metadata
from kindkans.statements import Held, find_held, receive

COPY = "c" * 32


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_in_whatever_order_versions_come_the_highest_is_current(store, new_delivery, order):
    for versie in order:
        assert store.do(receive, new_delivery(f"e{versie}", versie=versie), (), COPY) is None
    assert store.current(1) == 3
    assert [v.versie for v in store.held()] == [1, 2, 3]


def test_an_event_has_its_effect_once_and_is_known_after(store, new_delivery):
    delivery = new_delivery()
    assert store.do(receive, delivery, (), COPY) is None
    again = Held(inhoud_hash=delivery.inhoud_hash, copy_id=None)
    assert store.do(receive, delivery, (), COPY) == again == store.do(find_held, delivery.event_id)
    assert store.do(find_held, "other") is None
    assert store.rows("versie") == store.rows("inbox") == 1


def test_a_second_event_for_a_version_is_poison_and_leaves_nothing(store, new_delivery):
    store.do(receive, new_delivery("a"), (), COPY)
    with pytest.raises(PoisonEvent, match="INHOUD_WIJKT_AF"):
        store.do(receive, new_delivery("b"), (), COPY)
    assert store.rows("inbox") == 1


def test_a_version_of_another_hulpvraag_is_poison_also_where_its_place_is_free(store, new_delivery):
    """A number that was given twice after a restore: no child's version in another's dossier."""
    store.do(receive, new_delivery("a", versie=1), (), COPY)
    store.do(receive, new_delivery("c", versie=3, hulpvraag=None), (), COPY)  # of before there was a herkomst
    with pytest.raises(PoisonEvent, match="INHOUD_WIJKT_AF"):
        store.do(receive, new_delivery("b", versie=2, hulpvraag="other"), (), COPY)
    assert [v.versie for v in store.held()] == [1, 3]
    assert store.rows("inbox") == store.rows("versie") == store.rows("herkomst") + 1 == 2


def test_what_the_store_knows_of_a_push_is_all_of_it(store, new_delivery):
    delivery, old = new_delivery("a", versie=2), new_delivery("b", number=7, hulpvraag=None)
    store.do(receive, delivery, (), COPY)
    store.do(receive, old, (), COPY)
    push = store.do(queries.stored_push, delivery.event_id)
    assert (push.herkomst, push.brin, push.verzegeld) == (delivery.herkomst, "32DD", delivery.verzegeld)
    assert push.accepted_ms == to_ms(delivery.occurred_at)
    assert store.do(queries.stored_push, old.event_id).herkomst is None
    assert store.do(queries.stored_events) == [delivery.event_id, old.event_id]
    assert store.do(queries.highest_number) == 7


def test_bijlagen_are_held_in_order_and_their_copy_is_in_use(store, new_delivery):
    copied = tuple(
        Copied(positie=n, size_bytes=n, sha256=f"{n}" * 64, object_id=f"{COPY}/{n}") for n in (2, 1)
    )
    store.do(receive, new_delivery(), copied, COPY)
    (version,) = store.held()
    assert version.bijlagen == ("1" * 64, "2" * 64)
    assert store.do(queries.copies_in_use, [COPY, "d" * 32]) == {COPY}
    assert store.do(find_held, new_delivery().event_id).copy_id == COPY
    assert len(store.do(queries.stored_events)) == 1


def test_failures_count_per_event_until_it_succeeds_or_dies(store, new_delivery):
    delivery = new_delivery()
    assert [store.do(count_failure, delivery.event_id) for _ in range(3)] == [1, 2, 3]
    assert store.do(count_failure, "other") == 1
    store.do(forget_failures, "other")
    assert store.do(count_failure, "other") == 1
    store.do(receive, delivery, (), COPY)
    assert store.do(count_failure, delivery.event_id) == 1


def test_the_migrations_make_exactly_the_schema(store):
    with reading(store.engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_migrating_twice_is_fine_and_a_database_without_is_refused(store, tmp_path):
    migrate.upgrade(store.engine, migrate.History.KINDKANS)
    migrate.check_current(store.engine, migrate.History.KINDKANS)
    empty = open_engine(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(ConfigurationError, match="migrate"):
        migrate.check_current(empty, migrate.History.KINDKANS)
    empty.dispose()
