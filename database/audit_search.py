"""Looking through the audit: by person, by subject, by what was done, by period.

Whose a row is, is known by its subject: an id of a kind that goes with the action (`Kind`). Who sees one
SWV sees the rows whose subject is that SWV's now; a row of an action without a kind is nobody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import ColumnElement, Connection, String, cast, exists, false, func, or_, select

from database import audit_filter
from database.audit import AuditRow
from database.people_schema import audit
from database.schema import account, dossier, inzending, koppeling, organisatie, sessie, verplaatsing
from dossier.identifiers import SwvId


class Kind(StrEnum):
    """What the subject of an action is."""

    INZENDING = "inzending"  # or the event of a verplaatsing
    DOSSIER = "dossier"  # its number
    ORGANISATIE = "organisatie"
    KOPPELING = "koppeling"
    OMGEVING = "omgeving"
    SWV = "swv"
    ACCOUNT = "account"  # the actor that somebody is
    BRIN = "brin"
    ELSE = "anders"  # the national list, the gateway itself: nothing of a SWV


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter(audit_filter.AuditFilter):
    subject: str = ""  # exactly this; of a dossiernummer also its inzendingen and verplaatsingen
    visible_to: SwvId | None = None  # None: sees all
    kinds: Mapping[str, Kind] = field(default_factory=lambda: MappingProxyType({}))  # of each action


def find_audit(
    connection: Connection, wanted: AuditFilter, *, before: int | None = None, limit: int
) -> list[AuditRow]:
    """The newest first; `before`: those older than this audit_id, the last of the page that was shown."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.subject:
        conditions.append(_about(wanted.subject))
    if wanted.visible_to is not None:
        conditions.append(_is_of(wanted.visible_to, wanted.kinds))
    return audit_filter.find_rows(connection, wanted, *conditions, before=before, limit=limit)


def _about(subject: str) -> ColumnElement[bool]:
    if not (subject.isascii() and subject.isdecimal() and len(subject) < 19):
        return audit.c.subject == subject
    number = int(subject)
    pushes = select(inzending.c.inzending_id).where(inzending.c.dossiernummer == number)
    moves = select(verplaatsing.c.event_id).where(verplaatsing.c.dossiernummer == number)
    return audit.c.subject.in_(select(cast(str(number), String)).union_all(pushes, moves))


def _is_of(swv_id: SwvId, kinds: Mapping[str, Kind]) -> ColumnElement[bool]:
    """By kind, so that an id which two things happen to share tells nothing of the other's."""
    conditions = []
    for kind, condition in _OF_KIND.items():
        actions = sorted(action for action, its in kinds.items() if its is kind)
        if actions:
            conditions.append(audit.c.action.in_(actions) & condition(swv_id))
    return or_(*conditions) if conditions else false()


def _inzending(swv_id: SwvId) -> ColumnElement[bool]:
    """Whose the dossier is now; of a rejection, to whom it was sent."""
    push = inzending.outerjoin(dossier, dossier.c.dossiernummer == inzending.c.dossiernummer)
    move = verplaatsing.join(dossier, dossier.c.dossiernummer == verplaatsing.c.dossiernummer)
    return or_(
        exists()
        .select_from(push)
        .where(
            inzending.c.inzending_id == audit.c.subject,
            func.coalesce(dossier.c.swv_id, inzending.c.swv_id) == swv_id,
        ),
        exists()
        .select_from(move)
        .where(verplaatsing.c.event_id == audit.c.subject, dossier.c.swv_id == swv_id),
    )


def _dossier(swv_id: SwvId) -> ColumnElement[bool]:
    mine = select(cast(dossier.c.dossiernummer, String)).where(dossier.c.swv_id == swv_id)
    return audit.c.subject.in_(mine)


def _organisatie(swv_id: SwvId) -> ColumnElement[bool]:
    mine = select(organisatie.c.organisatie_id).where(organisatie.c.swv_id == swv_id)
    return audit.c.subject.in_(mine)


def _koppeling(swv_id: SwvId) -> ColumnElement[bool]:
    return audit.c.subject.in_(select(koppeling.c.koppeling_id).where(koppeling.c.swv_id == swv_id))


def _omgeving(swv_id: SwvId) -> ColumnElement[bool]:
    """Of which all koppelingen are this SWV's."""
    mine = select(koppeling.c.omgeving_id).where(koppeling.c.swv_id == swv_id)
    others = select(koppeling.c.omgeving_id).where(koppeling.c.swv_id != swv_id)
    return audit.c.subject.in_(mine) & audit.c.subject.not_in(others)


def _swv(swv_id: SwvId) -> ColumnElement[bool]:
    return audit.c.subject == swv_id


def _account(swv_id: SwvId) -> ColumnElement[bool]:
    """Who logs in by OIDC has no account: then all their sessions are of this SWV."""
    local = select("lokaal:" + account.c.gebruikersnaam).where(account.c.swv_id == swv_id)
    by_oidc = select(sessie.c.actor).where(sessie.c.account_id.is_(None))
    mine = by_oidc.where(sessie.c.swv_id == swv_id)
    others = by_oidc.where(sessie.c.swv_id.is_distinct_from(swv_id))
    return audit.c.subject.in_(local) | (audit.c.subject.in_(mine) & audit.c.subject.not_in(others))


def _brin(swv_id: SwvId) -> ColumnElement[bool]:
    """That is set at this SWV's organisaties and at no other's."""
    placed = select(organisatie.c.brin).where(organisatie.c.brin.is_not(None))
    mine = placed.where(organisatie.c.swv_id == swv_id)
    others = placed.where(organisatie.c.swv_id != swv_id)
    return audit.c.subject.in_(mine) & audit.c.subject.not_in(others)


_OF_KIND = MappingProxyType(
    {
        Kind.INZENDING: _inzending,
        Kind.DOSSIER: _dossier,
        Kind.ORGANISATIE: _organisatie,
        Kind.KOPPELING: _koppeling,
        Kind.OMGEVING: _omgeving,
        Kind.SWV: _swv,
        Kind.ACCOUNT: _account,
        Kind.BRIN: _brin,
    }
)
