"""A dossier that is moved in the store: once, in whatever order, and never another's."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from brokers.messages import Dead, Done, Incoming, Later
from database.engine import reading
from dossier.correction import Correction, Place
from dossier.delivery import Outcome, Receipt
from dossier.errors import PoisonEvent, Unavailable
from dossier.identifiers import Dossiernummer, InzendingId, OrganisatieId, SwvId
from dossier.timestamps import from_ms
from kindkans import queries
from kindkans.handler import DeliveryHandler
from kindkans.observer import SilentStore
from kindkans.statements import Held, apply_correction, receive

COPY = "c" * 32
DONE = Held(inhoud_hash="", copy_id=None)


def place(name: str) -> Place:
    return Place(swv_id=SwvId(f"swv-{name}"), organisatie_id=OrganisatieId(name))


def correction(
    event: str = "m", versie: int = 2, van: str = "org", naar: str = "b", number: int = 1
) -> Correction:
    return Correction(
        event_id=InzendingId(event.ljust(32, "0")),
        occurred_at=from_ms(1_700_000_000_000),
        dossiernummer=Dossiernummer(number),
        versie=versie,
        van=place(van),
        naar=place(naar),
    )


def where(store, number: int = 1) -> tuple[str, str]:
    with reading(store.engine) as connection:
        query = f"SELECT swv_id, organisatie_id FROM dossier WHERE dossiernummer = {number}"
        return tuple(connection.exec_driver_sql(query).one())


def places(store) -> list[tuple[int, str]]:
    return [(v.versie, v.organisatie_id) for v in store.held()]


def test_a_dossier_is_moved_once_and_its_content_stays_the_current(store, new_delivery):
    store.do(receive, new_delivery(), (), COPY)
    assert store.do(apply_correction, correction()) is None
    assert store.do(apply_correction, correction()) == DONE
    assert where(store) == ("swv-b", "b")
    assert store.current(1) == 1
    assert (store.rows("verplaatsing"), store.rows("inbox")) == (1, 2)
    [move] = store.do(queries.stored_moves)
    assert (move.van_organisatie_id, move.naar_swv_id, move.moved_ms) == ("org", "swv-b", 1_700_000_000_000)
    assert store.do(queries.stored_move, move.event_id) == move


@pytest.mark.parametrize("order", list(itertools.permutations((2, 3, 5))))
def test_in_whatever_order_moves_come_the_last_one_counts(store, new_delivery, order):
    store.do(receive, new_delivery(), (), COPY)
    for versie in order:
        store.do(apply_correction, correction(f"m{versie}", versie, naar=f"o{versie}"))
    assert where(store) == ("swv-o5", "o5")


def test_each_version_is_held_where_the_dossier_was_then(store, new_delivery):
    store.do(receive, new_delivery("a"), (), COPY)
    store.do(apply_correction, correction("m2", 2, "org", "b"))
    store.do(receive, new_delivery("c", versie=3), (), COPY)
    store.do(apply_correction, correction("m4", 4, "b", "c"))
    assert places(store) == [(1, "org"), (2, "b"), (3, "b"), (4, "c")]
    assert [v.inhoud_hash == "" for v in store.held()] == [False, True, False, True]
    assert store.current(1) == 3
    for event, then in (("a", ("swv-org", "org")), ("c", ("swv-b", "b"))):
        push = store.do(queries.stored_push, new_delivery(event).event_id)
        assert (push.swv_id, push.organisatie_id) == then
    assert store.do(queries.pushes_of, 1) == [new_delivery("a").event_id, new_delivery("c").event_id]


def test_content_that_comes_after_a_move_does_not_move_the_dossier_back(store, new_delivery):
    store.do(receive, new_delivery("c", versie=3), (), COPY)
    store.do(apply_correction, correction("m2", 2))
    store.do(receive, new_delivery("a", versie=1), (), COPY)
    assert where(store) == ("swv-b", "b")
    assert store.current(1) == 3


def test_a_move_of_an_unknown_dossier_is_poison_and_leaves_nothing(store):
    with pytest.raises(PoisonEvent, match="DOSSIER_ONBEKEND"):
        store.do(apply_correction, correction())
    assert store.rows("inbox") == store.rows("verplaatsing") == 0


def test_a_version_is_a_move_or_content_and_never_both(store, new_delivery):
    store.do(receive, new_delivery("a"), (), COPY)
    store.do(receive, new_delivery("b", versie=2), (), COPY)
    for versie in (1, 2):
        with pytest.raises(PoisonEvent, match="INHOUD_WIJKT_AF"):
            store.do(apply_correction, correction(versie=versie))
    store.do(apply_correction, correction("m3", 3))
    with pytest.raises(PoisonEvent, match="INHOUD_WIJKT_AF"):
        store.do(receive, new_delivery("c", versie=3), (), COPY)
    with pytest.raises(PoisonEvent, match="INHOUD_WIJKT_AF"):
        store.do(apply_correction, correction("other", 3, naar="x"))
    assert where(store) == ("swv-b", "b")
    assert (store.rows("inbox"), store.rows("versie"), store.rows("verplaatsing")) == (3, 2, 1)


class Seen(SilentStore):
    def __init__(self) -> None:
        self.told: list[str] = []

    def moved(self, correction, seconds) -> None:
        self.told.append("moved")

    def stored(self, delivery, seconds) -> None:
        self.told.append("stored")

    def duplicate(self, event_id) -> None:
        self.told.append("duplicate")

    def postponed(self, event_id, what) -> None:
        self.told.append(f"postponed {what}")


@pytest.fixture
def sent() -> list[Receipt]:
    return []


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def new_handler(store, seal, source, own, seen, sent) -> Callable[..., DeliveryHandler]:
    async def publish(subject, message_id, body) -> None:
        sent.append(Receipt.decode(body))

    def new(transact=store.transact) -> DeliveryHandler:
        return DeliveryHandler(transact, publish, "r", seal=seal, source=source, own=own, observer=seen)

    return new


def incoming(event, deliveries: int = 1) -> Incoming:
    return Incoming(body=event.encode(), deliveries=deliveries)


async def test_a_move_is_confirmed_as_a_delivery_is_without_a_hash(
    new_handler, new_delivery, store, sent, seen
):
    handler = new_handler()
    for event, deliveries in ((new_delivery(), 1), (correction(), 1), (correction(), 1), (correction(), 2)):
        assert await handler(incoming(event, deliveries)) == Done()
    assert seen.told == ["stored", "moved", "duplicate", "duplicate"]
    assert {(r.versie, r.inhoud_hash, r.outcome) for r in sent[1:]} == {(2, "", Outcome.ONTVANGEN)}
    assert where(store) == ("swv-b", "b")
    assert store.rows("mislukking") == 0


async def test_a_move_of_an_unknown_dossier_is_dead_and_may_be_retried_when_it_is_known(
    new_handler, new_delivery, sent
):
    handler = new_handler()
    assert await handler(incoming(correction())) == Dead("DOSSIER_ONBEKEND")
    assert [(r.outcome, r.code, r.versie) for r in sent] == [(Outcome.DOOD, "DOSSIER_ONBEKEND", 2)]
    await handler(incoming(new_delivery()))
    assert await handler(incoming(correction())) == Done()


async def test_while_the_database_is_away_a_move_waits(new_handler, seen):
    async def down(work):
        raise Unavailable("database")

    assert isinstance(await new_handler(down)(incoming(correction())), Later)
    assert seen.told == ["postponed database"]
