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
