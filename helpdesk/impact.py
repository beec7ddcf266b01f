"""What a change of the settings does to what schools send: the pushes of the last days, routed anew.

Pure but for `of_change`, which reads those pushes. Only what routing refused can be mended by a
setting: what also has a reden of a file or a leerling would get -1 again, and is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection

from database.impact import Recent, recent_inzendingen
from dossier.brin import Brin
from dossier.dossier import School
from dossier.identifiers import KoppelingId, OmgevingId
from dossier.reden import Reden, RedenCode
from dossier.verdict import Route
from routing.route import route
from routing.tables import Koppeling, Organisatie, Tables

_Key = TypeVar("_Key")
PERIOD = timedelta(days=30)
# BRIN_ONGELDIG is not in it: no setting makes a BRIN of what is none.
BY_SETTINGS = frozenset(
    {
        RedenCode.BRIN_ONBEKEND,
        RedenCode.BRIN_NIET_INGESTELD,
        RedenCode.BRIN_DUBBEL_INGESTELD,
        RedenCode.KOPPELING_ONTBREEKT,
        RedenCode.KOPPELING_INACTIEF,
        RedenCode.KOPPELING_ONJUIST,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    accepted: int = 0  # rejected inzendingen that would pass
    refused: frozenset[str] = frozenset()  # schools (BRIN) that sent something, and would get -1
    moved: frozenset[str] = frozenset()  # schools whose next hulpvraag would land elsewhere

    @property
    def sentences(self) -> list[str]:
        """In Dutch, for the one who is about to do it; [] if nothing changes for anybody."""
        told = []
        if self.accepted:
            zouden = "inzending" if self.accepted == 1 else "inzendingen"
            werk = "zou" if self.accepted == 1 else "zouden"
            told.append(
                f"{self.accepted} {zouden} van de afgelopen {PERIOD.days} dagen {werk} nu wel worden "
                "geaccepteerd. De school moet daarvoor opnieuw versturen; zie daarna de herstellijst."
            )
        if self.refused:
            told.append(f"{_scholen(self.refused)} dan dossiernummer -1 krijgen.")
        if self.moved:
            told.append(f"{_scholen(self.moved)} voortaan bij een andere organisatie terechtkomen.")
        return told


def _scholen(brins: frozenset[str]) -> str:
    names = ", ".join(sorted(brins)[:10]) + (" en andere" if len(brins) > 10 else "")
    if len(brins) == 1:
        return f"1 school ({names}) die de afgelopen {PERIOD.days} dagen iets verstuurde zou"
    return f"{len(brins)} scholen ({names}) die de afgelopen {PERIOD.days} dagen iets verstuurden zouden"


def of_change(connection: Connection, before: Tables, after: Tables, now: datetime) -> Impact:
    brins = touched(before, after)
    if not brins:
        return Impact()
    return impact(recent_inzendingen(connection, now - PERIOD, brins), before, after)


def impact(rows: Iterable[Recent], before: Tables, after: Tables) -> Impact:
    accepted = 0
    refused, moved = set[str](), set[str]()
    for row in rows:
        was, becomes = (routed(row.omgeving_id, row.brin, row.vestiging, t) for t in (before, after))
        if row.redenen:
            if row.redenen <= BY_SETTINGS and was is None and becomes is not None:
                accepted += row.inzendingen
        elif was is not None and becomes is None:
            refused.add(row.brin)
        elif was is not None and becomes is not None and was.organisatie_id != becomes.organisatie_id:
            moved.add(row.brin)
    return Impact(accepted=accepted, refused=frozenset(refused), moved=frozenset(moved))


def routed(omgeving_id: OmgevingId, brin: str, vestiging: str | None, tables: Tables) -> Route | None:
    found = _route(omgeving_id, brin, vestiging, tables)
    return found if isinstance(found, Route) else None


def judged(
    omgeving_id: OmgevingId, brin: str, vestiging: str | None, tables: Tables
) -> tuple[RedenCode, ...]:
    """Why there is no route; () if there is one."""
    found = _route(omgeving_id, brin, vestiging, tables)
    return () if isinstance(found, Route) else tuple(reden.code for reden in found)


def _route(
    omgeving_id: OmgevingId, brin: str, vestiging: str | None, tables: Tables
) -> Route | tuple[Reden, ...]:
    school = School(brin=brin, vestiging=vestiging or "", naam="", plaats="")
    return route(omgeving_id, school, tables)


# The settings as they would be ----------------------------------------------------------------


def with_organisatie(tables: Tables, value: Organisatie) -> Tables:
    others = (o for o in _organisaties(tables) if o.organisatie_id != value.organisatie_id)
    return _built(tables, organisaties=(*others, value))


def with_koppeling(tables: Tables, value: Koppeling) -> Tables:
    return _built(tables, koppelingen=(*_others(tables, value.koppeling_id), value))


def without_koppeling(tables: Tables, koppeling_id: KoppelingId) -> Tables:
    return _built(tables, koppelingen=_others(tables, koppeling_id))


def with_brins(tables: Tables, brins: Iterable[Brin]) -> Tables:
    """With these as the national list."""
    return replace(tables, brins=frozenset(brins))


def touched(before: Tables, after: Tables) -> frozenset[Brin]:
    """The BRINs for which something differs; no other push is routed otherwise.

    Without a koppeling that covers its BRIN nothing passes: so a koppeling counts for its BRINs only.
    """
    brins = set(before.brins ^ after.brins)
    brins |= _differing(before.organisaties, after.organisaties)
    for omgeving in _differing(before.koppelingen, after.koppelingen):
        for koppeling in set(before.koppelingen.get(omgeving, ())) ^ set(after.koppelingen.get(omgeving, ())):
            brins |= koppeling.brins
    return frozenset(brins)


def _differing(before: Mapping[_Key, tuple[Any, ...]], after: Mapping[_Key, tuple[Any, ...]]) -> set[_Key]:
    return {k for k in before.keys() | after.keys() if set(before.get(k, ())) != set(after.get(k, ()))}


def _organisaties(tables: Tables) -> Iterable[Organisatie]:
    return (o for group in tables.organisaties.values() for o in group)


def _others(tables: Tables, koppeling_id: KoppelingId) -> tuple[Koppeling, ...]:
    return tuple(k for group in tables.koppelingen.values() for k in group if k.koppeling_id != koppeling_id)


def _built(
    tables: Tables,
    *,
    organisaties: Iterable[Organisatie] | None = None,
    koppelingen: Iterable[Koppeling] | None = None,
) -> Tables:
    built = Tables.build(tables.version, (), organisaties or (), koppelingen or ())
    return replace(
        tables,
        organisaties=built.organisaties if organisaties is not None else tables.organisaties,
        koppelingen=built.koppelingen if koppelingen is not None else tables.koppelingen,
    )
