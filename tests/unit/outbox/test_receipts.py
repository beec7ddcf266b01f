"""What each receipt does to the outbox."""

from __future__ import annotations

import pytest
from psycopg import errors

from brokers.messages import Dead, Done, Incoming, Later
from components.postgres import execute, name_of
from database import deferred, outbox, outbox_rows
from database.engine import writing
from dossier.delivery import Outcome, Receipt
from dossier.errors import PoisonCode, Unavailable
from dossier.identifiers import InzendingId
from dossier.timestamps import utc_now
from outbox.observer import SilentOutbox
from outbox.receipts import ReceiptHandler
from outbox.settings import UNKNOWN_EVENT


def receipt(event_id, **changes) -> Incoming:
    values = {
        "event_id": event_id,
        "occurred_at": utc_now(),
        "dossiernummer": 1,
        "versie": 1,
        "inhoud_hash": "h" + event_id,
        "outcome": Outcome.ONTVANGEN,
    } | changes
    return Incoming(body=Receipt(**values).encode(), deliveries=1)


class Seen(SilentOutbox):
    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []

    def delivered(self, event_id, age_seconds) -> None:
        self.told.append(("delivered", event_id))

    def dead(self, event_id, code) -> None:
        self.told.append(("dead", event_id, code))

    def receipt_rejected(self, code) -> None:
        self.told.append(("rejected", code))


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def handler(box, seen) -> ReceiptHandler:
    return ReceiptHandler(box.transact, observer=seen)


async def test_a_receipt_with_our_hash_makes_it_bezorgd_once(box, handler, seen):
    event_id = box.add("a")
    box.claim()
    box.publish(event_id)
    assert await handler(receipt(event_id)) == Done()
    assert await handler(receipt(event_id)) == Done()
    assert box.states() == {"bezorgd": 1}
    assert box.moments(event_id) == [("gepubliceerd", ""), ("bezorgd", "")]
    assert seen.told == [("delivered", event_id)]


async def test_a_receipt_that_is_faster_than_the_relays_mark_tells_the_whole_tijdlijn(box, handler):
    event_id = box.add("a")
    box.claim()
    await handler(receipt(event_id))
    assert box.publish(event_id) == []
    assert box.moments(event_id) == [("gepubliceerd", ""), ("bezorgd", "")]
    assert box.row(event_id).publishes == 1


@pytest.mark.parametrize("changes", [{"inhoud_hash": "x"}, {"dossiernummer": 2}, {"versie": 2}])
async def test_a_receipt_of_other_content_is_death(box, handler, seen, changes):
    event_id = box.add("a")
    assert await handler(receipt(event_id, **changes)) == Done()
    assert box.row(event_id).dead_code == "INHOUD_WIJKT_AF"
    assert seen.told == [("dead", event_id, "INHOUD_WIJKT_AF")]


@pytest.mark.parametrize("code", [*PoisonCode, None])
async def test_a_receipt_of_death_carries_its_code_over(box, handler, code):
    event_id = box.add("a")
    dead = receipt(event_id, outcome=Outcome.DOOD, code=code, inhoud_hash="")
    assert await handler(dead) == Done()
    assert box.row(event_id).dead_code == (code or PoisonCode.VERWERKING_MISLUKT).value


async def test_a_receipt_of_death_that_comes_after_bezorgd_changes_nothing(box, handler):
    event_id = box.add("a")
    await handler(receipt(event_id))
    await handler(receipt(event_id, outcome=Outcome.DOOD, inhoud_hash=""))
    assert box.states() == {"bezorgd": 1}


async def test_after_a_death_in_the_store_the_next_publish_has_another_id(box, handler):
    event_id = box.add("a")
    box.claim()
    await handler(receipt(event_id, outcome=Outcome.DOOD, inhoud_hash=""))
    box.do(outbox.retry_dead)
    (claimed,) = box.do(outbox.claim, token="t2", lease_ms=1_000, batch=1)
    assert claimed.publishes == 1


async def test_an_unknown_event_and_an_unreadable_receipt_go_to_the_dead_letters(handler, seen):
    unknown = InzendingId("f" * 32)
    assert await handler(receipt(unknown)) == Dead(UNKNOWN_EVENT)
    assert await handler(Incoming(body=b"{", deliveries=1)) == Dead("ONLEESBAAR")
    assert seen.told == [("rejected", UNKNOWN_EVENT), ("rejected", "ONLEESBAAR")]


async def test_a_database_that_is_down_means_later(box):
    async def down(work):
        raise Unavailable("database")

    event_id = box.add("a")
    assert isinstance(await ReceiptHandler(down)(receipt(event_id)), Later)
    assert box.states() == {"wachtend": 1}


async def test_who_waits_for_a_version_is_told_when_the_one_before_is_finished(box):
    told: list[int] = []
    handler = ReceiptHandler(box.transact, on_finished=lambda: told.append(1))
    await handler(receipt(box.add("a")))
    await handler(Incoming(body=b"", deliveries=1))
    assert told == [1]


async def test_a_group_of_receipts_leaves_each_tijdlijn_as_they_would_one_by_one(box):
    marked, unmarked = box.add("a"), box.add("b")
    box.claim()
    box.publish(marked)
    with writing(box.engine) as connection:

        async def together(work):
            return work(connection)

        deferred.begin(connection)
        handler = ReceiptHandler(together)
        for one in (receipt(marked), receipt(unmarked, dossiernummer=2), receipt(marked)):
            assert await handler(one) == Done()
        deferred.flush(connection)
        deferred.end(connection)

    assert box.moments(marked) == box.moments(unmarked) == [("gepubliceerd", ""), ("bezorgd", "")]
    assert [box.row(one).publishes for one in (marked, unmarked)] == [1, 1]


@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_nobody_changes_an_event_while_its_receipt_is_applied(box, postgres_port):
    event_id = box.add("a")
    database = name_of(box.engine.url.render_as_string())
    with writing(box.engine) as connection:
        outbox_rows.find_promised(connection, event_id)
        with pytest.raises(errors.LockNotAvailable):
            execute(postgres_port, "SELECT 1 FROM outbox FOR UPDATE NOWAIT", database=database)
    assert execute(postgres_port, "SELECT 1 FROM outbox FOR UPDATE NOWAIT", database=database) == [(1,)]
