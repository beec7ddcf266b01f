"""Every action that the store's audit knows, in words: one table. A test fails for one that is not in it.

There is none of notities: for everybody but their author they do not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from kindkans.dossiers.recording import WOORDEN, Daad
from kindkans.rights.audit import Kind
from kindkans.rights.words import Lid
from web.audit_form import names_another_swv


class Groep(StrEnum):
    """What a person filters by."""

    BEKEKEN = "Dossiers bekeken"
    GEWIJZIGD = "Dossiers gewijzigd"
    VERGADERINGEN = "Vergaderingen"
    UITLEG = "Vragen wie wat ziet"
    ACCOUNTS = "Accounts"
    ROLLEN = "Rollen en rechten"
    ORGANISATIES = "Organisaties"
    INLOGGEN = "Inloggen en uitloggen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    woorden: str
    groep: Groep
    kind: Kind


def _actions(groep: Groep, kind: Kind, woorden: Mapping[str, str]) -> dict[str, Action]:
    return {code: Action(woorden=text, groep=groep, kind=kind) for code, text in woorden.items()}


# Whose subject is a vergadering; of the other deeds it is a dossier.
_VERGADERING = (
    Daad.VERGADERING_ADDED,
    Daad.VERGADERING_CHANGED,
    Daad.VERGADERING_REMOVED,
    Daad.GENODIGDE_ADDED,
    Daad.GENODIGDE_REMOVED,
)

ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        **_actions(
            Groep.BEKEKEN,
            Kind.DOSSIER,
            {
                "dossier_seen": "Tabblad van het dossier bekeken",
                "bijlage_downloaded": "Bijlage van het dossier gedownload",
            },
        ),
        **_actions(
            Groep.BEKEKEN,
            Kind.DOER,
            {
                "surname_searched": "Op achternaam van een leerling gezocht",
                "kengetallen_exported": "Kengetallen uitgevoerd als bestand",
            },
        ),
        **_actions(
            Groep.GEWIJZIGD,
            Kind.DOSSIER,
            {daad.value: text for daad, text in WOORDEN.items() if daad not in _VERGADERING},
        ),
        **_actions(
            Groep.VERGADERINGEN, Kind.VERGADERING, {daad.value: WOORDEN[daad] for daad in _VERGADERING}
        ),
        **_actions(
            Groep.UITLEG,
            Kind.DOSSIER,
            {
                "uitleg_asked": "Gevraagd wat een account van het dossier ziet",
            },
        ),
        **_actions(
            Groep.ACCOUNTS,
            Kind.ACCOUNT,
            {
                "account_added": "Account toegevoegd",
                "account_renamed": "Naam bij het account gewijzigd",
                "account_role_changed": "Rol van het account gewijzigd",
                "account_organisatie_changed": "Organisatie van het account gewijzigd",
                "account_externe_rol_changed": "Externe rol van het account gewijzigd",
                "account_blocked": "Account geblokkeerd",
                "account_unblocked": "Account gedeblokkeerd",
                "account_password_given": "Nieuw wachtwoord voor het account ingesteld",
                "account_totp_given": "Nieuwe tweede stap voor het account ingesteld",
                "account_sessions_ended": "Sessies van het account beëindigd",
                "account_password_changed": "Eigen wachtwoord gewijzigd",
                "api_key_added": "API-sleutel gemaakt",
                "api_key_ended": "API-sleutel beëindigd",
            },
        ),
        **_actions(
            Groep.ROLLEN,
            Kind.ELSE,
            {"rol_added": "Rol toegevoegd", "rol_changed": "Rol of haar rechten gewijzigd"},
        ),
        **_actions(
            Groep.ORGANISATIES,
            Kind.ORGANISATIE,
            {"organisatie_added": "Organisatie toegevoegd", "organisatie_renamed": "Naam gewijzigd"},
        ),
        **_actions(
            Groep.INLOGGEN,
            Kind.ACCOUNT,
            {
                "login": "Ingelogd",
                "login_failed": "Inloggen mislukt",
                "api_key_refused": "Verkeerde API-sleutel geweigerd",
                "logout": "Uitgelogd",
                "session_revoked": "Sessie op een ander apparaat beëindigd",
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


def detail_for(detail: str, lid: Lid) -> str:
    """What this person may read of it: nothing of one that names another SWV than theirs."""
    if not lid.of_every_swv and names_another_swv(detail, lid.swv_id):
        return "(niet getoond: gaat ook over een ander samenwerkingsverband)"
    return detail
