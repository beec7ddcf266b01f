"""A silence is strange against the koppeling's own rhythm, and never because of what we do not know."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, timedelta
from functools import cache

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from routing.regio import EVERY_REGIO, Regio, Regios
from routing.rhythm import FACTOR, FLOOR, REGULAR, Silence, find_silence
from routing.schoolvakanties import SchoolDays, shipped_kalender

DAY = timedelta(days=1)
few = settings(max_examples=40)
BEGIN, END = date(2025, 1, 1), date(2029, 8, 19)
NOORD: Regios = frozenset({Regio.NOORD})
REGIOS = st.frozensets(st.sampled_from(Regio), min_size=1)
LONG_AGO = date(2020, 1, 1)


@cache
def days_of(regios: Regios) -> tuple[SchoolDays, SchoolDays]:
    kalender = shipped_kalender()
    return kalender.certain(BEGIN, END, regios), kalender.possible(BEGIN, END, regios)


def silence(
    pushes: list[date], today: date, regios: Regios = NOORD, changed: date = LONG_AGO
) -> Silence | None:
    certain, possible = days_of(regios)
    return find_silence(pushes, today, certain=certain, possible=possible, changed=changed)


def first_alarm(pushes: list[date], regios: Regios = NOORD) -> date | None:
    """On which day it is called silent first, if nothing comes any more: once silent it stays so."""
    last = max(pushes)
    after = bisect_left(range(400), 1, key=lambda n: bool(silence(pushes, last + n * DAY, regios)))
    return last + after * DAY if after < 400 else None


@st.composite
def regular(draw: st.DrawFn) -> list[date]:
    """Pushes with at most `most` days between them, in any order, more than once a day.

    Of 8 days five may be school days, so that the floor counts; of 25, the longest silence.
    """
    most = draw(st.sampled_from([8, 25]))
    steps = draw(st.lists(st.integers(0, most), min_size=15, max_size=25))
    day = date(2026, 1, 5) + draw(st.integers(0, 200)) * DAY
    found = [day]
    for step in steps:
        day += step * DAY
        found.append(day)
    assume(len({d for d in found if d > found[-1] - timedelta(days=365)}) >= REGULAR)
    return draw(st.permutations(found))


def weekly(count: int, since: date = date(2026, 8, 18)) -> list[date]:
    return [since + 7 * n * DAY for n in range(count)]


def test_who_sent_something_every_week_is_silent_after_more_than_two_weeks_of_school() -> None:
    pushes = weekly(15)  # each Tuesday until 24 November; the week of 12 October was herfstvakantie
    assert silence(pushes, date(2026, 12, 8)) is None
    assert silence(pushes, date(2026, 12, 9)) is None  # ten school days: not more than the floor
    found = silence(pushes, date(2026, 12, 10))

    assert found is not None
    assert (found.last, found.school_days, found.longest) == (date(2026, 11, 24), 11, 4)
    assert 4 <= found.usual <= 5


def test_a_christmas_holiday_is_no_silence() -> None:
    pushes = weekly(17)  # the last on 8 December
    assert silence(pushes, date(2027, 1, 4)) is None
    assert silence(pushes, date(2027, 1, 6)) is None
    found = silence(pushes, date(2027, 1, 8))
    assert found is not None
    assert found.school_days == 8 + 4  # until Friday 18 December, and from Monday 4 January to Thursday


@few
@given(regular(), REGIOS)
def test_no_alarm_begins_in_a_weekend_or_a_holiday(pushes: list[date], regios: Regios) -> None:
    alarm = first_alarm(pushes, regios)
    assert alarm is not None
    assert alarm - DAY in days_of(regios)[0].days  # the school day that made it too long


@few
@given(regular())
def test_a_regular_one_that_stopped_is_called_silent_at_last_and_stays_so(pushes: list[date]) -> None:
    alarm = first_alarm(pushes)
    assert alarm is not None
    found = silence(pushes, alarm)
    assert found is not None
    assert found.school_days == max(FLOOR, FACTOR * found.longest) + 1
    assert silence(pushes, alarm - DAY) is None
    assert all(silence(pushes, alarm + n * DAY) for n in range(1, 200, 9))


@given(st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=REGULAR - 1), st.integers(0, 500))
def test_who_was_never_regular_is_never_silent(pushes: list[date], after: int) -> None:
    assert silence(pushes, date(2026, 12, 31) + after * DAY) is None


def test_regular_means_on_enough_days_of_the_year_before_its_last_push() -> None:
    assert first_alarm(weekly(REGULAR)) is not None
    assert first_alarm(weekly(REGULAR - 1)) is None
    assert first_alarm([*weekly(REGULAR - 1), *weekly(REGULAR - 1)]) is None  # more on a day is one day
    assert first_alarm([*weekly(REGULAR - 1), date(2025, 9, 1)]) is None  # more than a year before


@few
@given(regular(), st.sets(st.integers(0, 400), max_size=60))
def test_more_holidays_in_the_silence_never_make_an_alarm_earlier(pushes: list[date], more: set[int]) -> None:
    last = max(pushes)
    certain, possible = days_of(NOORD)
    fewer = SchoolDays(tuple(d for d in certain.days if (d - last).days not in more))
    for n in range(0, 300, 7):
        of = {"today": last + n * DAY, "possible": possible, "changed": LONG_AGO}
        later = find_silence(pushes, certain=fewer, **of)
        assert later is None or find_silence(pushes, certain=certain, **of) is not None


@few
@given(regular(), REGIOS, REGIOS)
def test_not_knowing_the_region_never_makes_an_alarm_earlier(
    pushes: list[date], regios: Regios, more: Regios
) -> None:
    known, doubt, unknown = (first_alarm(pushes, r) for r in (regios, regios | more, EVERY_REGIO))
    assert known is not None
    assert doubt is None or known <= doubt
    assert unknown is None or (doubt is not None and doubt <= unknown)


@few
@given(regular(), st.integers(0, 100))
def test_a_push_ends_the_silence(pushes: list[date], after: int) -> None:
    alarm = first_alarm(pushes)
    assert alarm is not None
    again = alarm + after * DAY
    assert silence([*pushes, again], again + DAY) is None
    assert silence([*pushes, again], again) is None


@few
@given(regular(), st.integers(0, 60))
def test_what_was_set_anew_gets_the_time_of_what_has_just_sent_something(
    pushes: list[date], after: int
) -> None:
    alarm = first_alarm(pushes)
    assert alarm is not None
    changed = max(pushes) + after * DAY
    for n in range(0, 200, 5):
        if silence(pushes, alarm + n * DAY, changed=changed):
            assert days_of(NOORD)[0].between(changed, alarm + (n - 1) * DAY) > FLOOR


def test_beyond_the_end_of_the_calendar_nobody_falls_silent() -> None:
    kalender = shipped_kalender()
    last = kalender.end - 7 * DAY
    pushes = [last - 3 * n * DAY for n in range(60)]
    span = (last - timedelta(days=400), last + timedelta(days=400))
    certain, possible = kalender.certain(*span, NOORD), kalender.possible(*span, NOORD)
    for n in range(0, 400, 20):
        of = {"certain": certain, "possible": possible, "changed": LONG_AGO}
        assert find_silence(pushes, last + n * DAY, **of) is None


def test_nothing_and_pushes_of_tomorrow_are_no_silence() -> None:
    assert silence([], date(2026, 11, 1)) is None
    assert silence([date(2026, 11, 2)], date(2026, 11, 1)) is None
