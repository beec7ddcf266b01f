"""What has had its time goes, and only that; whoever reads afterwards is told what is gone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from brokers.messages import Done, Incoming
from database import outbox, outbox_rows
from database import retention as statements
from database.answered import answered_versions
from database.audit import list_audit
from database.engine import reading, writing
from database.inzendingen import bijlagen_of, find_inzending, with_objects
from database.status import status_of
from dossier.delivery import Outcome, Receipt
from dossier.errors import BerichtConflict, ConfigurationError, Unavailable
from dossier.identifiers import new_inzending_id
from dossier.status import Gebeurtenis, Toestand
from dossier.timestamps import utc_now
from dossier.verdict import Accepted, Soort
from gateway.commands.submissions import _content
from gateway.process import Failure
from gateway.reconcile import reconcile
from gateway.retention import DailyRetention, Kind, Policy, Retention, plan
from outbox.receipts import ReceiptHandler
from storage.objects import LocalObjects
from storage.sweeper import sweep

World = Any

DAY_MS = 86_400_000
ALL = Policy(content_days=30, history_days=60, rejection_days=90)


def age(world: World, days: float) -> None:
    """As if that much later."""
    ms = round(days * DAY_MS)
    with writing(world.engine) as connection:
        connection.exec_driver_sql(f"UPDATE outbox SET finished_ms = finished_ms - {ms}")
        connection.exec_driver_sql(f"UPDATE inzending SET decided_ms = decided_ms - {ms}")


def deliver(world: World, *events: str) -> None:
    with writing(world.engine) as connection:
        for event_id in events:
            assert outbox.mark_delivered(connection, event_id) is not None


def events(world: World) -> list[str]:
    return [row[0] for row in world.rows("SELECT event_id FROM outbox ORDER BY event_id")]


async def run(world: World, policy: Policy = ALL, objects: object = None) -> dict[str, int]:
    job = Retention(world.engine, objects or world.objects, policy, "test")
    return {kind.value: n for kind, n in (await job.apply()).counts.items() if n}


async def delivered(world: World, make_dossier, **fields) -> tuple[object, str, int]:
    dossier = make_dossier(**fields)
    event_id = new_inzending_id()
    number = await world.number(dossier, b"een", b"twee", inzending_id=event_id)
    deliver(world, event_id)
    return dossier, event_id, number


async def test_content_goes_after_its_days_and_the_record_stays(world: World, make_dossier) -> None:
    _, event_id, number = await delivered(world, make_dossier)
    age(world, 29.9)
    assert await run(world) == {}
    assert world.stored() == {event_id}
    age(world, 0.2)

    assert plan(world.engine, ALL)[Kind.INHOUD].count == 1
    assert world.count("outbox_payload") == 1  # a plan removes nothing
    assert await run(world) == {"inhoud": 1}

    assert world.count("outbox_payload") == 0
    assert world.stored() == set()
    assert world.read(with_objects, [event_id]) == set()
    kept = world.read(bijlagen_of, event_id)
    assert [(b.size_bytes, b.sha256, b.object_id) for b in kept] == [(3, None, None), (4, None, None)]
    record = world.read(find_inzending, event_id)
    assert (record.dossiernummer, record.versie, len(record.inhoud_hash)) == (number, 1, 64)
    assert world.read(_content, record).startswith("removed by retention at ")
    assert world.read(status_of, record).toestand is Toestand.BEZORGD
    assert await run(world) == {}


async def test_after_it_a_repeat_a_double_and_a_new_version_get_the_number(
    world: World, make_dossier
) -> None:
    dossier, _, number = await delivered(world, make_dossier)
    age(world, 61)
    assert await run(world) == {"inhoud": 1, "historie": 1}

    again = await world.push(dossier, b"een", b"twee")
    double = await world.push(replace(dossier, bericht_id=make_dossier().bericht_id), b"een", b"twee")
    version = await world.push(make_dossier(omschrijving="Anders."), b"drie")

    assert [(v.dossiernummer, v.versie, v.soort) for v in (again, double, version)] == [
        (number, 1, Soort.HERHALING),
        (number, 1, Soort.DUBBEL),
        (number, 2, Soort.VERSIE),
    ]
    with pytest.raises(BerichtConflict):
        await world.push(make_dossier(bericht_id=dossier.bericht_id, omschrijving="Nog iets."))
    with writing(world.engine) as connection:
        claimed = outbox.claim(connection, token="t", lease_ms=1000, batch=9)
    assert [(c.dossiernummer, c.versie) for c in claimed] == [(number, 2)]


async def test_history_goes_after_its_content_and_what_it_said_is_still_answered(
    world: World, make_dossier
) -> None:
    dossier, _, number = await delivered(world, make_dossier)
    await world.push(replace(dossier, bericht_id=make_dossier().bericht_id), b"een", b"twee")
    age(world, 59)
    assert await run(world) == {"inhoud": 1}
    age(world, 2)
    assert plan(world.engine, ALL)[Kind.HISTORIE].count == 1
    assert await run(world) == {"historie": 1}

    assert world.count("outbox") == world.count("outbox_gebeurtenis") == 0
    for (inzending_id,) in world.rows("SELECT inzending_id FROM inzending"):
        record = world.read(find_inzending, inzending_id)
        status = world.read(status_of, record)
        assert (status.toestand, status.dossiernummer) == (Toestand.BEZORGD, number)
        assert Gebeurtenis.BEZORGD in [m.gebeurtenis for m in status.tijdlijn]
        assert world.read(_content, record).startswith("removed by retention, with the tijdlijn")
    [answered] = world.read(lambda connection: list(answered_versions(connection)))
    assert (answered.state, answered.has_content) == (outbox_rows.State.BEZORGD, False)
    assert reconcile([answered], [answered]).proven


async def test_a_receipt_that_comes_after_the_history_is_gone_is_no_stranger(
    world: World, make_dossier
) -> None:
    _, event_id, number = await delivered(world, make_dossier)
    record = world.read(find_inzending, event_id)
    age(world, 61)
    await run(world)

    async def transact(work):  # type: ignore[no-untyped-def]
        with writing(world.engine) as connection:
            return work(connection)

    for outcome in Outcome:
        receipt = Receipt(
            event_id=event_id,
            occurred_at=utc_now(),
            dossiernummer=number,
            versie=1,
            inhoud_hash=record.inhoud_hash,
            outcome=outcome,
        )
        assert await ReceiptHandler(transact)(Incoming(body=receipt.encode(), deliveries=1)) == Done()
    assert world.read(status_of, world.read(find_inzending, event_id)).toestand is Toestand.BEZORGD


@pytest.mark.parametrize("state", ["wachtend", "gepubliceerd", "dood"])
async def test_what_is_not_delivered_is_never_touched_however_old(
    world: World, make_dossier, state: str
) -> None:
    event_id = new_inzending_id()
    await world.number(make_dossier(), b"een", inzending_id=event_id)
    with writing(world.engine) as connection:
        if state == "dood":
            outbox.mark_dead(connection, event_id, "X")
        elif state == "gepubliceerd":
            outbox.claim(connection, token="t", lease_ms=1, batch=1)
            outbox.mark_published(connection, [event_id], token="t", receipt_within_ms=1)
    age(world, 10_000)

    assert await run(world, Policy(content_days=1, history_days=1, rejection_days=1)) == {}
    assert world.stored() == {event_id}
    with writing(world.engine) as connection:
        outbox.retry_dead(connection)
        assert len(outbox.claim(connection, token="u", lease_ms=1, batch=9)) == 1


async def test_a_version_stays_while_a_later_one_is_not_delivered(world: World, make_dossier) -> None:
    await delivered(world, make_dossier)
    second = new_inzending_id()
    await world.number(make_dossier(omschrijving="Anders."), inzending_id=second)
    age(world, 61)
    assert await run(world) == {}

    deliver(world, second)
    assert await run(world) == {"inhoud": 1, "historie": 1}
    assert events(world) == [second]


async def test_a_rejection_goes_after_its_days_with_all_that_hangs_on_it(world: World, make_dossier) -> None:
    refused = make_dossier(brin="99ZZ")
    await world.codes(refused, b"een")
    age(world, -(utc_now().timestamp() - 1_725_192_000) / 86_400 + 89)  # the intake's clock is of 2024
    assert await run(world) == {}
    age(world, 1.1)

    assert plan(world.engine, ALL)[Kind.AFWIJZINGEN].count == 1
    assert await run(world) == {"afwijzingen": 1}
    assert [world.count(t) for t in ("inzending", "inzending_reden", "inzending_bijlage")] == [0, 0, 0]
    assert await world.codes(refused) == ["BRIN_ONBEKEND", "KOPPELING_ONJUIST"]


async def test_by_default_nothing_goes_and_nothing_is_written(world: World, make_dossier) -> None:
    await delivered(world, make_dossier)
    age(world, 10_000)

    assert set(plan(world.engine, Policy()).values()) == {None}
    assert await run(world, Policy()) == {}
    assert world.count("audit", "action = 'retention_applied'") == 0


def test_a_history_can_not_go_before_its_content() -> None:
    for wrong in ({"history_days": 5}, {"history_days": 5, "content_days": 6}):
        with pytest.raises(ConfigurationError, match="RETENTION_HISTORY_DAYS"):
            Policy(**wrong)


async def test_the_audit_says_who_and_how_much_in_one_row_per_run(world: World, make_dossier) -> None:
    for n in range(5):
        await delivered(world, make_dossier, hulpvraag_id=f"h{n}")
    age(world, 61)
    await run(world, replace(ALL, batch=2))

    [row] = [r for r in world.read(list_audit, 100) if r.action == "retention_applied"]
    assert (row.actor, row.detail) == ("test", "inhoud=5 historie=5 afwijzingen=0")
    assert row.subject == "days inhoud:30 historie:60 afwijzingen:90"


class Dying(LocalObjects):
    """Storage under whose use the process is killed."""

    async def discard(self, inzending_id: str) -> None:
        raise KeyboardInterrupt


class Refusing(LocalObjects):
    async def discard(self, inzending_id: str) -> None:
        raise Unavailable("storage")


async def test_killed_between_rows_and_objects_the_sweeper_finishes_it(world: World, make_dossier) -> None:
    kept = [await delivered(world, make_dossier, hulpvraag_id=f"h{n}") for n in range(4)]
    age(world, 31)
    dying = Dying(world.folder / "bijlagen", world.seal)
    with pytest.raises(KeyboardInterrupt):
        await run(world, replace(ALL, batch=2), dying)

    assert (world.count("outbox_payload"), len(world.stored())) == (2, 4)
    assert [r.detail for r in world.read(list_audit, 9) if r.action == "retention_applied"] == [
        "inhoud=2 historie=0 afwijzingen=0"
    ]
    assert await run(world) == {"inhoud": 2}
    assert len(world.stored()) == 2
    assert await sweep(world.objects, _needed(world), age_seconds=-5) == 2
    assert world.stored() == set()
    assert {world.read(find_inzending, e).dossiernummer for _, e, _ in kept} == {n for *_, n in kept}


async def test_storage_that_is_away_is_left_to_the_sweeper(world: World, make_dossier) -> None:
    _, event_id, _ = await delivered(world, make_dossier)
    age(world, 31)
    job = Retention(world.engine, Refusing(world.folder / "bijlagen", world.seal), ALL, "test")

    assert (await job.apply()).left_behind == 1
    assert world.stored() == {event_id}
    assert await _needed(world)([event_id]) == set()


async def test_two_jobs_at_once_beside_a_busy_intake_take_each_event_once(world: World, make_dossier) -> None:
    for n in range(12):
        await delivered(world, make_dossier, hulpvraag_id=f"h{n}")
    age(world, 61)

    small = replace(ALL, batch=3)
    other = type(world)(world.folder, world.seal, world.url)
    try:
        pushes = [world.push(make_dossier(hulpvraag_id=f"new{n}")) for n in range(20)]
        one, two, *verdicts = await asyncio.gather(run(world, small), run(other, small), *pushes)
    finally:
        other.stop()
        other.engine.dispose()

    assert one.get("inhoud", 0) + two.get("inhoud", 0) == 12
    assert one.get("historie", 0) + two.get("historie", 0) + (await run(world)).get("historie", 0) == 12
    assert all(isinstance(v, Accepted) for v in verdicts)
    assert (world.count("outbox"), world.count("outbox_payload"), world.stored()) == (20, 20, set())


async def test_the_database_refuses_to_reopen_what_has_no_content(world: World, make_dossier) -> None:
    await delivered(world, make_dossier)
    age(world, 31)
    await run(world)
    with pytest.raises(Unavailable), writing(world.engine) as connection:
        connection.exec_driver_sql("UPDATE outbox SET state = 'wachtend', finished_ms = NULL")


async def test_a_clock_that_is_wrong_removes_nothing(world: World, make_dossier, monkeypatch) -> None:
    await delivered(world, make_dossier)
    age(world, 31)
    monkeypatch.setattr(statements, "database_ms", lambda connection: 10**14)
    with pytest.raises(ConfigurationError, match="clock"):
        plan(world.engine, ALL)
    with pytest.raises(ConfigurationError, match="clock"):
        await run(world)
    assert world.count("outbox_payload") == 1


async def test_the_daily_job_runs_at_start_and_stops_when_told(world: World, make_dossier) -> None:
    await delivered(world, make_dossier)
    age(world, 31)
    daily = DailyRetention(lambda: Retention(world.engine, world.objects, ALL, "daily"), Failure())
    await daily.start()
    async with asyncio.timeout(30):
        while world.stored():  # noqa: ASYNC110 - files give no signal
            await asyncio.sleep(0.01)
        await daily.stop()

    assert world.count("outbox_payload") == 0


# Their indexes -----------------------------------------------------------------------------------

STEPS = {
    "ix_outbox_bezorgd": lambda connection: statements.remove_content(connection, 1, 10),
    "ix_outbox_leeg": lambda connection: statements.remove_history(connection, 1, 10),
    "ix_inzending_afgewezen": lambda connection: statements.remove_rejections(connection, 1, 10),
}


@pytest.mark.parametrize("index", STEPS)
async def test_every_statement_of_a_batch_uses_an_index(world: World, make_dossier, index: str) -> None:
    await delivered(world, make_dossier)
    await world.codes(make_dossier(brin="99ZZ"))
    age(world, 61)
    if index == "ix_outbox_leeg":
        await run(world, Policy(content_days=1))
    ran: list[tuple[str, object]] = []
    event.listen(
        world.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, parameters, *_: ran.append((statement, parameters)),
    )
    with writing(world.engine) as connection:
        STEPS[index](connection)
    plans = [plan_of(world, *step) for step in ran if step[0].startswith(("SELECT", "UPDATE", "DELETE"))]

    assert any(index in plan for plan in plans), plans
    assert len(plans) >= 4
    assert not [p for p in plans if "SCAN" in p.replace("SCAN CONSTANT ROW", "") or "Seq Scan" in p], plans


def plan_of(world: World, statement: str, parameters: object) -> str:
    explain = "EXPLAIN QUERY PLAN" if world.engine.dialect.name == "sqlite" else "EXPLAIN"
    with writing(world.engine) as connection:
        if explain == "EXPLAIN":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
    return "\n".join(str(row[-1]) for row in rows)


def _needed(world: World):  # type: ignore[no-untyped-def]
    async def needed(ids):  # type: ignore[no-untyped-def]
        with reading(world.engine) as connection:
            return with_objects(connection, ids)

    return needed
