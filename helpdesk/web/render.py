"""Jinja: one environment, autoescape always, and how moments, sizes and numbers read in Dutch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dossier.timestamps import from_ms
from helpdesk.web.words import TOESTANDEN, WIE

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_DAYS = ("ma", "di", "wo", "do", "vr", "za", "zo")
_MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")

# What a page says after something was done, by the code in its URL: a URL can put no words in our mouth.
GEDAAN: Mapping[str, str] = MappingProxyType(
    {
        "opgeslagen": "Opgeslagen.",
        "niets": "Er was niets te wijzigen.",
        "opnieuw": "Opnieuw aangeboden aan Kindkans.",
        "opnieuw-niets": "Er was niets (meer) vastgelopen om opnieuw aan te bieden.",
        "verplaatst": "Verplaatst. Kindkans krijgt de wijziging nu door.",
        "verplaatst-niets": "De hulpvraag stond al bij deze organisatie; er is niets gewijzigd.",
        "geactiveerd": "De koppeling is geactiveerd.",
        "uitgezet": "De koppeling is uitgezet.",
        "verwijderd": "Verwijderd.",
        "lijst": "De lijst is bijgewerkt.",
        "geblokkeerd": "Het account is geblokkeerd; wie ermee was ingelogd is nu uitgelogd.",
        "gedeblokkeerd": "Het account kan weer inloggen.",
        "sessies": "Wie met dit account was ingelogd, is nu uitgelogd.",
        "sessie": "De sessie is beëindigd.",
        "wachtwoord": "Uw wachtwoord is gewijzigd.",
        "uitgelogd": "U bent uitgelogd.",
        "verlopen": "U bent uitgelogd, omdat u een tijd niets heeft gedaan. Log opnieuw in.",
    }
)


@cache
def environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(str(files("helpdesk") / "templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {"moment": moment, "dag": day, "bytes": size, "getal": number, "duur": duration}
    env.globals |= {"GEDAAN": GEDAAN, "TOESTANDEN": TOESTANDEN, "WIE": WIE}
    return env


def render(template: str, **context: Any) -> str:
    return environment().get_template(template).render(**context)


def moment(value: datetime | int, seconds: bool = False) -> str:
    """`di 24 nov 2026 14:03` in Amsterdam; an int is milliseconds since 1970."""
    at = (from_ms(value) if isinstance(value, int) else value).astimezone(AMSTERDAM)
    return f"{day(at)} {at:%H:%M:%S}" if seconds else f"{day(at)} {at:%H:%M}"


def day(value: datetime | int) -> str:
    at = (from_ms(value) if isinstance(value, int) else value).astimezone(AMSTERDAM)
    return f"{_DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1]} {at.year}"


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
