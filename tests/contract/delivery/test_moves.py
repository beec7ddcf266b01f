"""A move goes the way of a delivery: over every broker and both databases, once, in its place."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from components.world import World
from database.organisaties import Swv, save_organisatie, save_swv
from dossier.delivery import Receipt
from dossier.identifiers import Dossiernummer, InzendingId, OrganisatieId, SwvId
from helpdesk.moving import Moved, move
from routing.tables import Organisatie

NUMBER, ELSEWHERE = Dossiernummer(1), OrganisatieId("elsewhere")


@pytest.fixture
async def world(world: World) -> World:
    """With a second organisatie."""

    def save(connection: Any) -> None:
        swv = SwvId("swv-b")
        save_swv(connection, Swv(swv_id=swv, naam="De Dalen"))
        save_organisatie(
            connection,
            Organisatie(organisatie_id=ELSEWHERE, swv_id=swv, naam="Elders", brin=None, vestiging=None),
        )

    await world.gateway.committer.transact(save)
    return world


async def moved(world: World) -> InzendingId:
    result: Moved = await world.gateway.committer.transact(
        lambda connection: move(connection, "test", NUMBER, ELSEWHERE, "Verkeerde school")
    )
    return result.event_id


def where(world: World) -> tuple[str, str]:
    query = "SELECT swv_id, organisatie_id FROM dossier"
    found: tuple[str, str] = world.store.read(lambda c: tuple(c.exec_driver_sql(query).one()))
    return found


@pytest.mark.every_set
async def test_a_move_arrives_between_the_versions(world):
    async with world.storing(), world.relaying():
        await world.accept("h", bijlagen=(b"inhoud",))
        await world.until_states(bezorgd=1)
        event_id = await moved(world)
        await world.until_states(bezorgd=2)
    assert world.held() == [(1, 1), (1, 2)]
    assert where(world) == ("swv-b", ELSEWHERE)
    assert world.event(event_id).publishes == 1
    assert world.proven() == 2


@pytest.mark.usefixtures("nothing_again")
async def test_copies_of_a_move_that_come_at_once_are_applied_once_and_each_confirmed(world):
    await world.accept("h")
    async with world.storing(), world.relaying():
        await world.until_states(bezorgd=1)
    body = world.body(await moved(world))
    sent: list[Receipt] = []

    async def keep(subject, message_id, body):
        sent.append(Receipt.decode(body))

    async with world.storing(publish=keep) as connection:
        subject = world.topology.deliveries.subject
        await asyncio.gather(*(connection.publish(subject, f"m-{n}", body) for n in range(10)))
        await world.until(lambda: len(sent) == 10)
    assert {(receipt.versie, receipt.inhoud_hash) for receipt in sent} == {(2, "")}
    assert world.seen.count("moved") == 1
    assert world.seen.count("duplicate") == 9
    async with world.storing(), world.relaying():
        await world.until_states(bezorgd=2)
    assert world.proven() == 2


async def test_a_move_of_a_dossier_that_the_store_does_not_have_is_a_dead_letter_and_says_so(world):
    await world.accept("h")
    async with world.storing(), world.relaying():
        await world.until_states(bezorgd=1)
        gone = "DELETE FROM versie", "DELETE FROM dossier", "DELETE FROM inbox"
        await world.store.committer.transact(lambda c: [c.exec_driver_sql(sql) for sql in gone])
        event_id = await moved(world)
        await world.until_states(bezorgd=1, dood=1)
    assert world.event(event_id).dead_code == "DOSSIER_ONBEKEND"
