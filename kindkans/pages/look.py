"""What the store's pages have of their own: name, menu, and what is said after something was done."""

from __future__ import annotations

from types import MappingProxyType

from kindkans.pages.woorden import WORDS
from kindkans.rights.words import Systeemrecht
from web.render import Look, MenuItem

GEDAAN = MappingProxyType(
    {
        "opgeslagen": "Opgeslagen.",
        "toegevoegd": "Toegevoegd.",
        "verwijderd": "Verwijderd.",
        "niets": "Er was niets te wijzigen.",
        "sleutel": "De sleutel is beëindigd.",
        "wachtwoord": "Uw wachtwoord is gewijzigd.",
        "sessie": "De sessie is beëindigd.",
        "geblokkeerd": "Het account is geblokkeerd; wie ermee was ingelogd is nu uitgelogd.",
        "gedeblokkeerd": "Het account kan weer inloggen.",
        "sessies": "Wie met dit account was ingelogd, is nu uitgelogd.",
    }
)

LOOK = Look(
    templates="kindkans",
    naam="dossiers",
    voet="Kindkans, dossiers. Alles wat u hier bekijkt of wijzigt wordt vastgelegd.",
    menu=(
        MenuItem(right=None, path="/dossiers", tekst="Hulpvragen"),
        MenuItem(right=None, path="/vergaderingen", tekst="Vergaderingen"),
        MenuItem(right=None, path="/notities", tekst="Mijn notities"),
        MenuItem(right=Systeemrecht.KENGETALLEN, path="/kengetallen", tekst="Kengetallen"),
        MenuItem(right=Systeemrecht.UITLEG, path="/uitleg", tekst="Wie ziet wat?"),
        MenuItem(right=Systeemrecht.ACCOUNTS, path="/beheer", tekst="Beheer"),
        MenuItem(right=Systeemrecht.AUDIT, path="/audit", tekst="Audit"),
    ),
    gedaan=GEDAAN,
    words=WORDS,
)
