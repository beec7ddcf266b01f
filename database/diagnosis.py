"""All that the settings and the inzendingen say about one BRIN, for "Waar is mijn hulpvraag?" (FAQ 2, 6, 8).

The same number of statements whatever is found. Of who sees one SWV only what belongs to that is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from database.inzendingen import reden_of
from database.listed_schools import list_schools
from database.outbox_rows import State
from database.schema import (
    dossier,
    inzending,
    inzending_reden,
    koppeling,
    koppeling_brin,
    omgeving,
    organisatie,
    outbox,
    swv,
)
from database.status import TOESTAND_OF
from dossier.brin import Brin
from dossier.identifiers import (
    Dossiernummer,
    HulpvraagId,
    InzendingId,
    KoppelingId,
    OmgevingId,
    OrganisatieId,
    SwvId,
)
from dossier.reden import Reden
from dossier.status import Toestand
from routing.brin_list import ListedSchool
from routing.tables import KoppelingStatus

NEWEST = 50  # inzendingen; a school on the phone asks about one of the last


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisatieFact:
    organisatie_id: OrganisatieId
    naam: str
    swv_id: SwvId
    swv_naam: str
    vestiging: str | None = None  # only where it is set for one


@dataclass(frozen=True, slots=True, kw_only=True)
class KoppelingFact:
    koppeling_id: KoppelingId
    omgeving_id: OmgevingId
    omgeving_naam: str
    swv_id: SwvId
    swv_naam: str
    status: KoppelingStatus
    covers: bool  # this BRIN
    used_ms: int | None = None  # when a hulpvraag of this BRIN last came through it


@dataclass(frozen=True, slots=True, kw_only=True)
class InzendingFact:
    inzending_id: InzendingId
    omgeving_id: OmgevingId
    hulpvraag_id: HulpvraagId
    received_ms: int
    toestand: Toestand  # of the dossier now, with what was sent or moved later
    redenen: tuple[Reden, ...] = ()
    dossiernummer: Dossiernummer | None = None
    organisatie: OrganisatieFact | None = None  # where the dossier is now; None: refused, gone, or unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    brin: Brin
    schools: tuple[ListedSchool, ...]  # in the national list
    organisaties: tuple[OrganisatieFact, ...]  # where this BRIN is set
    koppelingen: tuple[KoppelingFact, ...]  # that cover it, and the others of who pushed for it
    inzendingen: tuple[InzendingFact, ...]  # the newest first, only those asked for
    narrowed: bool = False  # to a surname or a period
    pushes: int = 0  # how many there are of this BRIN, asked for or not


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    brin: Brin
    naam_hash: str | None = None
    from_ms: int | None = None
    until_ms: int | None = None  # exclusive
    visible_to: SwvId | None = None  # None: sees every SWV

    @property
    def narrowed(self) -> bool:
        return self.naam_hash is not None or self.from_ms is not None or self.until_ms is not None


def read_facts(connection: Connection, asked: Asked) -> Facts:
    inzendingen = _inzendingen(connection, asked)
    used = _used(connection, asked)
    omgevingen = {i.omgeving_id for i in inzendingen}
    return Facts(
        brin=asked.brin,
        schools=tuple(list_schools(connection, asked.brin)),
        organisaties=_organisaties(connection, asked),
        koppelingen=_koppelingen(connection, asked, sorted(omgevingen), used),
        inzendingen=inzendingen,
        narrowed=asked.narrowed,
        pushes=sum(number for number, _ in used.values()),
    )


def _organisaties(connection: Connection, asked: Asked) -> tuple[OrganisatieFact, ...]:
    query = (
        select(*_ORGANISATIE)
        .join(swv, swv.c.swv_id == organisatie.c.swv_id)
        .where(organisatie.c.brin == str(asked.brin))
        .order_by(organisatie.c.swv_id, organisatie.c.organisatie_id)
    )
    if asked.visible_to is not None:
        query = query.where(organisatie.c.swv_id == asked.visible_to)
    return tuple(_organisatie(row) for row in connection.execute(query))


def _koppelingen(
    connection: Connection,
    asked: Asked,
    omgevingen: Sequence[OmgevingId],
    used: dict[str | None, tuple[int, int]],
) -> tuple[KoppelingFact, ...]:
    covers = koppeling_brin.c.brin.is_not(None).label("covers")
    query = (
        select(koppeling, omgeving.c.naam.label("omgeving_naam"), swv.c.naam.label("swv_naam"), covers)
        .join(omgeving, omgeving.c.omgeving_id == koppeling.c.omgeving_id)
        .join(swv, swv.c.swv_id == koppeling.c.swv_id)
        .outerjoin(
            koppeling_brin,
            (koppeling_brin.c.koppeling_id == koppeling.c.koppeling_id)
            & (koppeling_brin.c.brin == str(asked.brin)),
        )
        .where(or_(koppeling_brin.c.brin.is_not(None), koppeling.c.omgeving_id.in_(omgevingen)))
        .order_by(koppeling.c.koppeling_id)
    )
    if asked.visible_to is not None:
        query = query.where(koppeling.c.swv_id == asked.visible_to)
    return tuple(
        KoppelingFact(
            koppeling_id=KoppelingId(row.koppeling_id),
            omgeving_id=OmgevingId(row.omgeving_id),
            omgeving_naam=row.omgeving_naam,
            swv_id=SwvId(row.swv_id),
            swv_naam=row.swv_naam,
            status=KoppelingStatus(row.status),
            covers=bool(row.covers),
            used_ms=used[row.koppeling_id][1] if row.koppeling_id in used else None,
        )
        for row in connection.execute(query)
    )


def _used(connection: Connection, asked: Asked) -> dict[str | None, tuple[int, int]]:
    """Per koppeling how often and when last, of this BRIN; under None what came through no koppeling."""
    query = (
        select(inzending.c.koppeling_id, func.count(), func.max(inzending.c.received_ms))
        .select_from(_WITH_DOSSIER)
        .where(inzending.c.brin == str(asked.brin), *_visible(asked))
        .group_by(inzending.c.koppeling_id)
    )
    return {koppeling_id: (number, last) for koppeling_id, number, last in connection.execute(query)}


def _inzendingen(connection: Connection, asked: Asked) -> tuple[InzendingFact, ...]:
    query = (
        select(*_INZENDING, *_ORGANISATIE, outbox.c.state)
        .select_from(
            _WITH_DOSSIER.outerjoin(organisatie, organisatie.c.organisatie_id == dossier.c.organisatie_id)
            .outerjoin(swv, swv.c.swv_id == organisatie.c.swv_id)
            .outerjoin(
                outbox,
                (outbox.c.dossiernummer == dossier.c.dossiernummer) & (outbox.c.versie == dossier.c.versie),
            )
        )
        .where(inzending.c.brin == str(asked.brin), *_visible(asked), *_asked_for(asked))
        .order_by(inzending.c.inzending_id.desc())
        .limit(NEWEST)
    )
    rows = connection.execute(query).all()
    redenen = _redenen(connection, [row.inzending_id for row in rows])
    return tuple(_inzending(row, redenen.get(row.inzending_id, ()), asked) for row in rows)


def _redenen(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[Reden, ...]]:
    query = (
        select(inzending_reden)
        .where(inzending_reden.c.inzending_id.in_(ids))
        .order_by(inzending_reden.c.inzending_id, inzending_reden.c.volgnummer)
    )
    found: dict[str, tuple[Reden, ...]] = {}
    for row in connection.execute(query):
        found[row.inzending_id] = (*found.get(row.inzending_id, ()), reden_of(row))
    return found


_WITH_DOSSIER = inzending.outerjoin(dossier, dossier.c.dossiernummer == inzending.c.dossiernummer)
_INZENDING = tuple(
    inzending.c[name]
    for name in ("inzending_id", "omgeving_id", "hulpvraag_id", "received_ms", "dossiernummer")
)
_ORGANISATIE = (
    organisatie.c.organisatie_id,
    organisatie.c.naam.label("organisatie_naam"),
    organisatie.c.vestiging,
    organisatie.c.swv_id.label("organisatie_swv_id"),
    swv.c.naam.label("swv_naam"),
)


def _visible(asked: Asked) -> tuple[ColumnElement[bool], ...]:
    """What was sent to this SWV, and what was moved to it."""
    if asked.visible_to is None:
        return ()
    return (or_(inzending.c.swv_id == asked.visible_to, dossier.c.swv_id == asked.visible_to),)


def _asked_for(asked: Asked) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.naam_hash is not None:
        conditions.append(inzending.c.naam_hash == asked.naam_hash)
    if asked.from_ms is not None:
        conditions.append(inzending.c.received_ms >= asked.from_ms)
    if asked.until_ms is not None:
        conditions.append(inzending.c.received_ms < asked.until_ms)
    return conditions


def _organisatie(row: Any) -> OrganisatieFact:
    return OrganisatieFact(
        organisatie_id=OrganisatieId(row.organisatie_id),
        naam=row.organisatie_naam,
        swv_id=SwvId(row.organisatie_swv_id),
        swv_naam=row.swv_naam,
        vestiging=row.vestiging,
    )


def _inzending(row: Any, redenen: tuple[Reden, ...], asked: Asked) -> InzendingFact:
    unseen = asked.visible_to is not None and row.organisatie_swv_id != asked.visible_to
    return InzendingFact(
        inzending_id=InzendingId(row.inzending_id),
        omgeving_id=OmgevingId(row.omgeving_id),
        hulpvraag_id=HulpvraagId(row.hulpvraag_id),
        received_ms=row.received_ms,
        toestand=_toestand(row),
        redenen=redenen,
        dossiernummer=row.dossiernummer,
        organisatie=None if row.organisatie_id is None or unseen else _organisatie(row),
    )


def _toestand(row: Any) -> Toestand:
    if row.dossiernummer is None:
        return Toestand.AFGEWEZEN
    # Retention takes only rows of what was delivered.
    return Toestand.BEZORGD if row.state is None else TOESTAND_OF[State(row.state)]
