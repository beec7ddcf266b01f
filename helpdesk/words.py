"""The words that more than one page says of the same thing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dossier.reden import Wie
from dossier.status import Toestand

TOESTANDEN: Mapping[Toestand, str] = MappingProxyType(
    {
        Toestand.AFGEWEZEN: "Afgewezen (-1)",
        Toestand.GEACCEPTEERD: "Geaccepteerd, wacht op verzending",
        Toestand.GEPUBLICEERD: "Onderweg naar Kindkans",
        Toestand.BEZORGD: "Bezorgd in Kindkans",
        Toestand.VASTGELOPEN: "Vastgelopen",
    }
)

WIE: Mapping[Wie, str] = MappingProxyType(
    {
        Wie.SCHOOL: "de school",
        Wie.APPLICATIEBEHEERDER: "de applicatiebeheerder van het samenwerkingsverband",
        Wie.HELPDESK: "de helpdesk van Kindkans",
    }
)

# What a page says after something was done, by the code in its URL (web/render.py).
GEDAAN: Mapping[str, str] = MappingProxyType(
    {
        "opgeslagen": "Opgeslagen.",
        "niets": "Er was niets te wijzigen.",
        "opnieuw": "Opnieuw aangeboden aan Kindkans.",
        "opnieuw-niets": "Er was niets (meer) vastgelopen om opnieuw aan te bieden.",
        "verplaatst": "Verplaatst. Kindkans krijgt de wijziging nu door.",
        "verplaatst-niets": "De hulpvraag stond al bij deze organisatie; er is niets gewijzigd.",
        "geactiveerd": "De koppeling is geactiveerd.",
        "uitgezet": "De koppeling is uitgezet.",
        "verwijderd": "Verwijderd.",
        "lijst": "De lijst is bijgewerkt.",
        "geblokkeerd": "Het account is geblokkeerd; wie ermee was ingelogd is nu uitgelogd.",
        "gedeblokkeerd": "Het account kan weer inloggen.",
        "sessies": "Wie met dit account was ingelogd, is nu uitgelogd.",
        "sessie": "De sessie is beëindigd.",
        "wachtwoord": "Uw wachtwoord is gewijzigd.",
    }
)
