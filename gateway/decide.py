"""What one transaction does with one push. Safe to run twice: the second run finds the first.

The order is that of domain.md: a number is sticky, so a repeat and a double entry get the number
they have, before anything is judged; a -1 is not, so it is judged anew each time.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from database import outbox
from database.dossiers import DossierRow, advance_dossier, insert_dossier
from database.inzendingen import (
    BijlageRecord,
    InzendingRecord,
    find_inzending,
    insert_inzending,
)
from database.known import AcceptedBericht, look_up
from database.moves import content_version
from dossier.brin import Brin, Vestiging
from dossier.delivery import DeliveredBijlage, Delivery, Herkomst, Sealed
from dossier.dossier import Dossier
from dossier.identifiers import InzendingId, OmgevingId, SwvId
from dossier.reden import Reden
from dossier.timestamps import from_ms, to_ms
from dossier.verdict import Accepted, Refused, Route, RouteRule, Soort, Verdict
from gateway.judge import Judgement, judge
from gateway.snapshots import Snapshots
from routing.route import swv_of
from validators.bijlagen import naam_characters
from validators.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A push, read and sealed: all that the transaction needs."""

    inzending_id: InzendingId
    omgeving_id: OmgevingId
    dossier: Dossier
    inhoud_hash: str
    naam_hash: str
    verzegeld: Sealed
    received_at: datetime
    decided_at: datetime
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """The berichtId was accepted before with other content; the first stays untouched."""


@dataclass(frozen=True, slots=True)
class Decided:
    verdict: Verdict | Conflict
    judgement: Judgement | None = None  # None: it was known, and not judged


def decide(connection: Connection, push: Push, snapshots: Snapshots, limits: Limits) -> Decided:
    """The verdict, with everything that follows from it written in the caller's transaction."""
    dossier = push.dossier
    known = look_up(connection, push.omgeving_id, dossier.bericht_id, dossier.hulpvraag.hulpvraag_id)
    if known.bericht is not None:
        return Decided(_again(push, known.bericht))
    row = known.dossier
    if row is not None and row.inhoud_hash == push.inhoud_hash:
        return Decided(_record_double(connection, push, row))
    tables = snapshots.at(known.settings_version, connection)
    today = push.decided_at.date()
    judgement = judge(dossier, push.omgeving_id, tables, limits, today, time.perf_counter)
    outcome = judgement.outcome
    if isinstance(outcome, Route):
        return Decided(_accept(connection, push, row, outcome), judgement)
    swv_id = swv_of(push.omgeving_id, dossier.school, tables)
    return Decided(_refuse(connection, push, outcome, swv_id), judgement)


def _again(push: Push, known: AcceptedBericht) -> Accepted | Conflict:
    if known.inhoud_hash != push.inhoud_hash:
        return Conflict()
    first = Soort(known.uitkomst)
    # Our own first run, whose commit was of unknown outcome: what it was then, it is now. Were it called
    # a repeat, the bijlagen of this very push would be discarded. And a double entry stays one for who
    # asks again: the same berichtId, the same answer.
    unchanged = known.inzending_id == push.inzending_id or first is Soort.DUBBEL
    soort = first if unchanged else Soort.HERHALING
    return Accepted(dossiernummer=known.dossiernummer, versie=known.versie, soort=soort)


def _record_double(connection: Connection, push: Push, row: DossierRow) -> Accepted:
    versie = content_version(connection, row.dossiernummer, row.versie)  # what it repeats is no move
    verdict = Accepted(dossiernummer=row.dossiernummer, versie=versie, soort=Soort.DUBBEL)
    record = _record(
        push,
        Soort.DUBBEL,
        dossiernummer=row.dossiernummer,
        versie=versie,
        inhoud_hash=push.inhoud_hash,
        swv_id=row.swv_id,
        organisatie_id=row.organisatie_id,
        route_rule=RouteRule.EERDERE_VERSIE.value,
    )
    insert_inzending(connection, record, _bijlagen(push.dossier, kept=False))
    return verdict


def _accept(connection: Connection, push: Push, row: DossierRow | None, route: Route) -> Accepted:
    if not all(bijlage.object_id and bijlage.sha256 for bijlage in push.dossier.bijlagen):
        # The receiver and the limits would have to disagree; a Fault then, never a dossier with a hole.
        raise AssertionError("a bijlage of a dossier that may in was not stored")
    # An existing dossier stays where it is: settings that changed never move it, the helpdesk does.
    swv_id, organisatie_id, rule = (
        (route.swv_id, route.organisatie_id, route.rule)
        if row is None
        else (row.swv_id, row.organisatie_id, RouteRule.EERDERE_VERSIE)
    )
    if row is None:
        versie, soort = 1, Soort.NIEUW
        dossiernummer = insert_dossier(
            connection,
            omgeving_id=push.omgeving_id,
            hulpvraag_id=push.dossier.hulpvraag.hulpvraag_id,
            swv_id=swv_id,
            organisatie_id=organisatie_id,
            inhoud_hash=push.inhoud_hash,
            created_ms=to_ms(push.decided_at),
        )
    else:
        versie, soort = advance_dossier(connection, row, push.inhoud_hash), Soort.VERSIE
        dossiernummer = row.dossiernummer
    record = _record(
        push,
        soort,
        dossiernummer=dossiernummer,
        versie=versie,
        inhoud_hash=push.inhoud_hash,
        koppeling_id=route.koppeling_id,
        swv_id=swv_id,
        organisatie_id=organisatie_id,
        route_rule=rule.value,
    )
    insert_inzending(connection, record, _bijlagen(push.dossier, kept=True))
    delivery = Delivery(
        event_id=push.inzending_id,
        occurred_at=from_ms(record.decided_ms),
        dossiernummer=dossiernummer,
        versie=versie,
        swv_id=swv_id,
        organisatie_id=organisatie_id,
        brin=str(route.brin),
        inhoud_hash=push.inhoud_hash,
        verzegeld=push.verzegeld,
        bijlagen=tuple(
            DeliveredBijlage(
                positie=b.positie, size_bytes=b.size_bytes, sha256=b.sha256, object_id=b.object_id
            )
            for b in push.dossier.bijlagen
        ),
        herkomst=Herkomst(
            omgeving_id=push.omgeving_id,
            bericht_id=push.dossier.bericht_id,
            hulpvraag_id=push.dossier.hulpvraag.hulpvraag_id,
            koppeling_id=route.koppeling_id,
            route_rule=rule.value,
        ),
        traceparent=push.traceparent,
    )
    outbox.append(
        connection,
        event_id=push.inzending_id,
        dossiernummer=dossiernummer,
        versie=versie,
        created_ms=record.decided_ms,
        body=delivery.encode(),
    )
    return Accepted(dossiernummer=dossiernummer, versie=versie, soort=soort)


def _refuse(connection: Connection, push: Push, redenen: tuple[Reden, ...], swv_id: SwvId | None) -> Refused:
    kept = [reden.without_personal_data() for reden in redenen]
    if find_inzending(connection, push.inzending_id) is None:  # else this is a second run
        record = _record(push, "afgewezen", swv_id=swv_id)
        insert_inzending(connection, record, _bijlagen(push.dossier, kept=False), kept)
    return Refused(redenen)


def _record(push: Push, uitkomst: str, **decided: object) -> InzendingRecord:
    school = push.dossier.school
    brin = Brin.parse(school.brin)
    vestiging = Vestiging.parse(school.vestiging, brin) if brin is not None else None
    return InzendingRecord(
        inzending_id=push.inzending_id,
        omgeving_id=push.omgeving_id,
        bericht_id=push.dossier.bericht_id,
        hulpvraag_id=push.dossier.hulpvraag.hulpvraag_id,
        brin=str(brin or ""),
        vestiging=str(vestiging) if vestiging is not None else None,
        schoolnaam=school.naam,
        naam_hash=push.naam_hash,
        uitkomst=str(uitkomst),
        received_ms=to_ms(push.received_at),
        decided_ms=to_ms(push.decided_at),
        **decided,  # type: ignore[arg-type]
    )


def _bijlagen(dossier: Dossier, *, kept: bool) -> list[BijlageRecord]:
    return [
        BijlageRecord(
            positie=b.positie,
            size_bytes=b.size_bytes,
            naam_characters=naam_characters(b.naam),
            sha256=b.sha256 if kept else None,
            object_id=b.object_id if kept else None,
        )
        for b in dossier.bijlagen
    ]
