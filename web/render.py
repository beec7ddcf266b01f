"""Jinja: an environment for each site, autoescape always; how moments, sizes and numbers read in Dutch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from dossier import timestamps
from dossier.timestamps import from_ms

AMSTERDAM = timestamps.AMSTERDAM
_DAYS = ("ma", "di", "wo", "do", "vr", "za", "zo")
_MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")

# What a page says after something was done, by the code in its URL: a URL can put no words in our mouth.
GEDAAN: Mapping[str, str] = MappingProxyType(
    {
        "uitgelogd": "U bent uitgelogd.",
        "verlopen": "U bent uitgelogd, omdat u een tijd niets heeft gedaan. Log opnieuw in.",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    right: StrEnum | None  # who lacks it does not see the item; None: everybody sees it
    path: str
    tekst: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """What the pages of one site have of their own."""

    templates: str  # the package whose folder `templates` holds its pages, and `kop.html`: what its top has
    naam: str  # beside the name Kindkans
    voet: str  # what the foot of every page says
    menu: Sequence[MenuItem]
    gedaan: Mapping[str, str]  # beside GEDAAN
    words: Mapping[str, object] = field(default_factory=dict)  # what its templates may name


@cache
def environment(look: Look) -> Environment:
    folders = [FileSystemLoader(str(files(package) / "templates")) for package in (look.templates, "web")]
    env = Environment(
        loader=ChoiceLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {
        "moment": moment,
        "dag": day,
        "datum": of_date,
        "bytes": size,
        "getal": number,
        "duur": duration,
    }
    env.globals |= {"GEDAAN": {**GEDAAN, **look.gedaan}, "LOOK": look, **look.words}
    return env


def render(look: Look, template: str, /, **context: Any) -> str:
    return environment(look).get_template(template).render(**context)


def moment(value: datetime | int, seconds: bool = False) -> str:
    """`di 24 nov 2026 14:03` in Amsterdam; an int is milliseconds since 1970."""
    at = (from_ms(value) if isinstance(value, int) else value).astimezone(AMSTERDAM)
    return f"{day(at)} {at:%H:%M:%S}" if seconds else f"{day(at)} {at:%H:%M}"


def day(value: datetime | int) -> str:
    at = (from_ms(value) if isinstance(value, int) else value).astimezone(AMSTERDAM)
    return of_date(at.date())


def of_date(value: date) -> str:
    return f"{_DAYS[value.weekday()]} {value.day} {_MONTHS[value.month - 1]} {value.year}"


def midnight(day: date) -> datetime:
    """Where a day begins, in Amsterdam."""
    return datetime.combine(day, time(), AMSTERDAM)


def number(value: float) -> str:
    """1.234 and 0,5."""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return text.translate(str.maketrans(",.", ".,"))


def size(value: int) -> str:
    """Bytes as people say them: 812 bytes, 4,9 KB, 5,0 MB (1 MB is 1,048,576 bytes, as in FAQ 6)."""
    if value < 1024:
        return f"{value} bytes"
    if value < 1024 * 1024:
        return f"{number(value / 1024)} KB"
    return f"{number(value / (1024 * 1024))} MB"


def duration(seconds: float) -> str:
    """`12 seconden`, `3 minuten`, `2 uur`, `4 dagen`."""
    for unit, one, many in ((86_400, "dag", "dagen"), (3_600, "uur", "uur"), (60, "minuut", "minuten")):
        if seconds >= unit:
            count = int(seconds // unit)
            return f"{count} {one if count == 1 else many}"
    count = int(seconds)
    return f"{count} {'seconde' if count == 1 else 'seconden'}"
