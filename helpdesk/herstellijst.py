"""After a repair: which rejected hulpvragen would be accepted now, per school that must send them again.

Nothing is sent by us: of a rejection there is no content (domain.md). Only the newest try of each
hulpvraag counts, and only if nothing of it was accepted since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from database.impact import OpenRejection
from database.inzendingen import InzendingRecord
from dossier.verdict import Route
from helpdesk.recheck import recheck
from helpdesk.roles import Person
from routing.tables import Tables
from validators.limits import Limits
from web.render import day


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """One that must send again."""

    naam: str  # as it called itself last
    brin: str
    route: Route  # where its hulpvragen would land
    records: tuple[InzendingRecord, ...]  # the oldest first

    @property
    def text(self) -> str:
        """Ready for an e-mail; not a word about a leerling: the school sees in ParnasSys which these are."""
        several = len(self.records) > 1
        days = list(dict.fromkeys(day(record.received_ms) for record in self.records))
        when = days[0] if len(days) == 1 else f"{days[0]} tot en met {days[-1]}"
        return "\n".join(
            [
                "Beste collega,",
                "",
                f"Vanuit ParnasSys {'zijn' if several else 'is'} voor {self.naam or 'uw school'} "
                f"(brincode {self.brin}) {len(self.records)} {'hulpvragen' if several else 'hulpvraag'} "
                f"verstuurd die dossiernummer -1 {'kregen' if several else 'kreeg'} ({when}). "
                "De oorzaak daarvan is verholpen.",
                "",
                f"Wilt u {'deze hulpvragen' if several else 'deze hulpvraag'} opnieuw versturen? "
                f"In ParnasSys ziet u welke {'dat zijn' if several else 'dat is'}: "
                "die met dossiernummer -1. "
                f"Daarna {'krijgen zij' if several else 'krijgt zij'} een gewoon dossiernummer.",
                "",
                "Met vriendelijke groet,",
                "Helpdesk Kindkans",
                "",
            ]
        )


def herstellijst(
    rejections: Iterable[OpenRejection], tables: Tables, limits: Limits, person: Person
) -> list[School]:
    """Of what this person may see, by name. Pure: the same input, the same list."""
    found: dict[tuple[str, str | None, str], list[tuple[Route, InzendingRecord]]] = {}
    for rejection in rejections:
        record = rejection.record
        outcome = recheck(record, rejection.bijlagen, rejection.redenen, tables, limits)
        if outcome.accepted and outcome.route is not None and person.sees(outcome.route.swv_id):
            key = (record.brin, record.vestiging, outcome.route.organisatie_id)
            found.setdefault(key, []).append((outcome.route, record))
    schools = [
        School(
            naam=" ".join(group[-1][1].schoolnaam.split()),
            brin=str(group[-1][0].vestiging or group[-1][0].brin),
            route=group[-1][0],
            records=tuple(record for _, record in group),
        )
        for group in found.values()
    ]
    return sorted(schools, key=lambda school: (school.naam.casefold(), school.brin))
