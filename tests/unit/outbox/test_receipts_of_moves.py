"""What a receipt of a move does: there is no content, so there is no hash."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from brokers.messages import Dead, Done, Incoming
from database import outbox
from database.moves import MoveRecord, find_move, insert_move
from database.retention import remove_content, remove_history
from database.schema import outbox as table
from dossier.delivery import Outcome, Receipt
from dossier.errors import PoisonCode
from dossier.identifiers import InzendingId
from dossier.timestamps import utc_now
from outbox.receipts import ReceiptHandler
from outbox.settings import UNKNOWN_EVENT

MOVE = InzendingId("b" * 32)


def receipt(**changes) -> Incoming:
    values = {
        "event_id": MOVE,
        "occurred_at": utc_now(),
        "dossiernummer": 1,
        "versie": 2,
        "inhoud_hash": "",
        "outcome": Outcome.ONTVANGEN,
    } | changes
    return Incoming(body=Receipt(**values).encode(), deliveries=1)


@pytest.fixture
def moved(box):
    """A box whose only open event is a move."""
    event_id = box.add("a")
    box.do(outbox.mark_delivered, event_id)
    record = MoveRecord(
        event_id=MOVE, dossiernummer=1, versie=2, van_swv_id="s", van_organisatie_id="o", naar_swv_id="s",
        naar_organisatie_id="p", actor="t", toelichting="x", at_ms=1,
    )  # fmt: skip
    box.do(insert_move, record)
    box.do(outbox.append, event_id=MOVE, dossiernummer=1, versie=2, created_ms=1, body=b"x")
    return box


async def test_a_receipt_without_a_hash_makes_a_move_bezorgd(moved):
    assert await ReceiptHandler(moved.transact)(receipt()) == Done()
    assert moved.states() == {"bezorgd": 2}
    assert moved.moments(MOVE) == [("gepubliceerd", ""), ("bezorgd", "")]


@pytest.mark.parametrize("changes", [{"inhoud_hash": "x"}, {"dossiernummer": 2}, {"versie": 1}])
async def test_a_receipt_of_something_else_is_death(moved, changes):
    assert await ReceiptHandler(moved.transact)(receipt(**changes)) == Done()
    assert moved.row(MOVE).dead_code == "INHOUD_WIJKT_AF"


async def test_a_move_that_is_dead_says_why_and_is_offered_again(moved):
    dead = receipt(outcome=Outcome.DOOD, code=PoisonCode.DOSSIER_ONBEKEND)
    assert await ReceiptHandler(moved.transact)(dead) == Done()
    assert moved.row(MOVE).dead_code == "DOSSIER_ONBEKEND"
    assert moved.do(outbox.retry_dead) == [MOVE]
    assert moved.claim() == [MOVE]


async def test_a_late_receipt_of_a_move_whose_history_is_gone_is_known(moved):
    handler = ReceiptHandler(moved.transact)
    await handler(receipt())
    moved.do(lambda connection: connection.execute(update(table).values(finished_ms=1)))
    moved.do(remove_content, 1, 10)
    assert moved.do(remove_history, 1, 10) == 2
    assert moved.do(find_move, MOVE).bezorgd_ms == 1
    assert await handler(receipt()) == Done()
    assert await handler(receipt(event_id="f" * 32)) == Dead(UNKNOWN_EVENT)
