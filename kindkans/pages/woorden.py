"""Codes of the store as people read them, and what somebody who was invited is told (FAQ 3 and 7)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from types import MappingProxyType

from sqlalchemy import Connection

from kindkans.dossiers.aanpakken import AanpakSoort
from kindkans.dossiers.mensen import Mens, maker_of
from kindkans.dossiers.tlvs import Categorie
from kindkans.dossiers.vergaderingen import Vergadering
from kindkans.rights.explained import TAB_NAMEN, in_dutch
from kindkans.rights.words import Soort, Uitnodiging
from web.render import of_date

# As the contract with ParnasSys names them.
SOORTEN = MappingProxyType(
    {
        "adviesvraag": "Adviesvraag",
        "korteInterventie": "Korte interventie",
        "extraOndersteuning": "Extra ondersteuning",
        "casuistiek": "Casuïstiek",
        "tlv": "Toelaatbaarheidsverklaring",
    }
)
AANPAK_SOORTEN = MappingProxyType({one.value: one.value.capitalize() for one in AanpakSoort})
CATEGORIEEN = MappingProxyType({one.value: one.value.capitalize() for one in Categorie})
MAANDEN = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_VELDEN = MappingProxyType(
    {
        "brin": "BRIN",
        "leerling_id": "Nummer in ParnasSys",
        "hulpvraagdatum": "Datum van de hulpvraag",
        "toestemming ouders": "Toestemming van de ouders",
        "indiener naam": "Indiener",
        "indiener functie": "Functie van de indiener",
        "indiener email": "E-mailadres van de indiener",
    }
)
_DATUMS = frozenset({"geboortedatum", "hulpvraagdatum"})
_INVITED = MappingProxyType(
    {
        Soort.OVERLEGRONDE: "een overlegronde bij dit dossier",
        Soort.VERGADERING: "een vergadering waarin dit dossier is opgenomen",
        Soort.AANPAK: "een aanpak, als behandelaar",
    }
)
_LAST_DAY = MappingProxyType(
    {
        Soort.OVERLEGRONDE: "de einddatum van de overlegronde",
        Soort.VERGADERING: "de vergaderdatum",
        Soort.AANPAK: "de einddatum van de aanpak",
    }
)
_WHOM = MappingProxyType(
    {
        Soort.OVERLEGRONDE: "De einddatum kan nog worden aangepast door wie de overlegronde heeft "
        "aangemaakt: vraag het aan {wie}.",
        Soort.VERGADERING: "Moet u het dossier nog inzien, vraag dan een nieuwe uitnodiging aan {wie}, die "
        "de vergadering heeft aangemaakt.",
        Soort.AANPAK: "Loopt de aanpak nog, vraag dan {wie}, die de aanpak heeft aangemaakt, om de einddatum "
        "aan te passen.",
    }
)


def soort_naam(soort: str | None) -> str:
    return "nog niet bekend" if soort is None else SOORTEN.get(soort, soort)


def veld_naam(veld: str) -> str:
    return _VELDEN.get(veld) or veld.replace("_", " ").capitalize()


def leesbaar(veld: str, tekst: str) -> str:
    """A day that a school wrote is only read as one if it is one."""
    if veld in _DATUMS:
        try:
            return of_date(date.fromisoformat(tekst))
        except ValueError:
            return tekst
    return SOORTEN.get(tekst, tekst) if veld == "soort" else tekst


def uitgenodigd(one: Uitnodiging) -> str:
    until = "zonder einddatum" if one.tot_en_met is None else f"tot en met {in_dutch(one.tot_en_met)}"
    return f"U bent uitgenodigd voor {_INVITED[one.soort]}, {until}."


def voorbij(connection: Connection, uitnodigingen: tuple[Uitnodiging, ...]) -> str:
    """For somebody whose invitations are over: what ended when, and whom to ask."""
    return " ".join(_over(connection, one) for one in uitnodigingen)


def _over(connection: Connection, one: Uitnodiging) -> str:
    day = "" if one.tot_en_met is None else in_dutch(one.tot_en_met)
    asked = _WHOM[one.soort].format(wie=maker_of(connection, one) or "uw samenwerkingsverband")
    return (
        f"U was uitgenodigd voor {_INVITED[one.soort]}. Dat is voorbij: {_LAST_DAY[one.soort]} was {day}. "
        f"{asked}"
    )


def mens_keuzes(mensen: Iterable[Mens]) -> list[tuple[str, str]]:
    """For a select."""
    return [(mens.account_id, f"{mens.naam} ({mens.gebruikersnaam})") for mens in mensen]


def vergader_keuzes(vergaderingen: Iterable[Vergadering]) -> list[tuple[str, str]]:
    return [(one.vergadering_id, f"{of_date(one.datum)}: {one.titel}") for one in vergaderingen]


WORDS = MappingProxyType(
    {
        "soort_naam": soort_naam,
        "veld_naam": veld_naam,
        "mens_keuzes": mens_keuzes,
        "vergader_keuzes": vergader_keuzes,
        "TAB_NAMEN": TAB_NAMEN,
        "AANPAK_SOORTEN": AANPAK_SOORTEN,
        "CATEGORIEEN": CATEGORIEEN,
    }
)
