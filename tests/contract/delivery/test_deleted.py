"""What somebody deleted or removed in the store stays delivered: the proof holds, and nothing comes back."""

from __future__ import annotations

from typing import Any

from components.world import World
from database import outbox
from dossier.identifiers import Dossiernummer, InzendingId
from gateway.retention import Policy, Retention
from gateway.store_parts import Erasing
from gateway.verify import verify
from kindkans import queries
from kindkans.dossiers.bijlagen import erase, list_bijlagen, remove_bijlage
from kindkans.dossiers.deleting import delete_hulpvraag
from kindkans.dossiers.hulpvraag import current_versie
from kindkans.rights.words import AccountId, Lid, Rol, RolId, RolType
from storage.sweeper import sweep

NUMBER = Dossiernummer(1)
LID = Lid(
    account_id=AccountId("a"),
    actor="lokaal:a",
    gebruikersnaam="a",
    naam="a",
    rol=Rol(rol_id=RolId("r"), naam="r", type=RolType.REST),
)


async def delivered(world: World, *versions: tuple[bytes, ...]) -> list[InzendingId]:
    events = []
    async with world.storing(), world.relaying():
        for bijlagen in versions:
            events.append(await world.accept("h", bijlagen))
            await world.until_states(bezorgd=len(events))
    return events


async def remove(world: World, *posities: int) -> None:
    for positie in posities:
        versie = world.store.read(current_versie, NUMBER).versie
        removed = await world.store.committer.transact(
            lambda c, v=versie, p=positie: remove_bijlage(c, LID, NUMBER, v, p)
        )
        assert await erase(world.store.objects, [removed.object_id]) == 0


async def delete(world: World) -> None:
    gone = await world.store.committer.transact(lambda c: delete_hulpvraag(c, LID, NUMBER))
    assert await erase(world.store.objects, gone) == 0


async def damaged(world: World) -> list[Any]:
    sides = world.gateway, world.store
    engines = [side.engine for side in sides]
    objects = [side.objects for side in sides]
    return [found async for found in verify(*engines, *objects)]


async def swept(world: World) -> int:
    async def needed(ids: Any) -> Any:
        return world.store.read(queries.copies_in_use, ids)

    return await sweep(world.store.objects, needed, age_seconds=-60)


async def test_a_removed_bijlage_is_gone_from_storage_and_its_delivery_proven(world):
    await delivered(world, (b"een", b"twee"))
    await remove(world, 1)
    assert len(world.store.place.kept()) == 1
    assert await damaged(world) == []
    assert world.proven() == 1
    assert await swept(world) == 0
    [left] = world.store.read(list_bijlagen, NUMBER)
    assert b"".join([piece async for piece in world.store.objects.read(left.object_id)]) == b"twee"
    await remove(world, 2)
    assert world.store.place.kept() == {}
    assert world.proven() == 1


async def test_what_storage_kept_of_a_removed_bijlage_goes_with_the_sweeper_or_in_the_next_round(world):
    await delivered(world, (b"een", b"twee"))
    for positie in (1, 2):
        await world.store.committer.transact(lambda c, p=positie: remove_bijlage(c, LID, NUMBER, 1, p))
        if positie == 1:
            await Erasing(world.store.engine, world.store.objects).once()
            assert len(world.store.place.kept()) == 1
    assert await swept(world) == 1
    assert world.store.place.kept() == {}
    assert await damaged(world) == []


async def test_a_deleted_hulpvraag_stays_proven_and_the_same_events_do_not_bring_it_back(world):
    events = await delivered(world, (b"een",), (b"twee",))
    await remove(world, 1)
    await delete(world)
    assert world.store.place.kept() == {}
    assert await damaged(world) == []
    assert world.proven() == 2
    for event_id in events:
        await world.gateway.committer.transact(lambda c, e=event_id: outbox.offer_again(c, e))
    async with world.storing(), world.relaying():
        await world.until_states(bezorgd=2)
    assert world.seen.count("duplicate") >= 2
    assert world.store.read(current_versie, NUMBER) is None
    assert world.store.place.kept() == {}
    assert world.proven() == 2


async def test_a_new_version_brings_it_back_with_its_own_bijlagen_only(world):
    await delivered(world, ())
    await delete(world)
    async with world.storing(), world.relaying():
        await world.accept("h", (b"nieuw",))
        await world.until_states(bezorgd=2)
    assert world.store.read(current_versie, NUMBER).versie == 2
    assert len(world.store.place.kept()) == 1
    assert await damaged(world) == []
    assert world.proven() == 2


async def test_retention_at_the_gateway_and_a_deletion_are_in_nobodys_way(world):
    await delivered(world, (b"een",))
    await remove(world, 1)
    await delete(world)
    await world.gateway.committer.transact(
        lambda c: c.exec_driver_sql("UPDATE outbox SET finished_ms = finished_ms - 864000000")
    )
    policy = Policy(content_days=1)
    await Retention(world.gateway.engine, world.gateway.objects, policy, "test").apply()
    kept = "SELECT count(*) FROM outbox_payload"
    assert world.gateway.read(lambda c: c.exec_driver_sql(kept).scalar_one()) == 0
    assert world.proven() == 1
