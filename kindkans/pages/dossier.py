"""The page of one dossier: what stands above each tab, and the tabs that this account may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from dossier.identifiers import Dossiernummer
from kindkans.dossiers.doubles import doubles_of
from kindkans.dossiers.search import read_rows
from kindkans.pages import woorden
from kindkans.pages.visit import Visit
from kindkans.rights.decision import Beletsel, Besluit, Grond
from kindkans.rights.explained import TAB_NAMEN, explain
from kindkans.rights.organisaties import namen_of
from kindkans.rights.words import Systeemrecht, Tab
from web.page import Page

PATH = "/dossiers/{dossiernummer}"
_VAST = frozenset({Grond.EIGEN, Grond.SWV})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kop:
    """Above each tab. No name: a page is read over shoulders."""

    nummer: Dossiernummer
    tab: Tab | None  # that is shown; None: a page beside the tabs
    tabs: tuple[tuple[Tab, str], ...]  # that may be seen, with their names
    organisatie: str
    soort: str
    ontvangen: datetime
    anderen: tuple[Dossiernummer, ...]  # of the same leerling there
    uitnodigingen: tuple[str, ...]  # if they are why it is seen
    alleen_hulpvraag: tuple[str, ...]  # why, and what to do about it (FAQ 3)
    wijzigt: bool  # this tab
    mag_verwijderen: bool

    @property
    def pad(self) -> str:
        return f"/dossiers/{self.nummer}"


Gather = Callable[[Connection, Besluit], Mapping[str, Any]]


def show(visit: Visit, tab: Tab, template: str, gather: Gather, *, status: int = 200) -> Response:
    """A tab with what `gather` reads for it; that it was seen is in the audit."""
    number = visit.number()
    with visit.writing() as connection:
        besluit = visit.see(connection, number, tab)
        kop = kop_of(visit, connection, besluit, tab)
        context = gather(connection, besluit)
    return visit.page(template, status=status, kop=kop, **context)


def kop_of(visit: Visit, connection: Connection, besluit: Besluit, tab: Tab | None = None) -> Kop:
    number = besluit.plaats.dossiernummer
    row = read_rows(connection, visit.person, visit.today, [number])[0]
    invited_only = not _VAST & set(besluit.gronden)
    others: list[Dossiernummer] = []
    if besluit.ziet(Tab.PERSOONSGEGEVENS):  # who may not know whose it is, may not know what is the same
        others = doubles_of(connection, visit.person, visit.today, number)
    return Kop(
        nummer=number,
        tab=tab,
        tabs=tuple((one, TAB_NAMEN[one]) for one in besluit.tabs),
        organisatie=row.organisatie,
        soort=woorden.soort_naam(row.soort),
        ontvangen=row.ontvangen,
        anderen=tuple(others),
        uitnodigingen=tuple(woorden.uitgenodigd(u) for u in besluit.goed) if invited_only else (),
        alleen_hulpvraag=_why_only_hulpvraag(visit, connection, besluit),
        wijzigt=tab is not None and besluit.wijzigt(tab),
        mag_verwijderen=may_delete(visit, besluit),
    )


def may_delete(visit: Visit, besluit: Besluit) -> bool:
    return visit.person.may(Systeemrecht.VERWIJDEREN) and besluit.wijzigt(Tab.HULPVRAAG)


def _why_only_hulpvraag(visit: Visit, connection: Connection, besluit: Besluit) -> tuple[str, ...]:
    if besluit.tabs != (Tab.HULPVRAAG,) or Beletsel.EXTERNE_ROL_ONTBREEKT not in besluit.beletsels:
        return ()
    namen = namen_of(connection, [besluit.plaats.organisatie_id])
    told = explain(visit.person, besluit, lambda key: namen.get(key) or key)
    return (*told.redenen, *told.advies)


def eerste_tab(visit: Visit) -> Response:
    number = visit.number()
    with visit.reading() as connection:
        tabs = visit.besluit(connection, number).tabs
    tab = Tab.HULPVRAAG if Tab.HULPVRAAG in tabs else tabs[0]
    return visit.redirect(f"/dossiers/{number}/{tab}")


PAGES = (Page(path=PATH, handler=eerste_tab),)
