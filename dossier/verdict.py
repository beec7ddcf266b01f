"""The outcome of a push: accepted or refused. Not knowing is an exception (`errors`), never one of these."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dossier.brin import Brin, Vestiging
from dossier.identifiers import Dossiernummer, KoppelingId, OrganisatieId, SwvId
from dossier.reden import Reden


class RouteRule(StrEnum):
    """Which rule chose the organisatie; recorded at acceptance as the why."""

    BRIN = "BRIN"  # the one organisatie of the SWV with this BRIN
    VESTIGING = "VESTIGING"  # the one organisatie of the SWV with this vestiging
    EERDERE_VERSIE = "EERDERE_VERSIE"  # the dossier exists: it stays where it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    koppeling_id: KoppelingId
    swv_id: SwvId
    organisatie_id: OrganisatieId
    brin: Brin
    vestiging: Vestiging | None
    rule: RouteRule


class Soort(StrEnum):
    """What kind of acceptance this was."""

    NIEUW = "nieuw"  # a new dossier under a new number
    VERSIE = "versie"  # a new version of a dossier, under its number
    DUBBEL = "dubbel"  # the same hulpvraag and content under another berichtId: nothing new; also repeated
    HERHALING = "herhaling"  # the same berichtId and content as a new dossier or version again: its answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Durable: this number may be shown."""

    dossiernummer: Dossiernummer
    versie: int  # 1-based
    soort: Soort

    def __post_init__(self) -> None:
        if self.dossiernummer < 1 or self.versie < 1:
            raise ValueError("a dossiernummer and a versie are positive")


@dataclass(frozen=True, slots=True)
class Refused:
    """Every reden at once, in the order of the checks; at least one."""

    redenen: tuple[Reden, ...]

    def __post_init__(self) -> None:
        if not self.redenen:
            raise ValueError("a refusal has a reden")


Verdict = Accepted | Refused
