"""The words of rights: a role is a set of rights on tabs, within a reach, and of rights on the system.

    Bereik.EIGEN   dossiers of the account's own organisatie (FAQ 2)
    Bereik.SWV     dossiers of its samenwerkingsverband: the Loket, the applicatiebeheerder, root
    Bereik.EXTERN  dossiers that it was invited to: overlegronde, vergadering, aanpak (FAQ 3 and 7)

What is not given is not allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NewType

from dossier.identifiers import Dossiernummer, OrganisatieId, SwvId

AccountId = NewType("AccountId", str)
RolId = NewType("RolId", str)


class Tab(StrEnum):
    """In the order of the page."""

    PERSOONSGEGEVENS = "persoonsgegevens"
    SCHOOLGEGEVENS = "schoolgegevens"
    HULPVRAAG = "hulpvraag"
    BIJLAGEN = "bijlagen"
    OVERLEGRONDE = "overlegronde"
    VERGADERING = "vergadering"
    AANPAK = "aanpak"
    TLV = "tlv"
    NOTITIES = "notities"


class Bereik(StrEnum):
    EIGEN = "eigen"
    SWV = "swv"
    EXTERN = "extern"


class Mag(StrEnum):
    ZIEN = "zien"
    WIJZIGEN = "wijzigen"  # and see


class RolType(StrEnum):
    """The column Type of Beheer > Accounts > Rollen en rechten (FAQ 10)."""

    REST = "Rest"
    BEHEER = "Beheer"
    SUPER = "Super"


class Systeemrecht(StrEnum):
    """What is not about one dossier."""

    KENGETALLEN = "kengetallen"  # the page of that name (FAQ 5)
    VERWIJDEREN = "verwijderen"  # delete a hulpvraag whose tab may be changed (FAQ 1)
    ACCOUNTS = "accounts"  # see and change accounts (FAQ 10)
    ORGANISATIES = "organisaties"  # add and rename them
    ROLLEN = "rollen"  # change what a role may
    UITLEG = "uitleg"  # ask why another account can or can not see a dossier (FAQ 2)
    AUDIT = "audit"  # read who saw or did what


@dataclass(frozen=True, slots=True, kw_only=True)
class Rol:
    rol_id: RolId
    naam: str
    type: RolType
    rechten: Mapping[tuple[Bereik, Tab], Mag] = field(default_factory=dict)
    systeem: frozenset[Systeemrecht] = frozenset()

    def geeft(self, bereik: Bereik, tab: Tab) -> Mag | None:
        return self.rechten.get((bereik, tab))

    def reaches(self, bereik: Bereik) -> bool:
        """Whether it has any right there."""
        return any(one is bereik for one, _ in self.rechten)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lid:
    """An account with what it may: who asks."""

    account_id: AccountId
    actor: str  # as the audit names it
    gebruikersnaam: str
    naam: str
    rol: Rol
    externe_rol: Rol | None = None  # only its rights of Bereik.EXTERN count (FAQ 3)
    swv_id: SwvId | None = None  # None: of every SWV (root), or of none
    organisatie_id: OrganisatieId | None = None

    def may(self, right: Systeemrecht) -> bool:
        return right in self.rol.systeem

    @property
    def of_every_swv(self) -> bool:
        """Root. Any other without a SWV is of none."""
        return self.swv_id is None and self.rol.type is RolType.SUPER

    @property
    def externe_rollen(self) -> tuple[Rol, ...]:
        """Those whose rights of Bereik.EXTERN count."""
        return (self.rol,) if self.externe_rol is None else (self.rol, self.externe_rol)


class Soort(StrEnum):
    """By what somebody was invited."""

    OVERLEGRONDE = "overlegronde"
    VERGADERING = "vergadering"
    AANPAK = "aanpak"


@dataclass(frozen=True, slots=True, kw_only=True)
class Uitnodiging:
    """Of one account to one dossier."""

    soort: Soort
    bron_id: str  # of the overlegronde, vergadering or aanpak
    tot_en_met: date | None  # the last day, in Amsterdam, that it is good; None: without an end (FAQ 7)

    def is_good(self, today: date) -> bool:
        return self.tot_en_met is None or today <= self.tot_en_met


@dataclass(frozen=True, slots=True, kw_only=True)
class Plaats:
    """Of which organisatie and SWV a dossier is now."""

    dossiernummer: Dossiernummer
    swv_id: SwvId
    organisatie_id: OrganisatieId
