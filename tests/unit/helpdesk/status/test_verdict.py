"""One sentence on how it goes: the worst first, since when, and what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpdesk.status.figures import HOUR, Course, Hour, Standing, Took
from helpdesk.status.verdict import Verdict, judge

NOW = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
SINCE = NOW.replace(minute=0) - 23 * HOUR
FINE = Took(delivered=200, in_time=200, p50=0.1, p95=1.0, p99=2.0)
LATE = Took(delivered=200, in_time=197, p50=0.1, p95=1.0, p99=90.0)
ENOUGH = Took(delivered=200, in_time=198)
NOTHING_WAITS = Standing(waiting=0, oldest_seconds=0, dead=0, dead_since=None)


def told(
    standing: Standing = NOTHING_WAITS, lately: Took = FINE, hours: dict[int, dict[str, Any]] | None = None
) -> Verdict:
    made = [
        Hour(since=SINCE + n * HOUR, **({"accepted": 5, "took": FINE} | (hours or {}).get(n, {})))
        for n in range(24)
    ]
    return judge(standing, Course(hours=tuple(made), lately=lately), NOW)


def waits(seconds: float, dead: int = 0) -> Standing:
    return replace(NOTHING_WAITS, waiting=3, oldest_seconds=seconds, dead=dead, dead_since=NOW)


def test_all_well_all_day_is_said_without_a_moment() -> None:
    found = told()

    assert (found.soort, found.since, found.steps) == ("goed", None, ())


def test_well_again_is_said_since_the_first_good_hour() -> None:
    assert told(hours={3: {"took": LATE}, 9: {"took": LATE}}).since == SINCE + 10 * HOUR
    assert told(hours={9: {"faults": 2}}).since == SINCE + 10 * HOUR


def test_who_was_rejected_is_shown_the_way_there() -> None:
    assert [step.link for step in told(hours={3: {"rejected": 1}}).steps] == ["/inzendingen?status=afgewezen"]


@pytest.mark.parametrize(
    ("standing", "soort"),
    [
        (waits(60), "goed"),
        (waits(60.001), "let-op"),
        (waits(900), "let-op"),
        (waits(900.001), "fout"),
        (waits(0, dead=1), "fout"),
    ],
)
def test_what_waits_is_judged_by_the_oldest(standing: Standing, soort: str) -> None:
    assert told(standing).soort == soort


def test_what_waits_is_told_since_the_oldest_came() -> None:
    assert told(waits(120)).since == NOW - timedelta(seconds=120)
    assert told(waits(7200)).since == NOW - timedelta(hours=2)


def test_waiting_long_is_worse_than_a_dead_letter_and_does_not_hide_it() -> None:
    found = told(waits(7200, dead=2))

    assert "komen niet in Kindkans aan" in found.titel
    assert "/herstel" in [step.link for step in found.steps]


def test_dead_letters_are_told_since_the_first() -> None:
    found = told(replace(NOTHING_WAITS, dead=2, dead_since=SINCE))

    assert "2 hulpvragen zijn geaccepteerd, maar komen niet" in found.uitleg
    assert found.since == SINCE


@pytest.mark.parametrize(("lately", "soort"), [(LATE, "let-op"), (ENOUGH, "goed"), (Took(), "goed")])
def test_the_service_level_of_the_last_hour_is_99_percent(lately: Took, soort: str) -> None:
    assert told(lately=lately).soort == soort


def test_being_late_is_told_since_the_first_of_the_hours_that_were() -> None:
    late = {n: {"took": LATE} for n in (2, 20, 21)}

    assert told(lately=LATE, hours=late).since == SINCE + 20 * HOUR
    assert told(lately=LATE).since is None  # of no whole hour


def test_faults_of_this_hour_are_told_and_those_of_before_are_not() -> None:
    found = told(hours={22: {"faults": 1}, 23: {"faults": 2}})

    assert found.soort == "let-op"
    assert "waren dat er 2" in found.uitleg
    assert found.since == SINCE + 22 * HOUR
    assert told(hours={22: {"faults": 1}, 23: {"faults": 0}}).soort == "goed"


def test_nothing_at_all_is_no_good_news() -> None:
    silent = {n: {"accepted": 0, "took": Took()} for n in range(24)}
    found = told(lately=Took(), hours=silent)

    assert (found.soort, found.since) == ("stil", SINCE)
    assert (
        told(lately=Took(), hours=silent | {3: {"accepted": 0, "rejected": 1, "took": Took()}}).soort
        == "goed"
    )
