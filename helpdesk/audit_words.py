"""Every action that the audit knows, in words: one table. A test fails for one that is not in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from database.audit_search import Kind
from dossier.identifiers import SwvId
from web.audit_form import names_another_swv


class Groep(StrEnum):
    """What a person filters by."""

    LEERLING = "Gegevens van leerlingen bekeken"
    INZENDINGEN = "Inzendingen bekeken en hersteld"
    ORGANISATIES = "Organisaties en samenwerkingsverbanden"
    KOPPELINGEN = "Koppelingen"
    BRINLIJST = "Brinlijst"
    ACCOUNTS = "Accounts"
    INLOGGEN = "Inloggen en uitloggen"
    GATEWAY = "Beheer van de gateway"
    AUDIT = "Uitvoer van lijsten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    woorden: str
    groep: Groep
    kind: Kind


def _actions(groep: Groep, kind: Kind, woorden: Mapping[str, str]) -> dict[str, Action]:
    return {code: Action(woorden=text, groep=groep, kind=kind) for code, text in woorden.items()}


ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        **_actions(
            Groep.LEERLING,
            Kind.INZENDING,
            {
                "leerling_seen": "Gegevens van de leerling bekeken",
            },
        ),
        **_actions(
            Groep.LEERLING,
            Kind.BRIN,
            {
                "surname_searched": "Op achternaam van een leerling gezocht",
            },
        ),
        **_actions(
            Groep.INZENDINGEN,
            Kind.INZENDING,
            {
                "inzending_seen": "Inzending bekeken",
                "dead_letter_retried": "Vastgelopen hulpvraag opnieuw aangeboden",
            },
        ),
        **_actions(
            Groep.INZENDINGEN,
            Kind.DOSSIER,
            {
                "dossier_moved": "Hulpvraag verplaatst naar een andere organisatie",
                "visibility_asked": "Gevraagd of een account een dossier in Kindkans ziet",
            },
        ),
        **_actions(
            Groep.ORGANISATIES, Kind.SWV, {"swv_saved": "Samenwerkingsverband toegevoegd of gewijzigd"}
        ),
        **_actions(
            Groep.ORGANISATIES, Kind.ORGANISATIE, {"organisatie_saved": "Organisatie toegevoegd of gewijzigd"}
        ),
        **_actions(
            Groep.KOPPELINGEN,
            Kind.KOPPELING,
            {
                "koppeling_saved": "Koppeling toegevoegd of gewijzigd",
                "koppeling_removed": "Koppeling verwijderd",
            },
        ),
        **_actions(
            Groep.KOPPELINGEN,
            Kind.OMGEVING,
            {
                "omgeving_saved": "ParnasSys-omgeving toegevoegd of gewijzigd",
                "secret_given": "Nieuw geheim voor een ParnasSys-omgeving gemaakt",
            },
        ),
        **_actions(
            Groep.BRINLIJST,
            Kind.ELSE,
            {
                "brin_added": "Brincode toegevoegd of verbeterd",
                "brin_removed": "Brincode verwijderd",
                "brin_list_imported": "Landelijke lijst ingelezen",
            },
        ),
        **_actions(
            Groep.ACCOUNTS,
            Kind.ACCOUNT,
            {
                "account_added": "Account toegevoegd",
                "account_renamed": "Naam bij het account gewijzigd",
                "account_role_changed": "Rol van het account gewijzigd",
                "account_blocked": "Account geblokkeerd",
                "account_unblocked": "Account gedeblokkeerd",
                "account_password_given": "Nieuw wachtwoord voor het account ingesteld",
                "account_totp_given": "Nieuwe tweede stap voor het account ingesteld",
                "account_sessions_ended": "Sessies van het account beëindigd",
                "account_password_changed": "Eigen wachtwoord gewijzigd",
            },
        ),
        **_actions(
            Groep.INLOGGEN,
            Kind.ACCOUNT,
            {
                "login": "Ingelogd",
                "login_failed": "Inloggen mislukt",
                "logout": "Uitgelogd",
                "session_revoked": "Sessie op een ander apparaat beëindigd",
            },
        ),
        **_actions(
            Groep.GATEWAY,
            Kind.INZENDING,
            {
                "push_adopted": "Inzending overgenomen uit Kindkans na herstel van een back-up",
                "move_adopted": "Verplaatsing overgenomen uit Kindkans na herstel van een back-up",
                "event_offered_again": "Inzending opnieuw aangeboden na herstel van een back-up",
            },
        ),
        **_actions(
            Groep.GATEWAY,
            Kind.ELSE,
            {
                "numbers_advanced": "Dossiernummers vooruitgezet na herstel van een back-up",
                "retention_applied": "Inhoud verwijderd na de bewaartermijn",
            },
        ),
        **_actions(
            Groep.AUDIT,
            Kind.ELSE,
            {
                "audit_exported": "Audit uitgevoerd als bestand",
                "export_inzendingen": "Lijst van inzendingen uitgevoerd als bestand",
            },
        ),
    }
)

KINDS: Mapping[str, Kind] = MappingProxyType({code: action.kind for code, action in ACTIONS.items()})


def words_of_action(code: str) -> str:
    """Of a code that is no more, or not yet, the code."""
    return ACTIONS[code].woorden if code in ACTIONS else code


def actions_of(groep: Groep) -> frozenset[str]:
    return frozenset(code for code, action in ACTIONS.items() if action.groep is groep)


def detail_for(detail: str, swv_id: SwvId | None) -> str:
    """What who sees only this SWV may read of it: nothing of one that names another."""
    if swv_id is not None and names_another_swv(detail, swv_id):
        return "(niet getoond: gaat ook over een ander samenwerkingsverband)"
    return detail
