"""The tabs with what the school sent: persoonsgegevens, schoolgegevens and hulpvraag.

Each shows its own part of the current version, and what earlier versions had otherwise there: a tab tells
nothing of another, which may be one that this account may not see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from dossier.identifiers import Dossiernummer
from kindkans.dossiers.content import Inhoud, UnreadableContent, read_content
from kindkans.dossiers.hulpvraag import Soort, Versie, Wijziging, changes, fields, history, list_versies
from kindkans.pages import dossier
from kindkans.pages.visit import Visit
from kindkans.pages.woorden import leesbaar, veld_naam
from kindkans.rights.decision import Besluit
from kindkans.rights.words import Tab
from web.page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Eerder:
    """What a version changed on this tab."""

    versie: int
    ontvangen: datetime
    wijzigingen: tuple[Wijziging, ...]
    leesbaar: bool  # it, and the version before it


def page_of(tab: Tab) -> Callable[[Visit], Response]:
    def shown(visit: Visit) -> Response:
        def gather(connection: Connection, besluit: Besluit) -> Mapping[str, Any]:
            return of_versies(visit, connection, besluit.plaats.dossiernummer, tab)

        return dossier.show(visit, tab, "tab_inhoud.html", gather)

    return shown


def of_versies(visit: Visit, connection: Connection, number: Dossiernummer, tab: Tab) -> dict[str, Any]:
    versies = list_versies(connection, number)
    inhouden = [read_inhoud(visit, versie) for versie in versies]
    current = next((at for at, versie in enumerate(versies) if versie.is_huidig), None)
    inhoud = inhouden[current] if current is not None else None
    happened = history(connection, number) if tab in (Tab.HULPVRAAG, Tab.SCHOOLGEGEVENS) else []
    if tab is Tab.SCHOOLGEGEVENS:
        happened = [one for one in happened if one.soort is Soort.VERPLAATST]
    return {
        "versie": versies[current] if current is not None else None,
        "inhoud": inhoud,
        "velden": _fields(inhoud, tab),
        "eerder": _earlier(versies, inhouden, tab),
        "geschiedenis": happened,
    }


def read_inhoud(visit: Visit, versie: Versie) -> Inhoud | None:
    """None: it is erased, or can not be read."""
    try:
        return read_content(visit.site.seal, versie)
    except UnreadableContent:
        return None


def _fields(inhoud: Inhoud | None, tab: Tab) -> list[tuple[str, str]]:
    """Its name and its text, in the order of the page."""
    if inhoud is None:
        return []
    return [(veld_naam(veld), leesbaar(veld, text)) for (of, veld), text in fields(inhoud) if of is tab]


def _earlier(versies: list[Versie], inhouden: list[Inhoud | None], tab: Tab) -> list[Eerder]:
    """The newest first; without the first, which changed nothing."""
    found = []
    for at in range(len(versies) - 1, 0, -1):
        old, new = inhouden[at - 1], inhouden[at]
        differs = changes(old, new, {tab}) if old is not None and new is not None else []
        found.append(
            Eerder(
                versie=versies[at].versie,
                ontvangen=versies[at].ontvangen,
                wijzigingen=tuple(differs),
                leesbaar=old is not None and new is not None,
            )
        )
    return found


PAGES = tuple(
    Page(path=f"{dossier.PATH}/{tab}", handler=page_of(tab))
    for tab in (Tab.PERSOONSGEGEVENS, Tab.SCHOOLGEGEVENS, Tab.HULPVRAAG)
)
