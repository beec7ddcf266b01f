"""Who may do what: one table, deny by default (FAQ 10 for accounts).

beheerder (Super)      all
helpdesk               all of every SWV but accounts, and SWVs are read only
applicatiebeheerder    its own SWV only; whatever is another's does not exist (404)
auditor                the audit only; of one SWV where it has one
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from dossier.identifiers import SwvId
from web.person import Who


class Role(StrEnum):
    HELPDESK = "helpdesk"
    APPLICATIEBEHEERDER = "applicatiebeheerder"
    AUDITOR = "auditor"
    BEHEERDER = "beheerder"


class RoleType(StrEnum):
    """The column Type of Beheer > Accounts > Rollen en rechten (FAQ 10)."""

    SUPER = "Super"
    BEHEER = "Beheer"
    REST = "Rest"


class Right(StrEnum):
    INZENDINGEN = "inzendingen"  # see what was pushed and what became of it
    LEERLING = "leerling"  # see a pupil's data, with a reason
    HERSTELLEN = "herstellen"  # retry dead letters, move a dossier
    ORGANISATIES = "organisaties"  # change organisaties and their BRINs (FAQ 6)
    KOPPELINGEN = "koppelingen"  # request, activate, rotate, deactivate (FAQ 8)
    BRINLIJST = "brinlijst"  # change the national list (FAQ 9)
    SWVS = "swvs"  # add and rename SWVs
    ACCOUNTS = "accounts"  # see and change accounts (FAQ 10)
    AUDIT = "audit"  # read who saw or did what
    ZICHTBAARHEID = "zichtbaarheid"  # ask Kindkans whether an account sees a dossier (FAQ 2), of every SWV


TYPES: Mapping[Role, RoleType] = MappingProxyType(
    {
        Role.HELPDESK: RoleType.REST,
        Role.APPLICATIEBEHEERDER: RoleType.BEHEER,
        Role.AUDITOR: RoleType.REST,
        Role.BEHEERDER: RoleType.SUPER,
    }
)

RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.BEHEERDER: frozenset(Right),
        Role.HELPDESK: frozenset(
            {
                Right.INZENDINGEN,
                Right.LEERLING,
                Right.HERSTELLEN,
                Right.ORGANISATIES,
                Right.KOPPELINGEN,
                Right.BRINLIJST,
                Right.AUDIT,
                Right.ZICHTBAARHEID,
            }
        ),
        Role.APPLICATIEBEHEERDER: frozenset(
            {Right.INZENDINGEN, Right.LEERLING, Right.HERSTELLEN, Right.ORGANISATIES, Right.ACCOUNTS}
        ),
        Role.AUDITOR: frozenset({Right.AUDIT}),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is logged in."""

    actor: str  # as the audit names it: lokaal:GEBRUIKERSNAAM or oidc:SUBJECT
    naam: str
    role: Role
    swv_id: SwvId | None = None  # only this one; None: every SWV, or none if the role must have one

    def __post_init__(self) -> None:
        if self.role is Role.APPLICATIEBEHEERDER and self.swv_id is None:
            raise ValueError("an applicatiebeheerder is of one SWV")

    @classmethod
    def of(cls, who: Who) -> Person:
        return cls(actor=who.actor, naam=who.naam, role=Role(who.rol), swv_id=who.swv_id)

    @property
    def who(self) -> Who:
        return Who(actor=self.actor, naam=self.naam, rol=self.role.value, swv_id=self.swv_id)

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]

    def sees(self, swv_id: SwvId | None) -> bool:
        """Whether what belongs to this SWV exists for this person; None: what belongs to no SWV."""
        return self.swv_id is None or self.swv_id == swv_id

    def may_change_account(self, role: Role, swv_id: SwvId | None) -> bool:
        """FAQ 10: only type Rest, and of its own SWV; Super changes all."""
        if not self.may(Right.ACCOUNTS):
            return False
        if TYPES[self.role] is RoleType.SUPER:
            return True
        return TYPES[role] is RoleType.REST and self.sees(swv_id) and swv_id is not None
