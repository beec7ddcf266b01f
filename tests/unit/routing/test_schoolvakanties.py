"""The shipped calendar is whole and in order, and says of each day whether a region has school."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.regio import EVERY_REGIO, Regio
from routing.schoolvakanties import (
    ENDS_SOON,
    SchoolDays,
    Schoolkalender,
    Vakantie,
    national_days_off,
    read_vakanties,
    shipped_kalender,
)

NOORD, MIDDEN, ZUID = (frozenset({regio}) for regio in Regio)
SHIPPED = list(read_vakanties((files("routing") / "data" / "schoolvakanties.csv").read_bytes()))
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
REGIOS = st.frozensets(st.sampled_from(Regio), min_size=1)
DAY = timedelta(days=1)


def test_every_school_year_has_each_holiday_in_each_region_from_a_saturday_to_a_sunday() -> None:
    weeks = {"herfst": 1, "kerst": 2, "voorjaar": 1, "mei": 1, "mei-adviesweek": 1, "zomer": 6}
    of_year = defaultdict(set)
    for vakantie in SHIPPED:
        assert (vakantie.van.weekday(), vakantie.tot.weekday()) == (5, 6), vakantie
        assert (vakantie.tot - vakantie.van).days == 7 * weeks[vakantie.naam] + 1, vakantie
        year = int(vakantie.schooljaar[:4])
        assert vakantie.schooljaar == f"{year}-{year + 1}"
        assert date(year, 9, 10) < vakantie.van < vakantie.tot < date(year + 1, 9, 10)
        of_year[year].add((vakantie.naam, vakantie.regio))

    assert sorted(of_year) == list(range(2024, 2029))
    assert all(found == {(n, r) for n in weeks for r in Regio} for found in of_year.values())
    assert len(SHIPPED) == 5 * len(weeks) * len(Regio)


def test_no_region_has_the_same_summer_as_another_and_a_school_year_is_of_a_normal_length() -> None:
    begins = defaultdict(list)
    for vakantie in SHIPPED:
        if vakantie.naam == "zomer":
            begins[vakantie.regio].append(vakantie.van)
    for summers in zip(*begins.values(), strict=True):
        assert sorted((s - min(summers)).days for s in summers) == [0, 7, 14]
    for summers in begins.values():
        assert {(b - a).days // 7 for a, b in pairwise(summers)} <= {51, 52, 53, 54}


@pytest.mark.parametrize(
    ("day", "off"),
    [
        (date(2024, 10, 30), "Noord Midden"),
        (date(2025, 2, 19), "Noord"),
        (date(2025, 7, 15), "Noord Zuid"),
        (date(2025, 8, 20), "Noord Midden"),
        (date(2025, 10, 14), "Zuid"),  # gbbenjamin.nl, a school of Zuid
        (date(2026, 7, 16), "Noord Zuid"),  # mariaschool.wsko.nl: Midden from 17 July
        (date(2026, 8, 28), "Midden"),
        (date(2026, 10, 13), "Noord"),
        (date(2026, 10, 20), "Midden Zuid"),
        (date(2026, 11, 27), ""),
        (date(2027, 2, 24), "Noord Midden"),
        (date(2027, 7, 19), "Noord Midden"),
        (date(2028, 1, 5), "Noord Midden Zuid"),
        (date(2028, 7, 10), "Midden"),
    ],
)
def test_a_day_is_off_in_these_regions(day: date, off: str) -> None:
    kalender = shipped_kalender()

    assert {str(r) for r in Regio if not kalender.is_certain(day, frozenset({r}))} == set(off.split())


EASTERS = [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2028, 4, 16), (2029, 4, 1)]
EASTERS += [(2035, 3, 25), (2038, 4, 25), (2049, 4, 18)]


@pytest.mark.parametrize(("year", "month", "day"), EASTERS)
def test_the_days_off_that_go_with_easter(year: int, month: int, day: int) -> None:
    easter = date(year, month, day)
    names = {"goede vrijdag": -2, "tweede paasdag": 1, "hemelvaart": 39, "de vrijdag": 40, "pinksteren": 50}

    assert {easter + timedelta(days=after) for after in names.values()} <= national_days_off(year)
    assert len(national_days_off(year)) == (10 if year % 5 == 0 else 9)


def test_koningsdag_is_never_on_a_sunday_and_bevrijdingsdag_is_off_once_in_five_years() -> None:
    assert date(2026, 4, 27) in national_days_off(2026)
    assert date(2025, 4, 26) in national_days_off(2025)
    assert date(2025, 4, 27) not in national_days_off(2025)
    assert [year for year in range(2024, 2032) if date(year, 5, 5) in national_days_off(year)] == [2025, 2030]


@given(DAYS, REGIOS, REGIOS)
def test_more_regions_never_make_a_day_more_certain_nor_less_possible(
    day: date, some: frozenset[Regio], more: frozenset[Regio]
) -> None:
    kalender = shipped_kalender()
    both = some | more

    assert not kalender.is_certain(day, both) or kalender.is_certain(day, some)
    assert not kalender.is_possible(day, some) or kalender.is_possible(day, both)
    assert not kalender.is_certain(day, both) or kalender.is_possible(day, both)


@given(DAYS, REGIOS)
def test_a_weekend_or_a_national_day_off_is_a_school_day_nowhere(day: date, regios: frozenset[Regio]) -> None:
    off = day.weekday() > 4 or day in national_days_off(day.year)

    assert not off or not shipped_kalender().is_possible(day, regios)


@given(DAYS, REGIOS)
def test_outside_the_calendar_nothing_is_certain_and_each_weekday_is_possible(
    day: date, regios: frozenset[Regio]
) -> None:
    kalender = shipped_kalender()
    if not kalender.begin <= day <= kalender.end:
        assert not kalender.is_certain(day, regios)
        assert kalender.is_possible(day, EVERY_REGIO) == (
            day.weekday() < 5 and day not in national_days_off(day.year)
        )


def test_it_ends_with_the_first_region_of_which_it_knows_no_more() -> None:
    kalender = shipped_kalender()

    assert kalender.end == date(2029, 8, 19)  # Midden; Noord and Zuid have holidays for longer
    assert not kalender.ends_soon(kalender.end - ENDS_SOON)
    assert kalender.ends_soon(kalender.end - ENDS_SOON + DAY)
    assert kalender.ends_soon(kalender.end + 1000 * DAY)


def test_a_calendar_that_lacks_a_region_is_none() -> None:
    with pytest.raises(ValueError, match="empty"):
        Schoolkalender(v for v in SHIPPED if v.regio is not Regio.ZUID)


@pytest.mark.parametrize("wrong", ["Oost;2026-01-01;2026-01-02", "Noord;2026-02-30;2026-03-01"])
def test_a_line_that_cannot_be_read_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"Oost|day"):
        list(read_vakanties(f"SCHOOLJAAR;VAKANTIE;REGIO;VAN;TOT;BRON\n2025-2026;kerst;{wrong};x\n".encode()))


@given(st.sets(DAYS), DAYS, DAYS)
def test_days_between_are_those_after_the_one_and_up_to_the_other(
    days: set[date], after: date, until: date
) -> None:
    assert SchoolDays(tuple(sorted(days))).between(after, until) == sum(after < d <= until for d in days)


def test_a_week_has_five_school_days_and_in_a_holiday_none() -> None:
    one = Vakantie(schooljaar="", naam="", regio=Regio.NOORD, van=date(2026, 3, 2), tot=date(2026, 3, 8))
    far = [
        Vakantie(schooljaar="", naam="", regio=regio, van=day, tot=day)
        for regio in Regio
        for day in (date(2026, 1, 1), date(2027, 1, 1))
    ]
    kalender = Schoolkalender([one, *far])
    fortnight = (date(2026, 3, 2), date(2026, 3, 15))

    assert len(kalender.certain(*fortnight, NOORD).days) == 5
    assert len(kalender.possible(*fortnight, NOORD).days) == 5
    assert len(kalender.certain(*fortnight, MIDDEN).days) == 10
    assert len(kalender.certain(*fortnight, EVERY_REGIO).days) == 5
    assert len(kalender.possible(*fortnight, EVERY_REGIO).days) == 10
