"""A chart, ready to be drawn: shapes in a box of WIDTH x HEIGHT that is stretched to fit, words beside it.

Axes and table are words, not drawn, so that they keep their size on a telephone; nothing needs a style
of its own, which the CSP forbids. What there is no figure of is a gap, and no 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.dashboards.panel import Unit
from helpdesk.status.units import axis_of_time, figure, moment, said, top_of_axis

WIDTH, HEIGHT = 1000, 100
_DASH = 12  # wide, of what has nothing beside it
_MOST_ROWS = 30  # of a table; a week by the hour, and no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """One thing that is shown, at each moment of the chart; `soort` is a class of style.css."""

    name: str
    soort: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Moments at equal distances. `slots` is how many fit on it: there may be time that is yet to come."""

    moments: Sequence[datetime]
    step: timedelta
    slots: int
    parts: int  # each with the moment at its left end

    @property
    def labels(self) -> tuple[str, ...]:
        part = self.slots * self.step / self.parts
        return axis_of_time([self.moments[0] + n * part for n in range(self.parts)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    soort: str
    d: str  # of an SVG path


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    key: str
    title: str
    text: str
    filled: bool  # areas or bars; else lines
    shapes: tuple[Shape, ...]
    y_labels: tuple[str, ...]  # from the top
    x_labels: tuple[str, ...]
    legend: tuple[tuple[str, str, str], ...]  # soort, name, the last figure
    summary: str  # for who does not see it
    rows: tuple[tuple[str, tuple[str, ...]], ...]  # of the table: a moment, and a figure of each
    empty: str = ""  # why there is nothing to see


def bars(key: str, title: str, text: str, axis: Axis, series: Sequence[Values], unit: Unit) -> Chart:
    """Stacked, one bar for each moment."""
    top = top_of_axis(max(_sums(series), default=0), unit)
    width = WIDTH / axis.slots
    shapes = []
    below = [0.0] * len(axis.moments)
    for one in series:
        pieces = []
        for n, value in enumerate(one.values):
            if value:
                low, high = _y(below[n], top), _y(below[n] + value, top)
                left, right = (n + 0.1) * width, (n + 0.9) * width
                pieces.append(f"M{left:.1f} {low:.1f}V{high:.1f}H{right:.1f}V{low:.1f}Z")
                below[n] += value
        shapes.append(Shape(soort=one.soort, d="".join(pieces)))
    return _chart(key, title, text, axis, series, unit, top, shapes, filled=True)


def areas(key: str, title: str, text: str, axis: Axis, series: Sequence[Values], unit: Unit) -> Chart:
    """Stacked; where one has no figure it adds nothing."""
    top = top_of_axis(max(_sums(series), default=0), unit)
    shapes = []
    below = [0.0] * len(axis.moments)
    for one in series:
        above = [low + (value or 0.0) for low, value in zip(below, one.values, strict=True)]
        there = [n for n, value in enumerate(one.values) if value is not None]
        edge = [f"{_x(n, axis):.1f} {_y(above[n], top):.1f}" for n in there]
        back = [f"{_x(n, axis):.1f} {_y(below[n], top):.1f}" for n in reversed(there)]
        shapes.append(Shape(soort=one.soort, d=f"M{'L'.join(edge + back)}Z" if there else ""))
        below = above
    return _chart(key, title, text, axis, series, unit, top, shapes, filled=True)


def lines(key: str, title: str, text: str, axis: Axis, series: Sequence[Values], unit: Unit) -> Chart:
    highest = max((value for one in series for value in one.values if value is not None), default=0)
    top = top_of_axis(highest, unit)
    shapes = [Shape(soort=one.soort, d=_line(one.values, axis, top)) for one in series]
    return _chart(key, title, text, axis, series, unit, top, shapes, filled=False)


def _line(values: Sequence[float | None], axis: Axis, top: float) -> str:
    """Broken at a gap; one that stands alone is a dash."""
    pieces: list[str] = []
    drawing = False
    for n, value in enumerate(values):
        if value is None:
            drawing = False
            continue
        x, y = _x(n, axis), _y(value, top)
        if not drawing and (n + 1 == len(values) or values[n + 1] is None):
            pieces.append(f"M{x - _DASH / 2:.1f} {y:.1f}h{_DASH}")
        else:
            pieces.append(f"{'L' if drawing else 'M'}{x:.1f} {y:.1f}")
        drawing = True
    return "".join(pieces)


def _x(n: int, axis: Axis) -> float:
    return (n + 0.5) * WIDTH / axis.slots


def _y(value: float, top: float) -> float:
    return HEIGHT - max(0.0, min(value, top)) / top * HEIGHT


def _sums(series: Sequence[Values]) -> list[float]:
    return [sum(value or 0.0 for value in at) for at in zip(*(one.values for one in series), strict=True)]


def _chart(
    key: str,
    title: str,
    text: str,
    axis: Axis,
    series: Sequence[Values],
    unit: Unit,
    top: float,
    shapes: Sequence[Shape],
    *,
    filled: bool,
) -> Chart:
    return Chart(
        key=key,
        title=title,
        text=text,
        filled=filled,
        shapes=tuple(shape for shape in shapes if shape.d),
        y_labels=(figure(top, unit), figure(top / 2, unit), figure(0, unit)),
        x_labels=axis.labels,
        legend=tuple((one.soort, one.name, said(one.values[-1], unit)) for one in series),
        summary=_summary(title, axis, series, unit),
        rows=_rows(axis, series, unit),
    )


def _summary(title: str, axis: Axis, series: Sequence[Values], unit: Unit) -> str:
    """The highest of each, and when: the table has the rest."""
    told = []
    for one in series:
        there = [(value, -n) for n, value in enumerate(one.values) if value is not None]
        if there:
            value, n = max(there)
            told.append(f"{one.name or 'waarde'} hoogstens {figure(value, unit)}, {moment(axis.moments[-n])}")
    return f"{title}: {'; '.join(told) if told else 'geen cijfers'}. De tabel eronder zegt hetzelfde."


def _rows(axis: Axis, series: Sequence[Values], unit: Unit) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The latest first. By the hour each has a row; of what is finer only so many that one can read it."""
    count = len(axis.moments)
    every = 1 if axis.step >= timedelta(hours=1) else max(1, -(-count // _MOST_ROWS))
    return tuple(
        (moment(axis.moments[n]), tuple(said(one.values[n], unit) for one in series))
        for n in range(count - 1, -1, -every)
    )
