"""May this dossier in, and where to? Pure: the same input, the same outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from dossier.dossier import Dossier
from dossier.identifiers import OmgevingId
from dossier.reden import Reden
from dossier.verdict import Route
from routing.route import route
from routing.tables import Tables
from validators.checks import validate
from validators.limits import Limits


@dataclass(frozen=True, slots=True)
class Judgement:
    """The route of a dossier that may in, or all redenen (at least one) why it may not; and what it took."""

    outcome: Route | tuple[Reden, ...]
    validate_seconds: float
    route_seconds: float


def judge(
    dossier: Dossier,
    omgeving: OmgevingId,
    tables: Tables,
    limits: Limits,
    today: date,
    clock: Callable[[], float],
) -> Judgement:
    """`clock` counts seconds, as time.perf_counter: the outcome does not depend on it."""
    began = clock()
    redenen = validate(dossier, limits, today)
    validated = clock()
    routed = route(omgeving, dossier.school, tables)
    routed_at = clock()
    outcome = (redenen or routed) if isinstance(routed, Route) else redenen + routed
    return Judgement(outcome, validated - began, routed_at - validated)
