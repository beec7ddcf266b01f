"""What is drawn is what there is: to scale, broken where nothing is known, and as a table too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.dashboards.panel import Unit
from helpdesk.status.chart import HEIGHT, WIDTH, Axis, Values, areas, bars, lines

START = datetime(2026, 11, 24, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def axis(count: int, step: timedelta = HOUR, slots: int = 0) -> Axis:
    return Axis(moments=[START + n * step for n in range(count)], step=step, slots=slots or count, parts=2)


def series(*of: Sequence[float | None]) -> list[Values]:
    return [Values(name=f"n{n}", soort=f"s{n}", values=values) for n, values in enumerate(of)]


def places(d: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](\S+?) ([\d.]+)", d)]


def test_bars_stand_on_each_other_to_scale() -> None:
    chart = bars("k", "T", "", axis(2), series([10, 0], [10, 5]), Unit.COUNT)
    lower, upper = (shape.d for shape in chart.shapes)

    assert chart.y_labels == ("20", "10", "0")
    assert lower == "M50.0 100.0V50.0H450.0V100.0Z"
    assert upper == "M50.0 50.0V0.0H450.0V50.0ZM550.0 100.0V75.0H950.0V100.0Z"


def test_a_line_is_broken_where_nothing_is_known_and_one_alone_is_a_dash() -> None:
    chart = lines("k", "T", "", axis(6), series([1, 2, None, 1, None, 2]), Unit.COUNT)
    [line] = chart.shapes

    assert [piece.count("L") for piece in line.d.split("M")[1:]] == [1, 0, 0]
    assert line.d.count("h12") == 2
    assert places(line.d)[0] == pytest.approx((WIDTH / 12, HEIGHT / 2), abs=0.1)


def test_areas_add_up_and_what_has_no_figure_adds_nothing() -> None:
    chart = areas("k", "T", "", axis(2), series([2, 2], [2, None]), Unit.COUNT)
    first, second = (places(shape.d) for shape in chart.shapes)

    assert first == [(250, 50), (750, 50), (750, 100), (250, 100)]
    assert second == [(250, 0), (250, 50)]


@pytest.mark.parametrize("draw", [bars, areas, lines])
def test_nothing_known_is_an_empty_drawing_that_says_so(draw: object) -> None:
    chart = draw("k", "T", "", axis(3), series([None, None, None]), Unit.SECONDS)  # type: ignore[operator]

    assert chart.shapes == ()
    assert "geen cijfers" in chart.summary
    assert chart.rows[0] == ("di 24 15:00", ("geen",))


def test_time_that_is_yet_to_come_has_its_place() -> None:
    chart = lines("k", "T", "", axis(2, slots=4), series([1, 1]), Unit.COUNT)

    assert [x for x, _ in places(chart.shapes[0].d)] == [WIDTH / 8, 3 * WIDTH / 8]


def test_who_does_not_see_it_is_told_the_highest_and_when() -> None:
    chart = lines("k", "Duur", "", axis(3), series([0.1, 3, 1], [None, 90, 90]), Unit.SECONDS)

    assert chart.summary == (
        "Duur: n0 hoogstens 3 s, di 24 14:00; n1 hoogstens 1,5 min, di 24 14:00."
        " De tabel eronder zegt hetzelfde."
    )


def test_the_table_has_every_hour_the_latest_first() -> None:
    chart = bars("k", "T", "", axis(168), series(list(range(168))), Unit.COUNT)

    assert len(chart.rows) == 168
    assert [cells for _, cells in chart.rows[:2]] == [("167",), ("166",)]


@pytest.mark.parametrize("count", [1, 29, 30, 31, 60, 144])
def test_of_what_is_finer_the_table_has_as_many_as_one_can_read_and_the_last(count: int) -> None:
    chart = lines("k", "T", "", axis(count, MINUTE), series(list(range(count))), Unit.COUNT)

    assert len(chart.rows) <= 30
    assert chart.rows[0][1] == (str(count - 1),)
    assert chart.legend == (("s0", "n0", str(count - 1)),)
