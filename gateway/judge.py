"""May this dossier in, and where to? Pure: the same input, the same answer."""

from __future__ import annotations

from datetime import date

from dossier.dossier import Dossier
from dossier.identifiers import OmgevingId
from dossier.reden import Reden
from dossier.verdict import Route
from routing.route import route
from routing.tables import Tables
from validators.checks import validate
from validators.limits import Limits


def judge(
    dossier: Dossier, omgeving: OmgevingId, tables: Tables, limits: Limits, today: date
) -> Route | tuple[Reden, ...]:
    """The route of a dossier that may in, or all redenen (at least one) why it may not."""
    redenen = validate(dossier, limits, today)
    routed = route(omgeving, dossier.school, tables)
    if isinstance(routed, Route):
        return redenen or routed
    return redenen + routed
