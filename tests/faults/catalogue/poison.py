"""Events that the store can not take: they die with a code, and nothing else stops or dies.

Each ends with what a person does then: the store mended, and the dead letters offered again.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable

import nats

from acceptance.process import wait_for
from adapters.parnassys.standin.messages import File
from brokers.topology import Topology
from faults.catalogue.case import FaultCase
from faults.load import CANARY, Load
from faults.stack import Stack
from gateway.failpoints import POISON

_MEANWHILE = 10  # innocents that must be in the store before the poison is dead, or while it dies


def _of_content(name: str, code: str, *, titel: str = "", files: tuple[File, ...] = ()) -> FaultCase:
    """The store has a defect that shows with one content; then it is mended."""

    def inject(stack: Stack, load: Load, rng: random.Random) -> str:
        with stack.supervised("kindkans", FAILPOINTS=POISON) as exits:
            before = stack.states()["bezorgd"]
            poison = load.push(load.new(*files, titel=titel and f"{titel} {rng.random()}"))
            _until_dead(stack, poison.push.bericht_id, code)
            wait_for(lambda: stack.states()["bezorgd"] >= before + _MEANWHILE, 60)
            assert stack.states()["dood"] == 1, "an innocent is dead"
            ended = len(exits)
        _mend(stack)
        return f"{ended} restarts" if ended else ""

    return FaultCase(name=f"poison: {name}", inject=inject)


def _of_body(name: str, code: str, spoil: Callable[[bytes], bytes]) -> FaultCase:
    """The event is not as the store can read it; then it is."""

    def inject(stack: Stack, load: Load, rng: random.Random) -> None:
        with stack.without("relay"):
            poison = load.push(load.new())
            event_id, good = _event(stack, poison.push.bericht_id)
            _put_body(stack, event_id, spoil(good))
        _until_dead(stack, poison.push.bericht_id, code)
        assert stack.states()["dood"] == 1, "an innocent is dead"
        _put_body(stack, event_id, good)
        _mend(stack)

    return FaultCase(name=f"poison: {name}", inject=inject)


def _garbage(stack: Stack, load: Load, rng: random.Random) -> None:
    """On the queue, by somebody else: nobody can be told, and it lies with the dead letters."""
    bodies = [b"\xff\xfe", b"[]", b"{" * 5000, b"", rng.randbytes(2000)]
    before = stack.count_dead_letters()
    asyncio.run(_publish(stack, bodies))
    wait_for(lambda: stack.count_dead_letters() == before + len(bodies))
    load.answered(5)
    stack.forgive_dead_letters()


async def _publish(stack: Stack, bodies: list[bytes]) -> None:
    address, queue = stack.nats_address, Topology().deliveries
    client = await nats.connect(address.url, token=address.token)
    try:
        for body in bodies:
            await client.jetstream().publish(queue.subject, body, stream=queue.stream)
    finally:
        await client.close()


def _until_dead(stack: Stack, bericht_id: str, code: str) -> None:
    query = (
        "SELECT dead_code FROM outbox JOIN inzending ON inzending_id = event_id "
        f"WHERE bericht_id = '{bericht_id}' AND state = 'dood'"
    )
    assert wait_for(lambda: stack.rows(query), 90) == [(code,)]


def _mend(stack: Stack) -> None:
    retried = stack.cli("dead-letter", "retry", "--all")
    assert retried.returncode == 0, retried.stderr
    wait_for(lambda: not stack.states()["dood"])
    stack.forgive_dead_letters()


def _event(stack: Stack, bericht_id: str) -> tuple[str, bytes]:
    query = (
        "SELECT outbox_payload.event_id, body FROM outbox_payload JOIN inzending ON inzending_id = event_id "
        f"WHERE bericht_id = '{bericht_id}'"
    )
    ((event_id, body),) = stack.rows(query)
    return event_id, bytes(body)


def _put_body(stack: Stack, event_id: str, body: bytes) -> None:
    stack.execute(f"UPDATE outbox_payload SET body = x'{body.hex()}' WHERE event_id = '{event_id}'")


def _of_version(version: int) -> Callable[[bytes], bytes]:
    def spoil(body: bytes) -> bytes:
        event = json.loads(body)
        event["data"]["schemaversie"] = version
        return json.dumps(event).encode()

    return spoil


def _without_its_organisatie(body: bytes) -> bytes:
    event = json.loads(body)
    del event["data"]["organisatie"]
    return json.dumps(event).encode()


def _titel(action: str) -> str:
    return f"{CANARY} failpoint {action}"


POISONS_OF_CONTENT = (
    _of_content("an exception", "VERWERKING_MISLUKT", titel=_titel("error")),
    _of_content("kills the process", "VERWERKING_AFGEBROKEN", titel=_titel("kill")),
    _of_content("blocks the event loop", "VERWERKING_AFGEBROKEN", titel=_titel("hang")),
    _of_content(
        "waits for ever",
        "VERWERKING_TE_LANG",
        files=(File(naam=f"{CANARY}.txt", content=b"failpoint wait, " + CANARY.encode()),),
    ),
)
POISONS = (
    FaultCase(name="poison: garbage on the queue", inject=_garbage),
    _of_body("undecodable", "ONLEESBAAR", _without_its_organisatie),
    _of_body("unknown version", "ONBEKENDE_VERSIE", _of_version(99)),
    *POISONS_OF_CONTENT,
)
