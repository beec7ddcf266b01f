"""A dossier that the helpdesk moved: between its pushes, in the proof, under retention, after a restore."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from database import outbox
from database.answered import answered_versions
from database.audit import list_audit
from database.engine import open_engine, reading, writing
from database.inzendingen import find_by_bericht
from database.migrate import History
from database.moves import content_version, find_move, first_undelivered, list_moves
from database.organisaties import Swv
from database.outbox import mark_dead, mark_delivered, offer_again
from database.outbox_rows import State, find_version
from database.status import status_of
from dossier.correction import Correction, decode_event
from dossier.delivery import Delivery
from dossier.errors import ConfigurationError
from dossier.identifiers import Dossiernummer, InzendingId, OrganisatieId, SwvId
from dossier.status import Toestand
from dossier.verdict import Soort
from gateway.reconcile import Kind, Report, reconcile
from gateway.restore import ZONDER_INHOUD, inspect, put_right
from gateway.retention import Policy, Retention
from helpdesk import administration as admin
from helpdesk.moving import Moved, MoveRefusal, MoveRefused, move
from kindkans.queries import held_versions
from kindkans.statements import apply_correction, receive

COPY = InzendingId("c" * 32)
ELSEWHERE, BACK = OrganisatieId("elsewhere"), OrganisatieId("es")
World = Any


@pytest.fixture
def store(world: World, new_database: Callable[[History], str]) -> Iterator[Engine]:
    """And a second SWV with an organisatie that no push leads to."""
    world.change(admin.put_swv, Swv(swv_id=SwvId("swv-b"), naam="De Dalen"))
    world.organisatie(ELSEWHERE, "swv-b", None)
    engine = open_engine(new_database(History.KINDKANS))
    yield engine
    engine.dispose()


def send(world: World, event_id: InzendingId, store: Engine) -> None:
    [(body,)] = world.rows(f"SELECT body FROM outbox_payload WHERE event_id = '{event_id}'")
    event = decode_event(bytes(body))
    with writing(store) as connection:
        if isinstance(event, Correction):
            apply_correction(connection, event)
        else:
            receive(connection, event, (), COPY)
    with writing(world.engine) as connection:
        mark_delivered(connection, event_id)


def deliver_all(world: World, store: Engine) -> None:
    """As relay and store do it."""
    for (event_id,) in world.rows(
        "SELECT event_id FROM outbox WHERE state = 'wachtend' ORDER BY dossiernummer, versie"
    ):
        send(world, event_id, store)


def moved(world: World, number: int, to: OrganisatieId = ELSEWHERE, why: str = "Verkeerde school") -> Moved:
    return world.change(move, Dossiernummer(number), to, why)  # type: ignore[no-any-return]


def refusal(world: World, number: int, to: str = ELSEWHERE, why: str = "Verkeerde school") -> MoveRefusal:
    with pytest.raises(MoveRefused) as caught:
        moved(world, number, OrganisatieId(to), why)
    return caught.value.code


def compared(world: World, store: Engine) -> Report:
    with reading(world.engine) as ours, reading(store) as theirs:
        return reconcile(answered_versions(ours), held_versions(theirs))


def kinds(world: World, store: Engine) -> list[tuple[Kind, int]]:
    return [(d.kind, d.versie) for d in compared(world, store).differences]


def written(world: World) -> list[int]:
    tables = ("verplaatsing", "outbox", "outbox_payload", "audit")
    return [world.count(table) for table in tables]


async def test_a_move_writes_dossier_verplaatsing_event_and_audit(
    world: World, store: Engine, make_dossier
) -> None:
    number = await world.number(make_dossier())
    deliver_all(world, store)

    result = moved(world, number, why="  Verkeerde school. ")

    assert (result.versie, result.van.organisatie_id, result.naar.swv_id) == (2, BACK, "swv-b")
    [row] = world.read(list_moves, number)
    assert row == world.read(find_move, result.event_id)
    assert (row.versie, row.actor, row.toelichting) == (2, "test", "Verkeerde school.")
    assert (row.van_swv_id, row.van_organisatie_id) == ("swv-a", BACK)
    assert (row.naar_swv_id, row.naar_organisatie_id) == ("swv-b", ELSEWHERE)
    assert world.rows("SELECT swv_id, organisatie_id, versie FROM dossier") == [("swv-b", ELSEWHERE, 2)]
    [(body,)] = world.rows(f"SELECT body FROM outbox_payload WHERE event_id = '{result.event_id}'")
    event = Correction.decode(bytes(body))
    assert (event.event_id, event.versie, event.van, event.naar) == (
        result.event_id, 2, result.van, result.naar,
    )  # fmt: skip
    audit = world.read(list_audit, 1)[0]
    assert (audit.actor, audit.action, audit.subject) == ("test", "dossier_moved", str(number))
    assert audit.detail == (
        f"event={result.event_id} versie=2 van=es van_swv=swv-a naar=elsewhere naar_swv=swv-b"
    )


async def test_what_can_not_be_moved_is_refused_with_its_code_and_nothing_is_written(
    world: World, store: Engine, make_dossier
) -> None:
    number = await world.number(make_dossier())
    before = written(world)
    assert refusal(world, number + 1) is MoveRefusal.DOSSIER_ONBEKEND
    assert refusal(world, number, "nowhere") is MoveRefusal.ORGANISATIE_ONBEKEND
    assert refusal(world, number, BACK) is MoveRefusal.AL_DAAR
    assert refusal(world, number, why=" \n") is MoveRefusal.TOELICHTING_ONTBREEKT
    assert refusal(world, number, why="x" * 1_001) is MoveRefusal.TOELICHTING_TE_LANG
    assert refusal(world, number) is MoveRefusal.NIET_BEZORGD
    [(event_id,)] = world.rows("SELECT event_id FROM outbox")
    with writing(world.engine) as connection:
        mark_dead(connection, event_id, "X")
    with pytest.raises(ConfigurationError, match=r"version 1 .* \(dood\); retry its dead letter first"):
        moved(world, number)
    assert world.read(first_undelivered, number) == (1, State.DOOD)
    assert written(world) == before


async def test_a_second_click_and_a_colleague_who_was_later_are_told_that_it_is_there(
    world: World, store: Engine, make_dossier
) -> None:
    number = await world.number(make_dossier())
    deliver_all(world, store)
    moved(world, number)
    before = written(world)
    assert refusal(world, number) is MoveRefusal.AL_DAAR  # the event is still on its way
    assert refusal(world, number, BACK) is MoveRefusal.NIET_BEZORGD
    deliver_all(world, store)
    assert refusal(world, number) is MoveRefusal.AL_DAAR
    assert written(world) == before
    assert moved(world, number, BACK).versie == 3
    deliver_all(world, store)
    assert compared(world, store).proven


async def test_of_people_who_move_it_at_once_one_does(world: World, store: Engine, make_dossier) -> None:
    number = await world.number(make_dossier())
    deliver_all(world, store)
    told: list[str] = []
    start = threading.Barrier(8)

    def click() -> None:
        start.wait()
        try:
            told.append(moved(world, number).naar.organisatie_id)
        except MoveRefused as exc:
            told.append(exc.code)

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == ["AL_DAAR"] * 7 + [ELSEWHERE]
    assert (world.count("verplaatsing"), world.count("audit", "action = 'dossier_moved'")) == (1, 1)


async def test_later_versions_go_to_the_new_organisatie_and_each_takes_its_own_number(
    world: World, store: Engine, make_dossier
) -> None:
    number = await world.number(make_dossier())
    deliver_all(world, store)
    moved(world, number)
    later = make_dossier(omschrijving="Twee.")
    verdict = await world.push(later)  # while the move is on its way

    assert (verdict.dossiernummer, verdict.versie, verdict.soort) == (number, 3, Soort.VERSIE)
    record = world.read(find_by_bericht, "omg-es", later.bericht_id)
    assert (record.swv_id, record.organisatie_id, record.route_rule) == (
        "swv-b", ELSEWHERE, "EERDERE_VERSIE",
    )  # fmt: skip
    [(body,)] = world.rows(f"SELECT body FROM outbox_payload WHERE event_id = '{record.inzending_id}'")
    assert Delivery.decode(bytes(body)).organisatie_id == ELSEWHERE
    deliver_all(world, store)
    assert compared(world, store).proven
    assert compared(world, store).equal == 3


async def test_a_double_entry_after_a_move_repeats_the_content_and_not_the_move(
    world: World, store: Engine, make_dossier
) -> None:
    await world.push(make_dossier())
    second = make_dossier(omschrijving="Twee.")
    number = await world.number(second)
    deliver_all(world, store)
    for to in (ELSEWHERE, BACK):
        moved(world, number, to)
        deliver_all(world, store)
    double = make_dossier(omschrijving="Twee.")

    for expected in (Soort.DUBBEL, Soort.DUBBEL):
        verdict = await world.push(double)
        assert (verdict.dossiernummer, verdict.versie, verdict.soort) == (number, 2, expected)
    record = world.read(find_by_bericht, "omg-es", double.bericht_id)
    original = world.read(find_by_bericht, "omg-es", second.bericht_id)
    assert (record.versie, record.organisatie_id) == (2, BACK)
    event = world.read(find_version, number, record.versie)
    assert event.event_id == original.inzending_id
    assert world.read(status_of, record).toestand is Toestand.BEZORGD
    # The tijdlijn of a push tells of its own event, not of moves.
    assert [m.gebeurtenis.value for m in world.read(status_of, original).tijdlijn].count("bezorgd") == 1
    assert [world.read(content_version, number, v) for v in (1, 2, 3, 4)] == [1, 2, 2, 2]


async def test_the_order_per_dossier_holds_for_moves_too(world: World, store: Engine, make_dossier) -> None:
    number = await world.number(make_dossier())
    deliver_all(world, store)
    first = moved(world, number).event_id
    await world.push(make_dossier(omschrijving="Twee."))
    with writing(world.engine) as connection:
        claimed = outbox.claim(connection, token="t", lease_ms=60_000, batch=10)
    assert [c.event_id for c in claimed] == [first]


async def test_what_goes_wrong_with_a_move_is_a_difference_by_name(
    world: World, store: Engine, make_dossier
) -> None:
    number = await world.number(make_dossier())
    deliver_all(world, store)
    event_id = moved(world, number).event_id
    assert kinds(world, store) == [(Kind.ONDERWEG, 2)]
    with writing(world.engine) as connection:
        mark_delivered(connection, event_id)
    # Confirmed and never applied: the content of before it is where it was, so only the move is named.
    assert kinds(world, store) == [(Kind.NIET_IN_KINDKANS, 2)]
    send(world, event_id, store)
    assert compared(world, store).proven

    def change(sql: str) -> None:
        with writing(store) as connection:
            connection.exec_driver_sql(sql)

    change("UPDATE dossier SET organisatie_id = 'lost'")
    assert kinds(world, store) == [(Kind.ORGANISATIE_WIJKT_AF, 2)]
    change("UPDATE dossier SET organisatie_id = 'elsewhere'")
    change("INSERT INTO inbox VALUES ('x', 1)")
    columns = "'swv-a', 'es', 'swv-b', 'elsewhere', 1, 1"
    change(f"INSERT INTO verplaatsing VALUES ('x', {number}, 3, {columns})")
    assert (Kind.ONBEKEND_NUMMER, 3) in kinds(world, store)
    change("DELETE FROM verplaatsing WHERE versie = 3")
    change("DELETE FROM verplaatsing WHERE versie = 2")
    change(f"INSERT INTO verplaatsing VALUES ('x', {number}, 1, {columns})")
    assert (Kind.DUBBEL, 1) in kinds(world, store)


async def test_a_dossier_elsewhere_than_the_gateways_row_says_is_a_difference(
    world: World, store: Engine, make_dossier
) -> None:
    await world.push(make_dossier())
    deliver_all(world, store)
    with writing(world.engine) as connection:
        connection.exec_driver_sql("UPDATE dossier SET organisatie_id = 'elsewhere'")
    assert kinds(world, store) == [(Kind.ORGANISATIE_WIJKT_AF, 1)]


async def test_a_move_that_comes_between_the_looks_of_a_reconciliation_is_no_difference(
    world: World, store: Engine, make_dossier
) -> None:
    number = await world.number(make_dossier())
    deliver_all(world, store)
    before = world.read(lambda connection: list(answered_versions(connection)))
    moved(world, number)
    deliver_all(world, store)
    with reading(world.engine) as ours, reading(store) as theirs:
        report = reconcile(before, held_versions(theirs), answered_versions(ours))
    assert (report.sound, report.equal) == (True, 1)


async def test_retention_takes_the_payload_and_the_history_of_a_move_and_remembers_the_delivery(
    world: World, store: Engine, make_dossier
) -> None:
    first = make_dossier()
    number = await world.number(first)
    deliver_all(world, store)
    event_id = moved(world, number).event_id
    deliver_all(world, store)
    finished = dict(world.rows("SELECT event_id, finished_ms FROM outbox"))
    with writing(world.engine) as connection:
        connection.exec_driver_sql("UPDATE outbox SET finished_ms = finished_ms - 5000000000")

    await Retention(world.engine, world.objects, Policy(content_days=30), "t").apply()
    assert world.count("outbox_payload") == 0
    with writing(world.engine) as connection:
        assert not offer_again(connection, event_id)
    await Retention(world.engine, world.objects, Policy(content_days=30, history_days=40), "t").apply()

    assert world.count("outbox") == 0
    assert world.read(find_move, event_id).bezorgd_ms == finished[event_id] - 5_000_000_000
    assert world.read(find_by_bericht, "omg-es", first.bericht_id).bezorgd_ms
    assert compared(world, store).proven
    assert moved(world, number, BACK).versie == 3
    deliver_all(world, store)
    assert compared(world, store).equal == 3


# After a restore -----------------------------------------------------------------------------


def forget_everything(world: World) -> None:
    with writing(world.engine) as connection:
        for table in (
            "outbox_payload",
            "outbox_gebeurtenis",
            "outbox",
            "inzending",
            "verplaatsing",
            "dossier",
        ):
            connection.exec_driver_sql(f"DELETE FROM {table}")


async def a_moved_dossier(world: World, store: Engine, make_dossier) -> int:
    """Content, move, content, move."""
    number: int = await world.number(make_dossier())
    deliver_all(world, store)
    moved(world, number)
    await world.push(make_dossier(omschrijving="Twee."))
    deliver_all(world, store)
    moved(world, number, BACK)
    deliver_all(world, store)
    return number


async def test_a_gateway_that_lost_all_adopts_the_moves_with_their_dossier(
    world: World, store: Engine, make_dossier
) -> None:
    number = await a_moved_dossier(world, store, make_dossier)
    before = world.read(list_moves, number)
    dossiers = world.rows("SELECT swv_id, organisatie_id, versie, inhoud_hash FROM dossier")
    records = world.rows("SELECT inzending_id, versie, swv_id, organisatie_id FROM inzending ORDER BY 1")
    forget_everything(world)

    found = inspect(world.engine, store, world.seal)
    assert [(lost.versie, lost.obstacle, lost.is_move) for lost in found.at_gateway] == [
        (1, "", False), (3, "", False), (2, "", True), (4, "", True),
    ]  # fmt: skip
    for _ in range(2):  # twice is the same as once
        put_right(world.engine, store, world.seal, "restorer")

    assert inspect(world.engine, store, world.seal).nothing_to_do
    after = world.read(list_moves, number)
    unknown = {"actor": "restorer", "toelichting": after[0].toelichting}
    assert after == [replace(row, **unknown) for row in before]
    assert world.rows("SELECT swv_id, organisatie_id, versie, inhoud_hash FROM dossier") == dossiers
    assert (
        world.rows("SELECT inzending_id, versie, swv_id, organisatie_id FROM inzending ORDER BY 1") == records
    )
    assert compared(world, store).equal == 4
    assert compared(world, store).proven
    assert world.count("audit", "action = 'move_adopted'") == 2
    again = await world.push(make_dossier(omschrijving="Drie."))
    assert (again.dossiernummer, again.versie) == (number, 5)


async def test_a_gateway_that_lost_only_the_move_adopts_it(world: World, store: Engine, make_dossier) -> None:
    number = await world.number(make_dossier())
    deliver_all(world, store)
    event_id = moved(world, number).event_id
    deliver_all(world, store)
    with writing(world.engine) as connection:
        for table in ("outbox_payload", "outbox_gebeurtenis", "outbox", "verplaatsing"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE event_id = '{event_id}'")
        connection.exec_driver_sql("UPDATE dossier SET swv_id = 'swv-a', organisatie_id = 'es', versie = 1")

    put_right(world.engine, store, world.seal, "t")

    assert world.rows("SELECT swv_id, organisatie_id, versie FROM dossier") == [("swv-b", ELSEWHERE, 2)]
    assert compared(world, store).proven


async def test_a_move_of_what_is_another_dossier_here_is_named_and_left_alone(
    world: World, store: Engine, make_dossier
) -> None:
    await a_moved_dossier(world, store, make_dossier)
    forget_everything(world)
    if world.engine.dialect.name == "sqlite":
        with writing(world.engine) as connection:
            connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = 'dossier'")
    else:
        with writing(world.engine) as connection:
            connection.exec_driver_sql("ALTER SEQUENCE dossier_dossiernummer_seq RESTART")
    await world.push(make_dossier(hulpvraag_id="other"))

    put_right(world.engine, store, world.seal, "t")

    found = inspect(world.engine, store, world.seal).at_gateway
    assert [lost.obstacle for lost in found] == ["NUMMER_VERGEVEN"] * 2 + ["ANDER_DOSSIER"] * 2
    assert (world.count("verplaatsing"), world.count("dossier")) == (0, 1)


async def test_a_move_of_which_the_version_was_given_since_is_named_and_left_alone(
    world: World, store: Engine, make_dossier
) -> None:
    number = await world.number(make_dossier())
    deliver_all(world, store)
    event_id = moved(world, number).event_id
    deliver_all(world, store)
    with writing(world.engine) as connection:
        for table in ("outbox_payload", "outbox_gebeurtenis", "outbox", "verplaatsing"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE event_id = '{event_id}'")
        connection.exec_driver_sql("UPDATE dossier SET swv_id = 'swv-a', organisatie_id = 'es', versie = 1")
    await world.push(make_dossier(omschrijving="Twee."))

    put_right(world.engine, store, world.seal, "t")

    [lost] = inspect(world.engine, store, world.seal).at_gateway
    assert (lost.event_id, lost.obstacle) == (event_id, "VERSIE_VERGEVEN")


async def test_a_store_that_lost_its_moves_is_offered_them_again_in_their_place(
    world: World, store: Engine, new_database, make_dossier
) -> None:
    await a_moved_dossier(world, store, make_dossier)
    empty = open_engine(new_database(History.KINDKANS))
    try:
        assert len(inspect(world.engine, empty, world.seal).at_store) == 4
        put_right(world.engine, empty, world.seal, "t")
        deliver_all(world, empty)
        assert compared(world, empty).equal == 4
        assert compared(world, empty).proven
        with writing(empty) as connection:  # now the last move only
            connection.exec_driver_sql("DELETE FROM verplaatsing WHERE versie = 4")
            connection.exec_driver_sql("UPDATE dossier SET organisatie_id = 'elsewhere'")
            connection.exec_driver_sql(
                "DELETE FROM inbox WHERE event_id NOT IN (SELECT event_id FROM versie)"
                " AND event_id NOT IN (SELECT event_id FROM verplaatsing)"
            )
        [lost] = inspect(world.engine, empty, world.seal).at_store
        assert (lost.versie, lost.obstacle) == (4, "")
        put_right(world.engine, empty, world.seal, "t")
        deliver_all(world, empty)
        assert compared(world, empty).proven
    finally:
        empty.dispose()


async def test_an_adopted_move_that_the_store_loses_too_is_named(
    world: World, store: Engine, new_database, make_dossier
) -> None:
    await a_moved_dossier(world, store, make_dossier)
    forget_everything(world)
    put_right(world.engine, store, world.seal, "t")
    empty = open_engine(new_database(History.KINDKANS))
    try:
        assert [lost.obstacle for lost in inspect(world.engine, empty, world.seal).at_store] == [
            ZONDER_INHOUD
        ] * 4
    finally:
        empty.dispose()
