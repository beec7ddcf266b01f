"""What the database and Prometheus tell of the same load is the same, as finely as each can tell it.

Prometheus counts from scrape to scrape and knows durations by bucket; the database knows each row.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import pytest

from components.postgres import create_database, drop_database
from components.prometheus import PrometheusServer
from contract.status.load import BUCKETS, NOW, PER_HOUR, Load
from database.engine import open_engine, reading, writing
from database.migrate import History
from helpdesk.status.figures import HOUR, Course, Figures, Took
from helpdesk.status.from_database import DatabaseFigures
from helpdesk.status.from_prometheus import PrometheusFigures
from helpdesk.status.periods import Period, period
from helpdesk.status.prometheus import Prometheus

DAY = period("24u", NOW)
LOAD = Load()
BORDER = 3  # pushes that come in between two scrapes, or just before the first of an hour


class Said(Protocol):
    """Asks a Figures for a period that ends NOW."""

    def __call__(self, period: Period = DAY) -> Course: ...


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusServer]:
    server = PrometheusServer(tmp_path_factory.mktemp("prometheus"))
    server.history(LOAD.history())
    with server:
        yield server


def ask(figures: Figures, period: Period = DAY) -> Course:
    return figures.course(period.since, period.hours, NOW)


@pytest.fixture
def by_prometheus(server: PrometheusServer) -> Iterator[Said]:
    prometheus = Prometheus(server.url)
    yield partial(ask, PrometheusFigures(prometheus))
    prometheus.close()


@pytest.fixture(params=["sqlite", "postgresql", "prometheus"])
def said(request: pytest.FixtureRequest) -> Iterator[Said]:
    if request.param == "prometheus":
        yield request.getfixturevalue("by_prometheus")
    elif request.param == "sqlite":
        yield from by_database(request.getfixturevalue("new_sqlite")(History.GATEWAY))
    else:
        port = request.getfixturevalue("postgres_port")
        template = request.getfixturevalue("postgres_templates")[History.GATEWAY]
        url = create_database(port, template)
        yield from by_database(url)
        drop_database(port, url)


def by_database(url: str) -> Iterator[Said]:
    engine = open_engine(url)
    with writing(engine) as connection:
        LOAD.put(connection)
    with reading(engine) as connection:
        yield partial(ask, DatabaseFigures(connection))
    engine.dispose()


def near(found: int, true: int) -> bool:
    return abs(found - true) <= BORDER


def test_each_hour_counts_what_was_received(said: Said) -> None:
    course = said()

    assert [hour.since for hour in course.hours] == [DAY.since + n * HOUR for n in range(24)]
    assert course.unknown == 0
    for hour in course.hours:
        came = partial(LOAD.came, since=hour.since, until=hour.since + HOUR)
        assert near(hour.accepted, came(("nieuw", "versie"))), hour
        assert near(hour.rejected, came(("afgewezen",))), hour
        assert near(hour.dubbel, came(("dubbel",))), hour


def test_each_hour_tells_how_soon_what_was_delivered_in_it_was(said: Said) -> None:
    for hour in said().hours:
        check(hour.took, hour.since, hour.since + HOUR)


def test_the_last_sixty_minutes_are_told_of_by_themselves(said: Said) -> None:
    check(said().lately, NOW - HOUR, NOW + timedelta(seconds=1))


def test_the_service_level_of_a_day_is_told_to_half_a_percent(said: Said) -> None:
    total = said().total
    true = LOAD.took(DAY.since, NOW + timedelta(seconds=1))

    assert total.ratio == pytest.approx(len([ms for ms in true if ms <= 60_000]) / len(true), abs=0.005)
    assert total.missed


def check(took: Took, since: datetime, until: datetime) -> None:
    true = LOAD.took(since, until)
    assert near(took.delivered, len(true))
    assert near(took.in_time, len([ms for ms in true if ms <= 60_000]))
    for found, share in ((took.p50, 0.5), (took.p95, 0.95), (took.p99, 0.99)):
        exact = true[max(0, -(-len(true) * round(share * 100) // 100) - 1)]
        assert found is not None
        assert bucket(found * 1000) == bucket(exact), (share, found, exact)


def bucket(ms: float) -> int:
    return bisect_left(BUCKETS, ms)


def test_only_prometheus_knows_how_the_queue_was_and_what_went_wrong(by_prometheus: Said) -> None:
    hours = by_prometheus().hours

    assert [hour.faults for hour in hours] == [0] * 23 + [1]
    for hour in hours:
        assert hour.waiting is not None
        assert 1 <= hour.waiting <= PER_HOUR
        assert hour.oldest_seconds is not None
        assert 60 < hour.oldest_seconds < 120


def test_of_hours_before_it_scraped_prometheus_says_that_it_knows_nothing(by_prometheus: Said) -> None:
    course = by_prometheus(period("7d", NOW))

    assert course.unknown == len(course.hours) - 25
    assert [hour.known for hour in course.hours[-25:]] == [True] * 25
