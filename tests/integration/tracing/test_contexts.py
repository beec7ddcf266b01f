"""Events with another context than a push's, or none; what is sampled; and no word about a child anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from acceptance.test_privacy import CANARY, every_kind_of_push, every_other_way
from adapters.parnassys.standin.messages import Push, indienen
from brokers.address import read_address
from components.brokers import Nats
from components.traces import traces
from database.engine import writing
from dossier.delivery import Delivery
from dossier.identifiers import Dossiernummer, OrganisatieId
from gateway.databases import open_gateway_database
from helpdesk.moving import move
from integration.tracing.conftest import ALL, GATEWAY, GONG, House, Role

STORE_ALONE = {
    "store commit": "store handle",
    "store write": "store commit",
    "receipt publish": "store handle",
}
RECEIPT = {
    "receipt handle": "store handle",
    "receipt commit": "receipt handle",
    "receipt write": "receipt commit",
}


async def send_to_store(house: House, *bodies: bytes) -> None:
    address = read_address(house.gateway.folder / "nats")
    async with Nats(address).jetstream() as jetstream:
        for body in bodies:
            await jetstream.publish("kindkans.hulpvraag", body)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda event: event.pop("traceparent"),
        lambda event: event.update(traceparent=f"00-{CANARY}"),
        lambda event: event.update(traceparent=f"00-{'0' * 32}-{'1' * 16}-01"),
        lambda event: event.update(traceparent=[{"x": CANARY}]),
    ],
    ids=["of before", "garbage", "zeros", "no text"],
)
async def test_an_event_without_a_good_traceparent_is_taken_as_ever_and_begins_a_trace(
    house: House, spoil: Callable[[dict[str, Any]], Any]
) -> None:
    async with house.running({Role.BROKER, Role.INTAKE}):
        referentie = await house.push()
    [(body,)] = house.gateway.rows("SELECT body FROM outbox_payload")
    event = json.loads(bytes(body))
    spoil(event)
    hexed = json.dumps(event).encode().hex()
    house.change(f"UPDATE outbox_payload SET body = x'{hexed}'")
    house.exporter.clear()
    async with house.running(ALL - {Role.INTAKE}):
        await house.until_seen("receipt write")

    assert house.gateway.rows("SELECT state FROM outbox") == [("bezorgd",)]
    # While the broker comes up a publish may fail, and each try of it is a trace.
    trees = [trace.tree() for trace in traces(span for span in house.spans if not span.failed)]
    assert sorted(trees, key=len) == [{"outbox publish": ""}, {"store handle": ""} | STORE_ALONE | RECEIPT]
    assert {span.attributes.get("referentie") for span in house.spans} <= {referentie, None}
    assert CANARY not in "".join(span.whole for span in house.spans)


async def test_a_move_begins_a_trace_in_the_store(house: House) -> None:
    async with house.running(ALL):
        await house.push()
        await house.until_seen("receipt write")
        house.exporter.clear()
        engine = open_gateway_database(house.gateway.settings)
        with writing(engine) as connection:
            moved = move(connection, "helpdesk", Dossiernummer(1), OrganisatieId("flint"), "Verkeerde school")
        engine.dispose()
        await house.until_seen("receipt write")

    handled = next(trace for trace in traces(house.spans) if trace.named("store handle"))
    assert handled.tree() == {"store handle": ""} | STORE_ALONE | RECEIPT
    told = handled.one("store handle").attributes
    assert (told["state"], told["referentie"], told["versie"]) == ("moved", moved.event_id, 2)


async def test_what_is_not_sampled_at_the_request_is_not_sampled_further_on(house: House) -> None:
    async with house.running(GATEWAY, ratio=0.0), house.running({Role.KINDKANS}, ratio=1.0):
        referentie = await house.push()
        await house.until(lambda: house.gateway.rows("SELECT state FROM outbox") == [("bezorgd",)])
    [(body,)] = house.gateway.rows("SELECT body FROM outbox_payload")

    delivery = Delivery.decode(bytes(body))
    assert (delivery.event_id, house.spans) == (referentie, [])
    assert delivery.traceparent
    assert int(delivery.traceparent[-2:], 16) & 1 == 0


async def test_a_store_that_does_not_trace_hands_the_trace_on(house: House) -> None:
    async with house.running(GATEWAY), house.running_untraced({Role.KINDKANS}):
        referentie = await house.push()
        await house.until_seen("receipt write")

    trace = house.trace_of(referentie)
    assert not trace.named("store handle")
    assert trace.parent(trace.one("receipt handle")) == "decide"


async def test_no_word_of_any_message_stands_in_any_span(house: House) -> None:
    poison = [
        CANARY.encode(),
        json.dumps({"id": CANARY, "data": {"dossiernummer": CANARY, "versie": 2**70}}).encode(),
    ]
    async with house.running(ALL):
        for body in every_kind_of_push():
            await house.post(body)
        for body, headers in every_other_way():
            fields = {name: value for name, value in headers.items() if name != "path"}
            await house.post(body, **fields)
        await house.post(indienen(Push(**GONG)).body, Authorization=f"Bearer {CANARY}", traceparent=CANARY)
        await send_to_store(house, *poison)
        named = [span.name for span in house.spans]
        await house.until_seen("receipt write", named.count("outbox publish"))
        await house.until(
            lambda: sum("code" in s.attributes for s in house.spans if s.role == "kindkans") >= 2
        )

    outcomes = {span.attributes.get("outcome") for span in house.spans}
    assert outcomes >= {"geaccepteerd", "afgewezen", "gecontroleerd", "status", "fault", "done", "dead"}
    assert [span.name for span in house.spans if CANARY.lower() in span.whole.lower()] == []
    assert not any("dropped" in span.attributes for span in house.spans)
    for _, _, described in (span.whole.partition('"description"') for span in house.spans):
        assert described == ""  # of a status: the text of an exception


async def test_the_search_finds_what_stands_in_a_span(house: House) -> None:
    """The search itself can fail: what is no secret, the operation, is found by it."""
    async with house.running(GATEWAY):
        referentie = await house.push()

    assert "indienenHulpvraag" in house.trace_of(referentie).one("soap request").whole
