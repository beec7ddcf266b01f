"""What the store answers to a delivery, with each of its neighbours failing in turn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from brokers.backoff import Backoff
from brokers.messages import Dead, Done, Incoming, Later, PublishRefused
from database.engine import reading
from dossier.delivery import Outcome, Receipt
from dossier.errors import Unavailable
from kindkans import queries
from kindkans.handler import DeliveryHandler
from kindkans.observer import SilentStore
from kindkans.settings import StoreSettings
from kindkans.verify import damaged_bijlagen

ONCE = Backoff(first_seconds=2, cap_seconds=2)
SETTINGS = StoreSettings(max_tries=3, failure=ONCE, unavailable=ONCE)


class Seen(SilentStore):
    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []

    def postponed(self, event_id, what) -> None:
        self.told.append(("postponed", what))

    def failed(self, event_id, tries, kind) -> None:
        self.told.append(("failed", tries, kind))

    def dead(self, event_id, dossiernummer, code) -> None:
        self.told.append(("dead", code.value))

    def duplicate(self, event_id) -> None:
        self.told.append(("duplicate",))

    def left_behind(self, copy_id) -> None:
        self.told.append(("left_behind",))


class Receipts:
    def __init__(self) -> None:
        self.sent: list[Receipt] = []
        self.ids: set[str] = set()
        self.error: Exception | None = None

    async def publish(self, subject, message_id, body) -> None:
        if self.error is not None:
            raise self.error
        self.ids.add(message_id)
        self.sent.append(Receipt.decode(body))


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def receipts() -> Receipts:
    return Receipts()


@pytest.fixture
def new_handler(store, receipts, seal, source, own, seen):
    def new(**changes) -> DeliveryHandler:
        transact = changes.pop("transact", store.transact)
        arguments = {"seal": seal, "source": source, "own": own, "settings": SETTINGS, "observer": seen}
        return DeliveryHandler(transact, receipts.publish, "r", **(arguments | changes))

    return new


def incoming(delivery) -> Incoming:
    return Incoming(body=delivery.encode(), deliveries=1)


async def test_a_delivery_is_stored_and_confirmed(new_handler, new_delivery, store, receipts, own):
    delivery = new_delivery(files=(b"x" * 2500, b"y"))
    assert await new_handler()(incoming(delivery)) == Done()
    (version,) = store.held()
    assert (version.dossiernummer, version.versie, version.organisatie_id) == (1, 1, "org")
    (receipt,) = receipts.sent
    assert (receipt.outcome, receipt.inhoud_hash) == (Outcome.ONTVANGEN, delivery.inhoud_hash)
    assert sorted(own.objects.values()) == [b"x" * 2500, b"y"]


async def test_a_duplicate_copies_nothing_and_is_confirmed_by_a_message_of_its_own(
    new_handler, new_delivery, receipts, own, source, seen
):
    delivery = new_delivery(files=(b"x",))
    handler = new_handler()
    await handler(incoming(delivery))
    source.objects.clear()
    assert await handler(incoming(delivery)) == Done()
    assert len(receipts.sent) == len(receipts.ids) == 2
    assert len(own.objects) == 1
    assert seen.told == [("duplicate",)]


async def test_copies_that_lost_the_race_are_removed(new_handler, new_delivery, store, own, seen):
    delivery = new_delivery(files=(b"x",))
    racing = []

    async def transact(work):
        racing.append(1)
        if len(racing) == 2:  # between the question and the insert another was faster
            await new_handler()(incoming(delivery))
        return store.do(work)

    assert await new_handler(transact=transact)(incoming(delivery)) == Done()
    assert len(own.objects) == 1
    with reading(store.engine) as connection:
        held = list(queries.held_bijlagen(connection))
    assert [b async for b in damaged_bijlagen(held, own)] == []


async def test_a_commit_of_unknown_outcome_never_costs_the_copies(new_handler, new_delivery, store, own):
    delivery = new_delivery(files=(b"x",))
    calls = []

    async def transact(work):
        calls.append(1)
        result = store.do(work)
        if len(calls) == 2:  # committed, and the word of it lost; the committer then runs it again
            result = store.do(work)
        return result

    assert await new_handler(transact=transact)(incoming(delivery)) == Done()
    assert len(own.objects) == 1


async def test_a_commit_that_may_have_happened_leaves_the_copies_to_the_sweeper(
    new_handler, new_delivery, store, own
):
    delivery = new_delivery(files=(b"x",))
    calls = []

    async def transact(work):
        calls.append(1)
        result = store.do(work)
        if len(calls) == 2:
            raise Unavailable("database")
        return result

    assert isinstance(await new_handler(transact=transact)(incoming(delivery)), Later)
    assert len(own.objects) == 1
    assert await new_handler()(incoming(delivery)) == Done()
    assert len(own.objects) == 1


@pytest.mark.parametrize("error", [Unavailable("broker"), PublishRefused()])
async def test_without_a_sent_receipt_the_delivery_stays(new_handler, new_delivery, receipts, store, error):
    receipts.error = error
    assert isinstance(await new_handler()(incoming(new_delivery())), Later)
    assert len(store.held()) == 1
    receipts.error = None
    assert await new_handler()(incoming(new_delivery())) == Done()
    assert len(receipts.sent) == 1


async def test_while_something_is_away_no_failure_is_counted(new_handler, new_delivery, store, seen):
    async def down(work):
        raise Unavailable("database")

    handler = new_handler(transact=down)
    for _ in range(10):
        assert isinstance(await handler(incoming(new_delivery())), Later)
    assert seen.told == [("postponed", "database")] * 10
    assert store.rows("mislukking") == 0


async def test_a_missing_bijlage_is_dead_after_the_tries_and_may_be_tried_again_after_a_retry(
    new_handler, new_delivery, source, receipts, own, store, seen
):
    delivery = new_delivery(files=(b"first", b"second"))
    kept = source.objects.pop(delivery.bijlagen[1].object_id)
    handler = new_handler()
    outcomes = [await handler(incoming(delivery)) for _ in range(3)]
    assert isinstance(outcomes[0], Later)
    assert outcomes[2] == Dead("BIJLAGE_ONTBREEKT")
    assert seen.told[-2:] == [("failed", 3, "ObjectMissing"), ("dead", "BIJLAGE_ONTBREEKT")]
    assert [r.code for r in receipts.sent] == ["BIJLAGE_ONTBREEKT"]
    assert own.objects == {}
    assert isinstance(await handler(incoming(delivery)), Later)
    source.objects[delivery.bijlagen[1].object_id] = kept
    assert await handler(incoming(delivery)) == Done()
    assert store.rows("mislukking") == 0


@pytest.mark.parametrize("content", [b"", b"Short", b"content!", b"Content"])
async def test_a_bijlage_that_is_not_what_was_announced_is_poison(
    new_handler, new_delivery, source, own, store, content
):
    delivery = new_delivery(files=(b"content",))
    source.objects[delivery.bijlagen[0].object_id] = content
    assert await new_handler()(incoming(delivery)) == Dead("BIJLAGE_BESCHADIGD")
    assert own.objects == {}
    assert store.held() == []


async def test_a_broken_seal_and_other_content_are_poison(new_handler, new_delivery, receipts):
    delivery = new_delivery("a")
    others = replace(delivery, verzegeld=new_delivery("b").verzegeld)
    assert await new_handler()(incoming(others)) == Dead("ZEGEL_ONGELDIG")
    assert await new_handler()(incoming(replace(delivery, inhoud_hash="0" * 64))) == Dead("INHOUD_WIJKT_AF")
    assert [r.outcome for r in receipts.sent] == [Outcome.DOOD] * 2


async def test_a_poison_of_which_the_gateway_cannot_be_told_stays(new_handler, new_delivery, receipts):
    receipts.error = Unavailable("broker")
    poison = incoming(replace(new_delivery(), inhoud_hash="0" * 64))
    assert isinstance(await new_handler()(poison), Later)
    receipts.error = None
    assert await new_handler()(poison) == Dead("INHOUD_WIJKT_AF")


async def test_what_cannot_be_read_is_dead_and_nobody_is_told_who_is_not_known(new_handler, receipts, seen):
    assert await new_handler()(Incoming(body=b"\xff", deliveries=1)) == Dead("ONLEESBAAR")
    assert receipts.sent == []
    assert seen.told == [("dead", "ONLEESBAAR")]


async def test_a_defect_is_dead_after_the_tries_and_only_its_kind_is_told(new_handler, new_delivery, seen):
    class Defective:
        def open(self, sealed, context):
            raise KeyError("Jan Jansen")

        def keyed_hash(self, value):
            return ""

    handler = new_handler(seal=Defective())
    outcomes = [await handler(incoming(new_delivery())) for _ in range(3)]
    assert outcomes[2] == Dead("VERWERKING_MISLUKT")
    assert "Jan" not in repr(seen.told)
