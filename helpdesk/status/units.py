"""Figures as people read them in Dutch, short enough for an axis; and the round numbers of an axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from helpdesk.dashboards.panel import Unit
from web.render import AMSTERDAM

_TIMES = ((86_400, "dag"), (3_600, "uur"), (60, "min"), (1, "s"))
_LEAST = 1e-9  # less is 0 that was divided
_SIZES = ("bytes", "KB", "MB", "GB", "TB", "PB")
_DAYS = ("ma", "di", "wo", "do", "vr", "za", "zo")
# Where an axis of seconds may end; halves of these are round too.
_SECONDS = (60, 120, 240, 600, 1_200, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400)


def figure(value: float, unit: Unit) -> str:
    """`1.234`, `0,5 per s`, `250 ms`, `4,5 min`, `1,2 GB`, `99,95 %`."""
    match unit:
        case Unit.COUNT:
            return _number(value)
        case Unit.PER_SECOND:
            return f"{_number(value)} per s"
        case Unit.SECONDS:
            return _seconds(value)
        case Unit.BYTES:
            return _bytes(value)
        case Unit.RATIO:
            return f"{_percentage(100 * value)} %"


def said(value: float | None, unit: Unit) -> str:
    return "geen" if value is None else figure(value, unit)


def top_of_axis(highest: float, unit: Unit) -> float:
    """A round number that is not below it; so is its half."""
    if unit is Unit.RATIO and 0.5 < highest <= 1:
        return 1.0
    if highest < _LEAST:
        return 1.0 if unit is Unit.RATIO else 2.0
    if unit is Unit.SECONDS and highest > 60:
        found = next((step for step in _SECONDS if highest <= step), None)
        return float(found) if found else 2 * 86_400 * math.ceil(highest / (2 * 86_400))
    if unit is Unit.BYTES and highest >= 1024:
        power = 1024.0 ** min(int(math.log(highest, 1024)), len(_SIZES) - 1)
        return _round_up(highest / power) * power
    top = _round_up(highest)
    return max(top, 2.0) if unit is Unit.COUNT else top


def moment(at: datetime, of_day: bool = True) -> str:
    """`wo 25 nov 14:00` without its month; the hour that is there twice says which of the two it is."""
    local = at.astimezone(AMSTERDAM)
    text = f"{local:%H:%M}"
    if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        text += " zomertijd" if local.fold == 0 else " wintertijd"
    return f"{_DAYS[local.weekday()]} {local.day} {text}" if of_day else text


def day(at: datetime) -> str:
    local = at.astimezone(AMSTERDAM)
    return f"{_DAYS[local.weekday()]} {local.day}"


def axis_of_time(moments: Sequence[datetime]) -> tuple[str, ...]:
    """What stands at the left end of each part: days where those are parts, else the time of day."""
    if len(moments) > 1 and moments[1] - moments[0] >= timedelta(hours=20):
        return tuple(day(at) for at in moments)
    return tuple(moment(at, of_day=False) for at in moments)


def _round_up(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 6, 10, 20) if value <= step * power * (1 + 1e-9))


def _number(value: float) -> str:
    """To three figures, or whole."""
    if value and abs(value) < 0.01:
        return "< 0,01" if value > 0 else "0"
    decimals = 0 if float(value).is_integer() or abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return _decimal(value, decimals)


def _decimal(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    if decimals:
        text = text.rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,"))


def _percentage(value: float) -> str:
    """What is not quite all does not become 100 by rounding."""
    if 99.985 < value < 100:
        return "99,99"
    return _decimal(value, 2 if value > 99 else 1)


def _seconds(value: float) -> str:
    if abs(value) < 1:
        return f"{round(value * 1000)} ms" if value else "0 s"
    for size, name in _TIMES:
        if abs(value) >= size:
            count = value / size
            text = _number(round(count, 1))
            return f"{text} {'dagen' if name == 'dag' and text != '1' else name}"
    raise AssertionError("a second is the least")


def _bytes(value: float) -> str:
    power = min(int(math.log(value, 1024)), len(_SIZES) - 1) if value >= 1024 else 0
    return f"{_number(round(value / 1024.0**power, 1))} {_SIZES[power]}"
