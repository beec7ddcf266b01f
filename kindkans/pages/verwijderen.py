"""Deleting a hulpvraag that came by mistake, or twice (FAQ 1): what stands in the way, or is it sure?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from anyio import from_thread
from sqlalchemy import Connection
from starlette.responses import Response

from dossier.identifiers import Dossiernummer
from kindkans.dossiers.bijlagen import erase
from kindkans.dossiers.deleting import Beletsel, Kind, Obstructed, delete_hulpvraag, obstacles
from kindkans.dossiers.hulpvraag import list_versies
from kindkans.dossiers.refusals import NotThere
from kindkans.pages import dossier
from kindkans.pages.invoer import WEG
from kindkans.pages.visit import Visit
from kindkans.rights.decision import Besluit
from kindkans.rights.words import Systeemrecht, Tab
from web.errors import NotHere
from web.page import Page

PATH = f"{dossier.PATH}/verwijderen"
_TABS = MappingProxyType(
    {
        Kind.BIJLAGE: Tab.BIJLAGEN,
        Kind.VERGADERING: Tab.VERGADERING,
        Kind.OVERLEGRONDE: Tab.OVERLEGRONDE,
        Kind.AANPAK: Tab.AANPAK,
        Kind.TLV: Tab.TLV,
        Kind.NOTITIE: Tab.NOTITIES,
    }
)
_WORDEN = MappingProxyType(
    {
        Kind.BIJLAGE: ("Bijlage", "verwijder deze."),
        Kind.VERGADERING: ("Vergadering", "haal de hulpvraag van de agenda."),
        Kind.OVERLEGRONDE: ("Overlegronde", "verwijder deze."),
        Kind.AANPAK: ("Aanpak", "verwijder deze."),
        Kind.TLV: ("TLV", "verwijder deze."),
        Kind.NOTITIE: ("Uw notitie", "verwijder deze. Alleen u ziet deze notitie."),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Regel:
    """One thing that must go first."""

    wat: str
    doe: str
    pad: str  # "" if this account may not see that tab


def vragen(visit: Visit) -> Response:
    return _page(visit, 200)


def verwijderen(visit: Visit) -> Response:
    """Under the lock of the dossier it is looked at again: what was added meanwhile stands in the way."""
    number = visit.number()
    try:
        with visit.writing() as connection:
            visit.change(connection, number, Tab.HULPVRAAG)
            visit.check_lock(*_state(connection, number))
            gone = delete_hulpvraag(connection, visit.person, number)
    except Obstructed:
        return _page(visit, 409)
    except NotThere:
        raise NotHere(WEG) from None
    from_thread.run(erase, visit.site.objects, gone)
    return visit.redirect("/dossiers", gedaan="verwijderd")


def _page(visit: Visit, status: int) -> Response:
    number = visit.number()
    with visit.writing() as connection:
        besluit = visit.change(connection, number, Tab.HULPVRAAG)
        visit.see(connection, number, Tab.HULPVRAAG)
        kop = dossier.kop_of(visit, connection, besluit)
        regels = _lines(besluit, obstacles(connection, visit.person, number))
        slot = visit.lock(*_state(connection, number))
    return visit.page("verwijderen.html", status=status, kop=kop, regels=regels, slot=slot)


def _lines(besluit: Besluit, found: Sequence[Beletsel]) -> list[Regel]:
    counts = Counter(one.kind for one in found)
    at: Counter[Kind] = Counter()
    lines = []
    for one in found:
        at[one.kind] += 1
        wat, doe = _WORDEN[one.kind]
        naam = f"{wat} {at[one.kind]}" if counts[one.kind] > 1 else wat
        pad = _path(besluit, one) if besluit.ziet(_TABS[one.kind]) else ""
        lines.append(Regel(wat=naam, doe=doe, pad=pad))
    return lines


def _path(besluit: Besluit, one: Beletsel) -> str:
    """Where it can be done. Of a vergadering that is the tab: the vergadering may be of another SWV since."""
    if one.kind is not Kind.VERGADERING:
        return one.path
    return f"/dossiers/{besluit.plaats.dossiernummer}/{Tab.VERGADERING}#vergadering-{one.id}"


def _state(connection: Connection, number: Dossiernummer) -> tuple[object, ...]:
    """What is deleted: not a version that came since."""
    return "hulpvraag", number, tuple(one.event_id for one in list_versies(connection, number))


PAGES = (
    Page(path=PATH, handler=vragen, right=Systeemrecht.VERWIJDEREN),
    Page(path=PATH, handler=verwijderen, right=Systeemrecht.VERWIJDEREN, method="POST"),
)
