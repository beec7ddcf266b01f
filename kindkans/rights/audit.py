"""Looking through the audit: by person, dossier, what was done, and period.

Whose a row is, is known by its subject: an id of a kind that goes with the action (`Kind`). Who is of one SWV
sees the rows whose subject is of that SWV now; a row of an action without a kind is root's only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import ColumnElement, Connection, String, cast, false, literal, or_, select

from database.audit import AuditRow
from database.audit_filter import AuditFilter, find_rows
from database.people_schema import account, audit
from dossier.identifiers import SwvId
from kindkans.rights.words import Lid
from kindkans.schema import dossier
from kindkans.tabs_schema import organisatie, vergadering


class Kind(StrEnum):
    """What the subject of an action is."""

    DOSSIER = "dossier"  # its number
    VERGADERING = "vergadering"
    ACCOUNT = "account"  # the actor that somebody is
    ORGANISATIE = "organisatie"
    DOER = "dader"  # nothing of its own: it is of whose account did it
    ELSE = "anders"  # a role: of no SWV


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAudit(AuditFilter):
    subject: str = ""  # exactly this
    kinds: Mapping[str, Kind] = field(default_factory=lambda: MappingProxyType({}))  # of each action


def find_audit(
    connection: Connection, by: Lid, wanted: StoreAudit, *, before: int | None = None, limit: int
) -> list[AuditRow]:
    """The newest first; `before`: those older than this audit_id, the last of the page that was shown."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.subject:
        conditions.append(audit.c.subject == wanted.subject)
    if not by.of_every_swv:
        conditions.append(_is_of(by.swv_id, wanted.kinds) if by.swv_id is not None else false())
    return find_rows(connection, wanted, *conditions, before=before, limit=limit)


def _is_of(swv_id: SwvId, kinds: Mapping[str, Kind]) -> ColumnElement[bool]:
    """By kind, so that an id which two things happen to share tells nothing of the other's."""
    conditions = []
    for kind, mine in _mine(swv_id).items():
        actions = sorted(action for action, its in kinds.items() if its is kind)
        if actions:
            conditions.append(audit.c.action.in_(actions) & mine)
    return or_(*conditions) if conditions else false()


def _mine(swv_id: SwvId) -> dict[Kind, ColumnElement[bool]]:
    dossiers = select(cast(dossier.c.dossiernummer, String)).where(dossier.c.swv_id == swv_id)
    meetings = select(vergadering.c.vergadering_id).where(vergadering.c.swv_id == swv_id)
    # Of one that was removed there is no row any more: the audit itself says whose it was.
    gone = audit.alias("gone")
    removed = select(gone.c.subject).where(
        gone.c.action == "vergadering_removed", gone.c.detail == f"swv={swv_id}"
    )
    accounts = select(literal("lokaal:") + account.c.gebruikersnaam).where(account.c.swv_id == swv_id)
    schools = select(organisatie.c.organisatie_id).where(organisatie.c.swv_id == swv_id)
    return {
        Kind.DOSSIER: audit.c.subject.in_(dossiers),
        Kind.VERGADERING: or_(audit.c.subject.in_(meetings), audit.c.subject.in_(removed)),
        Kind.ACCOUNT: audit.c.subject.in_(accounts),
        Kind.DOER: audit.c.actor.in_(accounts),
        Kind.ORGANISATIE: audit.c.subject.in_(schools),
    }
