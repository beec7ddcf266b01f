"""Which koppelingen are found silent, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, update

from components.inzendingen import SWVS, settings
from components.silences import endless_kalender, put_koppeling, put_pushes, weekly
from components.statements import record_statements
from database import schema, silence
from database.engine import reading, writing
from database.silence import SilentKoppeling, days_with_pushes, silent_koppelingen, still_silent
from dossier.identifiers import KoppelingId
from routing.regio import Regio, RegioTable
from routing.schoolvakanties import Vakantie

K = KoppelingId("k-1")
NOW = datetime(2026, 12, 15, 9, tzinfo=UTC)
LAST = datetime(2026, 11, 24, 10, tzinfo=UTC)  # a Tuesday: three weeks before, fourteen school days
TABLE = RegioTable(
    by_brin={"11AA": frozenset({Regio.NOORD}), "22BB": frozenset({Regio.ZUID})},
    by_plaats={"hasselt": frozenset({Regio.NOORD}), "'s-gravenhage": frozenset({Regio.ZUID})},
)


@pytest.fixture
def quiet(engine: Engine) -> Engine:
    """k-1 sent something each week from omg-a for 11AA, until LAST."""
    with writing(engine) as connection:
        settings(connection)
        put_koppeling(connection, K, "11AA")
        put_pushes(connection, weekly(LAST))
    return engine


def found(engine: Engine, now: datetime = NOW, **options: Any) -> list[SilentKoppeling]:
    with reading(engine) as connection:
        return silent_koppelingen(
            connection, now, **{"kalender": endless_kalender(), "table": TABLE, **options}
        )


def keys(engine: Engine, now: datetime = NOW, **options: Any) -> list[str]:
    return [one.koppeling_id for one in found(engine, now, **options)]


def holiday(regio: Regio, van: date, tot: date) -> Any:
    return endless_kalender(Vakantie(schooljaar="", naam="", regio=regio, van=van, tot=tot))


def test_one_that_sent_something_every_week_is_silent_after_more_than_two_weeks(quiet: Engine) -> None:
    assert keys(quiet, datetime(2026, 12, 9, 23, tzinfo=UTC) - timedelta(hours=1)) == []
    (one,) = found(quiet, datetime(2026, 12, 9, 23, tzinfo=UTC))  # midnight in Amsterdam: it is the 10th
    assert one.koppeling_id == K
    assert (one.silence.school_days, one.silence.longest, one.silence.last) == (11, 4, LAST.date())
    assert 4.5 < one.silence.usual <= 5
    assert one.last.startswith(f"{int(LAST.timestamp() * 1000):012x}")


def test_a_push_of_another_omgeving_or_brin_is_no_sign_of_life(quiet: Engine) -> None:
    with writing(quiet) as connection:
        put_koppeling(connection, "k-2", "11AA", omgeving_id="omg-b")
        put_pushes(connection, [NOW - timedelta(days=1)], omgeving_id="omg-b")
        put_pushes(connection, [NOW - timedelta(days=1)], brin="22BB")
    assert keys(quiet) == [K]
    with writing(quiet) as connection:
        put_pushes(connection, [NOW - timedelta(days=1, hours=1)])
    assert keys(quiet) == []


def test_one_brin_that_is_heard_is_enough_for_a_koppeling_of_more(quiet: Engine) -> None:
    with writing(quiet) as connection:
        connection.execute(
            insert(schema.koppeling_brin).values(omgeving_id="omg-a", brin="22BB", koppeling_id=K)
        )
    assert keys(quiet) == [K]
    with writing(quiet) as connection:
        put_pushes(connection, [NOW - timedelta(days=1)], brin="22BB")
    assert keys(quiet) == []


@pytest.mark.parametrize("values", [{"status": "inactief"}, {"status": "aangevraagd"}])
def test_only_an_active_one_can_be_silent(quiet: Engine, values: dict[str, str]) -> None:
    with reading(quiet) as connection:
        earlier = found(quiet)
        assert still_silent(connection, earlier) == earlier
        assert still_silent(connection, earlier, SWVS[0]) == earlier
        assert still_silent(connection, earlier, SWVS[1]) == []
    with writing(quiet) as connection:
        connection.execute(update(schema.koppeling).values(**values))
    assert keys(quiet) == []
    with reading(quiet) as connection:
        assert still_silent(connection, earlier) == []


def test_one_that_was_changed_gets_the_time_of_one_that_has_just_sent_something(quiet: Engine) -> None:
    with writing(quiet) as connection:
        changed_ms = int((LAST + timedelta(days=6)).timestamp() * 1000)
        connection.execute(update(schema.koppeling).values(changed_ms=changed_ms))
    assert keys(quiet, NOW) == []
    assert keys(quiet, NOW + timedelta(days=1)) == [K]


def test_one_swv_or_one_koppeling_can_be_asked_for(quiet: Engine) -> None:
    with writing(quiet) as connection:
        put_koppeling(connection, "k-2", "22BB", swv_id=SWVS[1])
        put_pushes(connection, weekly(LAST - timedelta(days=1)), brin="22BB")
    assert keys(quiet) == [K, "k-2"]  # the one that fell silent last comes first
    assert keys(quiet, swv_id=SWVS[1]) == ["k-2"]
    assert keys(quiet, koppeling_id=K) == [K]
    assert keys(quiet, koppeling_id=KoppelingId("other")) == []


def test_after_a_year_it_is_no_longer_silent_but_gone(quiet: Engine) -> None:
    assert keys(quiet, LAST + timedelta(days=364)) == [K]
    assert keys(quiet, LAST + timedelta(days=365)) == []


def test_its_history_is_of_the_year_before_it_fell_silent_whenever_that_is_asked(quiet: Engine) -> None:
    for days in (30, 100, 200, 360):
        (one,) = found(quiet, LAST + timedelta(days=days))
        assert one.silence.longest == 4


def test_a_holiday_of_its_own_region_is_no_silence_and_that_of_another_is_no_excuse(quiet: Engine) -> None:
    van, tot = date(2026, 11, 30), date(2026, 12, 6)
    assert keys(quiet, kalender=holiday(Regio.NOORD, van, tot)) == []
    assert keys(quiet, kalender=holiday(Regio.ZUID, van, tot)) == [K]


def test_who_is_where_nobody_knows_is_excused_by_a_holiday_of_any_region(quiet: Engine) -> None:
    van, tot = date(2026, 11, 30), date(2026, 12, 6)
    nowhere = RegioTable(by_brin={}, by_plaats={})
    for regio in Regio:
        assert keys(quiet, kalender=holiday(regio, van, tot), table=nowhere) == []
    assert keys(quiet, table=nowhere) == [K]


def test_a_school_that_is_not_on_the_shipped_list_is_where_the_helpdesk_says(quiet: Engine) -> None:
    van, tot = date(2026, 11, 30), date(2026, 12, 6)
    by_place = RegioTable(by_brin={}, by_plaats=TABLE.by_plaats)  # 11AA is in Hasselt
    assert keys(quiet, kalender=holiday(Regio.NOORD, van, tot), table=by_place) == []
    assert keys(quiet, kalender=holiday(Regio.ZUID, van, tot), table=by_place) == [K]
    with writing(quiet) as connection:
        connection.execute(delete(schema.listed_school))
    assert keys(quiet, kalender=holiday(Regio.ZUID, van, tot), table=by_place) == []


def test_a_koppeling_for_schools_of_two_regions_is_excused_by_a_holiday_of_either(quiet: Engine) -> None:
    with writing(quiet) as connection:
        connection.execute(
            insert(schema.koppeling_brin).values(omgeving_id="omg-a", brin="22BB", koppeling_id=K)
        )
    van, tot = date(2026, 11, 30), date(2026, 12, 6)
    assert keys(quiet, kalender=holiday(Regio.ZUID, van, tot)) == []
    assert keys(quiet, kalender=holiday(Regio.MIDDEN, van, tot)) == [K]


def test_the_shipped_calendar_and_list_are_used_unless_told_otherwise(quiet: Engine) -> None:
    with reading(quiet) as connection:
        assert [one.koppeling_id for one in silent_koppelingen(connection, NOW)] == [K]
        assert silent_koppelingen(connection, datetime(2026, 12, 9, tzinfo=UTC)) == []


@pytest.mark.parametrize("at_once", [1, 2, 500])
def test_many_are_looked_at_some_at_a_time(
    quiet: Engine, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "_AT_ONCE", at_once)
    with writing(quiet) as connection:
        for n in range(5):
            put_koppeling(connection, f"k-{n + 2}", f"{n}{n}XX")
            put_pushes(connection, weekly(LAST - timedelta(days=60 * (n + 1))), brin=f"{n}{n}XX")
    assert keys(quiet) == [K, *(f"k-{n + 2}" for n in range(5))]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),  # a day of 23 hours
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25)),  # a day of 25 hours
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_a_push_is_of_the_day_it_is_in_amsterdam(engine: Engine, moment: datetime, day: date) -> None:
    with writing(engine) as connection:
        settings(connection)
        put_koppeling(connection, K, "11AA")
        put_pushes(connection, [moment, moment + timedelta(seconds=59)])
    with reading(engine) as connection:
        assert days_with_pushes(connection, [K], moment) == {K: {day}}
        assert days_with_pushes(connection, [K], moment + timedelta(minutes=1)) == {}


def test_the_history_is_found_by_brin_or_by_moment_and_not_by_reading_all(quiet: Engine) -> None:
    with writing(quiet) as connection:
        for n in range(20):
            put_koppeling(connection, f"k-x{n}", f"{n:02}XX", omgeving_id="omg-b")
            put_pushes(connection, weekly(LAST, 150), brin=f"{n:02}XX", omgeving_id="omg-b")
        if quiet.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE")
    statements = record_statements(quiet)
    with reading(quiet) as connection:
        days_with_pushes(connection, [K, KoppelingId("k-x1")], LAST - timedelta(days=100))
        sql, values = statements[-1]
        if quiet.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # the table is small yet
            plan = connection.exec_driver_sql(f"EXPLAIN {sql}", values).scalars().all()
            assert not any("Seq Scan on inzending" in line for line in plan), plan
            assert any("inzending_id)::text >=" in line and "Filter" not in line for line in plan), plan
            return
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
        assert any("SEARCH inzending USING" in line and "inzending_id>?" in line for line in plan), plan
