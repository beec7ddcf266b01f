"""Figures as people read them, round numbers for an axis, and the hours of days that have 23 or 25."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.dashboards.panel import RATE, Query, Unit
from helpdesk.status.panels import expression
from helpdesk.status.periods import period
from helpdesk.status.units import figure, moment, top_of_axis

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1234, Unit.COUNT, "1.234"),
        (12.34, Unit.COUNT, "12,3"),
        (0.004, Unit.COUNT, "< 0,01"),
        (0, Unit.COUNT, "0"),
        (0.5, Unit.PER_SECOND, "0,5 per s"),
        (0, Unit.SECONDS, "0 s"),
        (0.0254, Unit.SECONDS, "25 ms"),
        (59.94, Unit.SECONDS, "59,9 s"),
        (270, Unit.SECONDS, "4,5 min"),
        (5400, Unit.SECONDS, "1,5 uur"),
        (86_400, Unit.SECONDS, "1 dag"),
        (10 * 86_400, Unit.SECONDS, "10 dagen"),
        (-90, Unit.SECONDS, "-1,5 min"),
        (1023, Unit.BYTES, "1.023 bytes"),
        (5 * 1024**2, Unit.BYTES, "5 MB"),
        (1.5 * 1024**3, Unit.BYTES, "1,5 GB"),
        (1, Unit.RATIO, "100 %"),
        (0.9995, Unit.RATIO, "99,95 %"),
        (0.999999, Unit.RATIO, "99,99 %"),
        (0.5, Unit.RATIO, "50 %"),
    ],
)
def test_a_figure_reads_as_people_say_it(value: float, unit: Unit, text: str) -> None:
    assert figure(value, unit) == text


@given(st.floats(0, 1e15), st.sampled_from(Unit))
def test_an_axis_ends_above_all_that_is_shown_and_not_far(highest: float, unit: Unit) -> None:
    top = top_of_axis(highest, unit)

    assert top >= highest * (1 - 1e-9)
    assert top > 0
    if highest > 2:
        assert top <= 4 * highest
    assert figure(top, unit)
    assert figure(top / 2, unit)


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("now", "slots"),
    [
        (at(2026, 10, 26, 12), 169),  # summer time ended on the 25th
        (at(2026, 3, 30, 12), 167),  # it began on the 29th
        (at(2026, 11, 24, 12), 168),
    ],
)
def test_a_week_has_the_hours_that_it_has_in_amsterdam(now: datetime, slots: int) -> None:
    week = period("7d", now)

    assert week.slots == slots
    assert moment(week.since).endswith("00:00")
    assert week.since + (week.hours - 1) * HOUR <= now < week.since + week.hours * HOUR
    assert len(week.axis.labels) == 7


@pytest.mark.parametrize(("day", "hours"), [((2026, 10, 25), 25), ((2026, 3, 29), 23), ((2026, 6, 1), 24)])
def test_the_hours_of_one_day_are_counted_once_each(day: tuple[int, int, int], hours: int) -> None:
    week = period("7d", datetime(*day, 12, tzinfo=UTC) + timedelta(days=2))
    named = [moment(hour) for hour in week.axis.moments]
    there = [name for name in named if f" {day[2]} " in name]

    assert len(there) == len(set(there)) == hours


def test_the_hour_that_is_there_twice_says_which_it_is() -> None:
    assert moment(at(2026, 10, 25, 0)) == "zo 25 02:00 zomertijd"
    assert moment(at(2026, 10, 25, 1)) == "zo 25 02:00 wintertijd"
    assert moment(at(2026, 10, 25, 2)) == "zo 25 03:00"
    assert moment(at(2026, 3, 29, 1)) == "zo 29 03:00"


def test_a_day_is_the_last_24_hours_with_that_which_is_not_over() -> None:
    day = period("24u", at(2026, 11, 24, 13, 59))

    assert (day.since, day.hours) == (at(2026, 11, 23, 14), 24)
    assert day.axis.labels == ("15:00", "21:00", "03:00", "09:00")


@pytest.mark.parametrize(("step", "window"), [(5, "60s"), (15, "60s"), (600, "615s")])
def test_a_rate_is_taken_over_four_scrapes_at_least_and_over_all_of_a_step(step: int, window: str) -> None:
    query = Query(expr=f"rate(x[{RATE}]) + rate(y[{RATE}])")

    assert expression(query, timedelta(seconds=step)) == f"rate(x[{window}]) + rate(y[{window}])"
