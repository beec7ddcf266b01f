"""Why somebody is not let in by OpenID Connect, in the words of the page that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class OidcFout(StrEnum):
    ONBEREIKBAAR = "onbereikbaar"
    VERLOPEN = "verlopen"
    GEWEIGERD = "geweigerd"
    ONGELDIG = "ongeldig"
    ROL_ONBEKEND = "rol_onbekend"
    SWV_NODIG = "swv_nodig"
    SWV_ONBEKEND = "swv_onbekend"
    SWV_TEVEEL = "swv_teveel"


_BEHEERDER = "Vraag de beheerder van uw inlogdienst dit in te stellen."
MELDINGEN: Mapping[OidcFout, str] = MappingProxyType(
    {
        OidcFout.ONBEREIKBAAR: "De inlogdienst van uw organisatie antwoordt niet. "
        "Probeer het over een paar minuten opnieuw.",
        OidcFout.VERLOPEN: "Dit inloggen is verlopen of niet in deze browser begonnen. Log opnieuw in.",
        OidcFout.GEWEIGERD: "De inlogdienst van uw organisatie heeft u niet toegelaten, "
        "of u heeft het inloggen afgebroken.",
        OidcFout.ONGELDIG: "Het antwoord van de inlogdienst klopt niet. Log opnieuw in. "
        "Gebeurt het weer? Meld het dan bij uw beheerder.",
        OidcFout.ROL_ONBEKEND: f"U bent herkend, maar heeft hier nog geen rol. {_BEHEERDER}",
        OidcFout.SWV_NODIG: "U bent herkend als applicatiebeheerder, maar er staat niet bij van welk "
        f"samenwerkingsverband. {_BEHEERDER}",
        OidcFout.SWV_ONBEKEND: "U bent herkend, maar uw samenwerkingsverband is bij ons niet bekend. "
        "Neem contact op met de helpdesk van Kindkans.",
        OidcFout.SWV_TEVEEL: "U bent herkend, maar bij uw rol hoort geen samenwerkingsverband "
        f"en dat staat er wel bij. {_BEHEERDER}",
    }
)


@dataclass(frozen=True, slots=True)
class OidcRefused:
    fout: OidcFout

    @property
    def melding(self) -> str:
        return MELDINGEN[self.fout]
