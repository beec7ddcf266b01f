"""The figures of the status page are those of a count of every row, hour by hour, also of one SWV."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert

from components.inzendingen import START, SWVS, Row, make_rows, put, settings
from database import schema
from database.engine import reading, writing
from database.search import Stand
from database.status_figures import (
    PERCENTILES,
    dead_since_ms,
    delivered_between,
    delivered_per_hour,
    received_per_hour,
)
from dossier.identifiers import SwvId
from dossier.timestamps import from_ms, to_ms

ROWS = make_rows(seed=5, count=80)  # one an hour
ALL_OR_ONE = pytest.mark.parametrize("swv", [None, SWVS[0]], ids=["all", "one SWV"])
HOUR = timedelta(hours=1)
WITHIN = timedelta(seconds=60)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    with writing(engine) as connection:
        settings(connection)
        for row in ROWS:
            put(connection, row)
    return engine


def of_swv(swv: SwvId | None) -> list[Row]:
    return [row for row in ROWS if swv is None or row.record.swv_id == swv]


@ALL_OR_ONE
@pytest.mark.parametrize(("since", "hours"), [(3, 1), (0, 24), (7, 61)])
def test_each_hour_counts_what_came_in_during_it(
    filled: Engine, swv: SwvId | None, since: int, hours: int
) -> None:
    start = START + since * HOUR
    with reading(filled) as connection:
        found = received_per_hour(connection, start, hours, swv)

    assert len(found) == hours
    for number, hour in enumerate(found):
        at = start + number * HOUR
        uitkomsten = [
            row.record.uitkomst for row in of_swv(swv) if at <= from_ms(row.record.received_ms) < at + HOUR
        ]
        assert hour.accepted == len([u for u in uitkomsten if u in ("nieuw", "versie")])
        assert (hour.dubbel, hour.rejected) == (uitkomsten.count("dubbel"), uitkomsten.count("afgewezen"))


def test_a_push_is_of_the_hour_that_its_id_begins_with_to_the_millisecond(engine: Engine) -> None:
    borders = [START, START + HOUR - timedelta(milliseconds=1), START + HOUR]
    with writing(engine) as connection:
        for number, at in enumerate(borders):
            connection.execute(
                insert(schema.inzending).values(
                    inzending_id=f"{to_ms(at):012x}{'0' * 20}", omgeving_id="o", bericht_id=str(number),
                    hulpvraag_id="h", brin="", schoolnaam="", naam_hash="", uitkomst="afgewezen",
                    received_ms=1, decided_ms=1,
                )
            )  # fmt: skip
        assert [hour.rejected for hour in received_per_hour(connection, START, 2)] == [2, 1]


# Each as (finished, took) in ms since START, of an event whose content is there or was taken.
CHANCE = random.Random(7)
DELIVERIES = [
    (CHANCE.randrange(3 * 3_600_000), CHANCE.choice((40, 900, 60_000, 60_001, 7_200_000)) + n % 13)
    for n in range(300)
]


@pytest.fixture
def delivered(engine: Engine) -> Engine:
    with writing(engine) as connection:
        settings(connection)
        for number, (finished, took) in enumerate(DELIVERIES, start=1):
            swv = SWVS[number % 2]
            connection.execute(
                insert(schema.dossier).values(
                    dossiernummer=number, omgeving_id="omg-a", hulpvraag_id=f"h{number}", swv_id=swv,
                    organisatie_id="o", versie=1, inhoud_hash="h", created_ms=1,
                )
            )  # fmt: skip
            at = to_ms(START) + finished
            connection.execute(
                insert(schema.outbox).values(
                    event_id=f"{number:032x}", dossiernummer=number, versie=1, state="bezorgd", attempts=0,
                    publishes=1, due_ms=1, created_ms=at - took, finished_ms=at,
                    inhoud_verwijderd_ms=at if number % 3 == 0 else None,
                )
            )  # fmt: skip
    return engine


def nearest_rank(values: list[int], percent: int) -> int:
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]


@ALL_OR_ONE
def test_what_a_delivery_took_is_told_of_the_hour_in_which_it_was_confirmed(
    delivered: Engine, swv: SwvId | None
) -> None:
    with reading(delivered) as connection:
        found = delivered_per_hour(connection, START, 4, within=WITHIN, swv_id=swv)

    mine = [d for n, d in enumerate(DELIVERIES, start=1) if swv is None or SWVS[n % 2] == swv]
    assert set(found) == {0, 1, 2}  # in the fourth hour there was none
    for number, hour in found.items():
        took = [ms for finished, ms in mine if finished // 3_600_000 == number]
        assert hour.count == len(took)
        assert hour.in_time == len([ms for ms in took if ms <= 60_000])
        assert hour.percentiles_ms == tuple(nearest_rank(took, percent) for percent in PERCENTILES)


def test_of_any_time_between_the_same_is_told_at_once(delivered: Engine) -> None:
    since, until = START + timedelta(minutes=30), START + timedelta(minutes=90)
    with reading(delivered) as connection:
        found = delivered_between(connection, since, until, within=WITHIN)
        nothing = delivered_between(connection, until + 4 * HOUR, until + 5 * HOUR, within=WITHIN)

    took = [ms for finished, ms in DELIVERIES if 1_800_000 <= finished < 5_400_000]
    assert found is not None
    assert found.count == len(took)
    assert found.percentiles_ms == tuple(nearest_rank(took, percent) for percent in PERCENTILES)
    assert nothing is None


def test_what_a_clock_that_was_set_back_made_negative_took_no_time(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(
            insert(schema.dossier).values(
                dossiernummer=1, omgeving_id="o", hulpvraag_id="h", swv_id="s", organisatie_id="o",
                versie=1, inhoud_hash="h", created_ms=1,
            )
        )  # fmt: skip
        at = to_ms(START)
        connection.execute(
            insert(schema.outbox).values(
                event_id="0" * 32, dossiernummer=1, versie=1, state="bezorgd", attempts=0, publishes=1,
                due_ms=1, created_ms=at + 5_000, finished_ms=at,
            )
        )  # fmt: skip
        found = delivered_between(connection, START, START + HOUR, within=WITHIN)

    assert found is not None
    assert (found.in_time, found.percentiles_ms) == (1, (0, 0, 0))


@ALL_OR_ONE
def test_the_first_dead_letter_tells_since_when(filled: Engine, swv: SwvId | None) -> None:
    dead = [row.record.received_ms for row in of_swv(swv) if row.stand is Stand.VASTGELOPEN]
    with reading(filled) as connection:
        assert dead_since_ms(connection, swv) == min(dead)
        assert dead_since_ms(connection, SwvId("swv-of-nobody")) is None


def test_the_hours_of_a_week_with_the_end_of_summer_time_are_169(engine: Engine) -> None:
    """From midnight to midnight in Amsterdam: 22:00 UTC in summer, 23:00 UTC in winter."""
    since, until = datetime(2026, 10, 22, 22, tzinfo=UTC), datetime(2026, 10, 29, 23, tzinfo=UTC)
    with reading(engine) as connection:
        assert len(received_per_hour(connection, since, (until - since) // HOUR)) == 169
