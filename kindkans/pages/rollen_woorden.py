"""What a role may, in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kindkans.rights.explained import TAB_NAMEN
from kindkans.rights.words import Bereik, Mag, Rol, Systeemrecht

BEREIKEN: Mapping[Bereik, str] = MappingProxyType(
    {
        Bereik.EIGEN: "Dossiers van de eigen organisatie",
        Bereik.SWV: "Dossiers van het eigen samenwerkingsverband",
        Bereik.EXTERN: "Dossiers waarvoor het account is uitgenodigd",
    }
)
MAG: Mapping[Mag | None, str] = MappingProxyType({None: "niets", Mag.ZIEN: "zien", Mag.WIJZIGEN: "wijzigen"})
SYSTEEM: Mapping[Systeemrecht, str] = MappingProxyType(
    {
        Systeemrecht.KENGETALLEN: "de pagina Kengetallen bekijken",
        Systeemrecht.VERWIJDEREN: "hulpvragen verwijderen die de rol mag wijzigen",
        Systeemrecht.ACCOUNTS: "accounts zien en wijzigen: met type Super alle, anders die van het eigen "
        "samenwerkingsverband met een rol van type Rest",
        Systeemrecht.ORGANISATIES: "organisaties toevoegen en hernoemen",
        Systeemrecht.ROLLEN: "rollen en rechten wijzigen (alleen met type Super)",
        Systeemrecht.UITLEG: "vragen waarom een account een dossier wel of niet ziet",
        Systeemrecht.AUDIT: "lezen wie wat bekeek of wijzigde",
    }
)


def in_words(rol: Rol) -> dict[str, str]:
    """All that it may: per reach its tabs, and its rights on the system."""
    words = {}
    for bereik, naam in BEREIKEN.items():
        for mag in (Mag.WIJZIGEN, Mag.ZIEN):
            tabs = [TAB_NAMEN[tab] for tab in TAB_NAMEN if rol.geeft(bereik, tab) is mag]
            if tabs:
                words[f"{naam}: {mag}"] = ", ".join(tabs)
    systeem = [one.value.capitalize() for one in Systeemrecht if one in rol.systeem]
    return {**words, **({"Beheer": ", ".join(systeem)} if systeem else {})}
