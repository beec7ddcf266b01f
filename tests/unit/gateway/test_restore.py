"""Adopting what only the store remembers: what can be, is whole; what can not, is named and left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from database import dossiernummers
from database.adoption import Obstacle
from database.answered import answered_versions
from database.engine import open_engine, reading, writing
from database.inzendingen import find_inzending
from database.migrate import History
from database.outbox import mark_delivered
from dossier.delivery import Delivery
from dossier.errors import ConfigurationError
from dossier.identifiers import Dossiernummer, InzendingId
from dossier.verdict import Soort
from gateway.reconcile import reconcile
from gateway.restore import ZONDER_INHOUD, Findings, inspect, put_right
from kindkans.copying import Copied
from kindkans.dossiers.bijlagen import remove_bijlage
from kindkans.dossiers.deleting import delete_hulpvraag
from kindkans.queries import held_versions
from kindkans.rights.words import AccountId, Lid, Rol, RolId, RolType
from kindkans.statements import receive
from storage.keyring import Keyring
from storage.seal import Seal

World = Any
COPY = InzendingId("c" * 32)


@pytest.fixture
def store(world: World, new_database: Callable[[History], str]) -> Iterator[Engine]:
    engine = open_engine(new_database(History.KINDKANS))
    yield engine
    engine.dispose()


def deliver_all(
    world: World,
    store: Engine,
    change: Callable[[Delivery], Delivery] = lambda d: d,
    *,
    bijlagen: bool = False,
) -> None:
    """As relay and store do it."""
    for (body,) in world.rows(
        "SELECT body FROM outbox_payload JOIN outbox USING (event_id) WHERE state = 'wachtend'"
    ):
        delivery = Delivery.decode(bytes(body))
        with writing(store) as connection:
            copied = [
                Copied(
                    positie=b.positie,
                    size_bytes=b.size_bytes,
                    sha256=b.sha256,
                    object_id=f"{COPY}/{b.positie}",
                )
                for b in (delivery.bijlagen if bijlagen else ())
            ]
            assert receive(connection, change(delivery), copied, COPY) is None
        with writing(world.engine) as connection:
            mark_delivered(connection, delivery.event_id)


def delete(store: Engine, number: int) -> None:
    """As somebody does it who may: the bijlage first."""
    rol = Rol(rol_id=RolId("r"), naam="r", type=RolType.REST)
    lid = Lid(account_id=AccountId("a"), actor="a", gebruikersnaam="a", naam="a", rol=rol)
    with writing(store) as connection:
        remove_bijlage(connection, lid, Dossiernummer(number), 1, 1)
        delete_hulpvraag(connection, lid, Dossiernummer(number))


def forget_everything(world: World) -> None:
    """The gateway's database as it was before any push; its counter too."""
    with writing(world.engine) as connection:
        for table in (
            "outbox_payload",
            "outbox_gebeurtenis",
            "outbox",
            "inzending_bijlage",
            "inzending",
            "verplaatsing",
            "dossier",
        ):
            connection.exec_driver_sql(f"DELETE FROM {table}")
        if world.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = 'dossier'")
        else:
            connection.exec_driver_sql("ALTER SEQUENCE dossier_dossiernummer_seq RESTART")


def found(world: World, store: Engine, **how: Any) -> Findings:
    return inspect(world.engine, store, world.seal, **how)


def obstacles(findings: Findings) -> list[str]:
    return [lost.obstacle for lost in findings.at_gateway]


async def test_an_adopted_push_has_the_record_it_had(world: World, store: Engine, make_dossier) -> None:
    dossiers = [make_dossier(), make_dossier(omschrijving="Twee."), make_dossier(hulpvraag_id="h2")]
    for dossier in dossiers:
        await world.push(dossier, b"een")
    deliver_all(world, store)
    ids = [row[0] for row in world.rows("SELECT inzending_id FROM inzending ORDER BY inzending_id")]
    before = {i: world.read(find_inzending, i) for i in ids}
    forget_everything(world)

    assert obstacles(found(world, store)) == ["", "", ""]
    put_right(world.engine, store, world.seal, "test")

    at = {i: world.read(find_inzending, i) for i in ids}
    assert at == {i: replace(r, received_ms=r.decided_ms) for i, r in before.items()}
    assert found(world, store).nothing_to_do
    again = [await world.push(dossier, b"een") for dossier in dossiers]
    assert {(v.dossiernummer, v.soort) for v in again} == {
        (r.dossiernummer, Soort.HERHALING) for r in before.values()
    }
    assert (
        world.count("inzending_bijlage", "naam_characters = 21 AND size_bytes = 3 AND object_id IS NULL") == 3
    )
    # Twice is the same as once.
    put_right(world.engine, store, world.seal, "test")
    assert (world.count("inzending"), world.count("dossier")) == (3, 2)
    assert world.count("audit", "action = 'push_adopted'") == 3
    assert world.count("audit", "action = 'numbers_advanced'") == 1


async def test_a_deleted_hulpvraag_is_adopted_as_a_number_and_a_hash_and_nobodys_name(
    world: World, store: Engine, make_dossier
) -> None:
    dossier = make_dossier()
    number = await world.number(dossier, b"een")
    deliver_all(world, store, bijlagen=True)
    delete(store, number)
    forget_everything(world)

    assert obstacles(found(world, store)) == [""]
    put_right(world.engine, store, world.seal, "test")

    assert found(world, store).nothing_to_do
    assert world.rows("SELECT schoolnaam, naam_hash, vestiging FROM inzending") == [("", "", None)]
    assert world.rows("SELECT size_bytes, naam_characters FROM inzending_bijlage") == [(3, 0)]
    again = await world.push(dossier, b"een")
    assert (again.dossiernummer, again.soort) == (number, Soort.HERHALING)
    with reading(world.engine) as ours, reading(store) as theirs:
        assert reconcile(answered_versions(ours), held_versions(theirs)).proven


async def test_a_version_that_was_adopted_first_is_not_undone_by_an_older_one(
    world: World, store: Engine, make_dossier
) -> None:
    for words in ("Een.", "Twee."):
        await world.push(make_dossier(omschrijving=words))
    deliver_all(world, store)
    [(last,)] = world.rows("SELECT inhoud_hash FROM dossier")
    with writing(world.engine) as connection:
        for table in ("outbox_payload", "outbox_gebeurtenis", "outbox", "inzending"):
            key = "inzending_id" if table == "inzending" else "event_id"
            connection.exec_driver_sql(
                f"DELETE FROM {table} WHERE {key} IN (SELECT inzending_id FROM inzending WHERE versie = 1)"
            )

    put_right(world.engine, store, world.seal, "test")

    assert world.rows("SELECT versie, inhoud_hash FROM dossier") == [(2, last)]
    assert found(world, store).nothing_to_do


async def test_what_was_accepted_anew_since_is_named_and_left_alone(
    world: World, store: Engine, make_dossier
) -> None:
    lost = make_dossier()
    await world.push(lost)
    deliver_all(world, store)
    forget_everything(world)

    await world.push(make_dossier(hulpvraag_id="other"))
    assert obstacles(found(world, store)) == [Obstacle.NUMMER_VERGEVEN]
    await world.push(lost)
    before = world.rows("SELECT dossiernummer, hulpvraag_id FROM dossier ORDER BY 1")
    put_right(world.engine, store, world.seal, "test")

    assert obstacles(found(world, store)) in ([Obstacle.NUMMER_VERGEVEN], [Obstacle.ANDER_NUMMER])
    assert world.rows("SELECT dossiernummer, hulpvraag_id FROM dossier ORDER BY 1") == before
    assert world.count("audit", "action = 'push_adopted'") == 0
    assert found(world, store).numbers_safe


async def test_the_same_push_accepted_anew_under_its_own_number_is_named_too(
    world: World, store: Engine, make_dossier
) -> None:
    lost = make_dossier()
    await world.push(lost)
    deliver_all(world, store)
    forget_everything(world)
    await world.push(lost)
    assert obstacles(found(world, store)) == [Obstacle.BERICHT_AANGENOMEN]

    forget_everything(world)
    await world.push(make_dossier(omschrijving="Anders."))
    assert obstacles(found(world, store)) == [Obstacle.VERSIE_VERGEVEN]


async def test_an_event_of_before_the_herkomst_still_fences_its_number(
    world: World, store: Engine, make_dossier
) -> None:
    number = await world.number(make_dossier())
    deliver_all(world, store, lambda delivery: replace(delivery, herkomst=None))
    forget_everything(world)

    assert obstacles(found(world, store)) == [Obstacle.ZONDER_HERKOMST]
    put_right(world.engine, store, world.seal, "test", margin=0)
    assert await world.number(make_dossier(hulpvraag_id="h2")) == number + 1


async def test_content_that_is_not_what_its_hash_says_is_not_adopted(
    world: World, store: Engine, make_dossier
) -> None:
    await world.push(make_dossier())
    deliver_all(world, store, lambda delivery: replace(delivery, inhoud_hash="0" * 64))
    forget_everything(world)
    assert obstacles(found(world, store)) == [Obstacle.ZEGEL_ONGELDIG]


async def test_without_the_keys_it_says_so_and_does_nothing(
    world: World, store: Engine, make_dossier
) -> None:
    await world.push(make_dossier())
    deliver_all(world, store)
    forget_everything(world)
    with pytest.raises(ConfigurationError, match=r"keys\.json"):
        put_right(world.engine, store, Seal(Keyring.generate()), "test")
    assert (world.count("inzending"), world.count("audit", "action = 'numbers_advanced'")) == (0, 0)


async def test_what_the_store_lost_is_offered_again_once_and_what_waits_is_left(
    world: World, store: Engine, make_dossier
) -> None:
    await world.push(make_dossier())
    await world.push(make_dossier(hulpvraag_id="h2"))
    with writing(world.engine) as connection:
        for (event_id,) in world.rows("SELECT event_id FROM outbox ORDER BY event_id LIMIT 1"):
            mark_delivered(connection, event_id)

    assert len(found(world, store).at_store) == 1
    put_right(world.engine, store, world.seal, "test")
    put_right(world.engine, store, world.seal, "test")

    assert world.rows("SELECT state, count(*) FROM outbox GROUP BY state") == [("wachtend", 2)]
    assert world.count("audit", "action = 'event_offered_again'") == 1
    assert world.count("outbox_gebeurtenis", "gebeurtenis = 'opnieuw aangeboden'") == 1


async def test_what_was_adopted_and_is_lost_by_the_store_too_is_named(
    world: World, store: Engine, new_database, make_dossier
) -> None:
    await world.push(make_dossier())
    deliver_all(world, store)
    forget_everything(world)
    put_right(world.engine, store, world.seal, "test")
    empty = open_engine(new_database(History.KINDKANS))
    try:
        assert [lost.obstacle for lost in inspect(world.engine, empty, world.seal).at_store] == [
            ZONDER_INHOUD
        ]
    finally:
        empty.dispose()


def test_the_counter_goes_forward_only(world: World) -> None:
    with writing(world.engine) as connection:
        assert dossiernummers.position(connection) == 0
        assert dossiernummers.advance(connection, 40)
        assert not dossiernummers.advance(connection, 40)
        assert not dossiernummers.advance(connection, 7)
    with reading(world.engine) as connection:
        assert dossiernummers.position(connection) == 40


async def test_at_least_is_believed(world: World, store: Engine, make_dossier) -> None:
    await world.push(make_dossier())
    deliver_all(world, store)
    assert not found(world, store, at_least=500).numbers_safe
    put_right(world.engine, store, world.seal, "test", at_least=500, margin=10)
    assert await world.number(make_dossier(hulpvraag_id="h2")) == 511
