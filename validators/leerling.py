"""The leerling: a surname, and a birth date that can be (domain.md, D)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from dossier.dossier import Dossier
from dossier.reden import Reden, RedenCode
from validators.limits import Limits
from validators.visible import visible

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_OLDEST = timedelta(days=366 * 30)


def check_leerling(dossier: Dossier, limits: Limits, today: date) -> Iterator[Reden]:
    if not visible(dossier.leerling.achternaam):
        yield _reden("achternaam")
    if not birth_date_is_possible(dossier.leerling.geboortedatum, today=today):
        yield _reden("geboortedatum")


def birth_date_is_possible(text: str, *, today: date) -> bool:
    """A real calendar day as YYYY-MM-DD, not in the future and at most 30 years ago.

    One day of slack towards the future covers the time zones.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return False
    try:
        born = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return False
    return today - _OLDEST <= born <= today + timedelta(days=1)


def _reden(element: str) -> Reden:
    return Reden(code=RedenCode.LEERLING_ONVOLLEDIG, veld=f"leerling/{element}")
