"""Every check, in the order in which a school reads the redenen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from dossier.dossier import Dossier
from dossier.reden import Reden
from validators.bijlagen import check_bijlagen
from validators.leerling import check_leerling
from validators.limits import Limits

Check = Callable[[Dossier, Limits, date], Iterable[Reden]]

CHECKS: tuple[Check, ...] = (check_leerling, check_bijlagen)


def validate(dossier: Dossier, limits: Limits, today: date) -> tuple[Reden, ...]:
    """All redenen that the dossier itself gives, in order; empty if it is fit."""
    return tuple(reden for check in CHECKS for reden in check(dossier, limits, today))
