"""What became of a push, as its own afzender may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dossier.identifiers import BerichtId, Dossiernummer
from dossier.reden import Reden


class Toestand(StrEnum):
    AFGEWEZEN = "afgewezen"  # -1; may be sent again after a repair
    GEACCEPTEERD = "geaccepteerd"  # has a number; waits for the relay
    GEPUBLICEERD = "gepubliceerd"  # the broker has confirmed it
    BEZORGD = "bezorgd"  # the store has confirmed it
    VASTGELOPEN = "vastgelopen"  # dead letter: the helpdesk must act


class Gebeurtenis(StrEnum):
    """What stands on the tijdlijn."""

    ONTVANGEN = "ontvangen"
    AFGEWEZEN = "afgewezen"
    GEACCEPTEERD = "geaccepteerd"
    DUBBEL = "dubbel"
    GEPUBLICEERD = "gepubliceerd"
    BEZORGD = "bezorgd"
    VASTGELOPEN = "vastgelopen"
    OPNIEUW = "opnieuw aangeboden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    at: datetime  # aware, UTC
    gebeurtenis: Gebeurtenis
    code: str = ""  # soort of acceptance, or poison code; never free text


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    bericht_id: BerichtId
    toestand: Toestand
    tijdlijn: tuple[Moment, ...]  # oldest first
    dossiernummer: Dossiernummer | None = None  # None if refused
    redenen: tuple[Reden, ...] = ()  # without personal data
    organisatie: str = ""  # name of the organisatie it was routed to
    dubbel: bool = False  # a double entry of a hulpvraag that came before
