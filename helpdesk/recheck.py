"""What would the answer be now? For a rejection after somebody has repaired something.

From its record alone: of a rejection there is no content (domain.md). So the routing is asked again with
the settings of now, and the recorded sizes and lengths of names are held against the limits of now; a
reden that only the content can settle stays, and is marked as such.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from database.inzendingen import BijlageRecord, InzendingRecord
from dossier.dossier import Bijlage, School
from dossier.reden import Reden, RedenCode, Wie
from dossier.verdict import Route
from routing.route import route
from routing.tables import Tables
from validators.bijlagen import check_each_and_together
from validators.limits import Limits

# What only the content tells: its type, the characters of a name, the pupil's data.
NEEDS_CONTENT = frozenset(
    {
        RedenCode.BIJLAGE_TYPE_NIET_TOEGESTAAN,
        RedenCode.BIJLAGE_NAAM_ONGELDIG,
        RedenCode.LEERLING_ONVOLLEDIG,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Each reden of then and of now, in one of four."""

    solved: tuple[Reden, ...]
    remains: tuple[Reden, ...]
    new: tuple[Reden, ...]  # was no reden then
    unknown: tuple[Reden, ...]  # cannot be known without the content
    route: Route | None  # where it would go; None if there is no route

    @property
    def accepted(self) -> bool:
        """The same message, sent again, would get a number."""
        return not (self.remains or self.new or self.unknown)

    @property
    def only_school(self) -> bool:
        """At Kindkans all is well; what is left, if anything, the school mends in ParnasSys."""
        return all(reden.wie is Wie.SCHOOL for reden in (*self.remains, *self.new, *self.unknown))


def recheck(
    record: InzendingRecord,
    bijlagen: Sequence[BijlageRecord],
    redenen: Sequence[Reden],
    tables: Tables,
    limits: Limits,
) -> Outcome:
    """Of a rejection: `redenen` are those it got. Pure: the same input, the same outcome."""
    routed = route(record.omgeving_id, _school(record, redenen), tables)
    now = [*check_each_and_together(_bijlagen(bijlagen), limits)]
    now += () if isinstance(routed, Route) else routed
    by_key = {_key(reden): reden.without_personal_data() for reden in now}
    before = {_key(reden) for reden in redenen}
    gone = [reden for reden in redenen if _key(reden) not in by_key]
    return Outcome(
        solved=tuple(reden for reden in gone if reden.code not in NEEDS_CONTENT),
        remains=tuple(by_key[_key(reden)] for reden in redenen if _key(reden) in by_key),
        new=tuple(reden for key, reden in by_key.items() if key not in before),
        unknown=tuple(reden for reden in gone if reden.code in NEEDS_CONTENT),
        route=routed if isinstance(routed, Route) else None,
    )


def _key(reden: Reden) -> tuple[RedenCode, str]:
    return reden.code, reden.veld


def _school(record: InzendingRecord, redenen: Sequence[Reden]) -> School:
    """As it was sent, as far as the record has it. What was no BRIN or vestiging is none now."""
    if any(r.code is RedenCode.BRIN_ONGELDIG and r.veld == "school/vestiging" for r in redenen):
        return School(brin=record.brin, vestiging="ongeldig")
    return School(brin=record.brin, vestiging=record.vestiging or _vestiging_in(redenen))


def _vestiging_in(redenen: Sequence[Reden]) -> str:
    """Records of before there was the column have it only where a reden names it."""
    return next((reden.brin for reden in redenen if len(reden.brin) == 6), "")


def _bijlagen(records: Sequence[BijlageRecord]) -> tuple[Bijlage, ...]:
    """With a name of the same length, of which nothing else is known."""
    return tuple(
        Bijlage(positie=b.positie, naam="x" * b.naam_characters, size_bytes=b.size_bytes) for b in records
    )
