"""What the helpdesk's pages have of their own: its name, its menu, and what it says of itself."""

from __future__ import annotations

from types import MappingProxyType

from helpdesk.roles import Right
from helpdesk.words import GEDAAN, TOESTANDEN, WIE
from web.render import Look, MenuItem

LOOK = Look(
    templates="helpdesk",
    naam="helpdesk",
    voet="Kindkans-gateway, helpdesk. Alles wat u hier bekijkt of wijzigt wordt vastgelegd.",
    menu=(
        MenuItem(right=Right.INZENDINGEN, path="/", tekst="Overzicht"),
        MenuItem(right=Right.INZENDINGEN, path="/inzendingen", tekst="Inzendingen"),
        MenuItem(right=Right.INZENDINGEN, path="/waar", tekst="Waar is mijn hulpvraag?"),
        MenuItem(right=Right.HERSTELLEN, path="/herstel", tekst="Herstel"),
        MenuItem(right=Right.INZENDINGEN, path="/status", tekst="Status"),
        MenuItem(right=Right.ORGANISATIES, path="/beheer", tekst="Beheer"),
        MenuItem(right=Right.AUDIT, path="/audit", tekst="Audit"),
    ),
    gedaan=GEDAAN,
    words=MappingProxyType({"TOESTANDEN": TOESTANDEN, "WIE": WIE}),
)
