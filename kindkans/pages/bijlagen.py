"""Tab Bijlagen: what hangs on the current version, to be downloaded or removed one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anyio import from_thread
from sqlalchemy import Connection
from starlette.responses import Response

from database.audit import write_audit
from dossier.identifiers import Dossiernummer
from kindkans.dossiers.bijlagen import StoredBijlage, erase, find_bijlage, list_bijlagen, remove_bijlage
from kindkans.dossiers.content import Inhoud
from kindkans.dossiers.hulpvraag import find_versie
from kindkans.dossiers.refusals import NotThere
from kindkans.pages import dossier
from kindkans.pages.download import download
from kindkans.pages.tab_inhoud import of_versies, read_inhoud
from kindkans.pages.visit import Visit
from kindkans.rights.decision import Besluit
from kindkans.rights.words import Tab
from web.errors import NotHere
from web.page import Page

PATH = f"{dossier.PATH}/{Tab.BIJLAGEN}"
_ONE = f"{PATH}/{{positie}}"
_GONE = "Deze bijlage is er niet (meer)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Getoond:
    """A bijlage with what its version calls it."""

    stored: StoredBijlage
    naam: str
    omschrijving: str
    mediatype: str  # as the sender said


def tab(visit: Visit) -> Response:
    def gather(connection: Connection, besluit: Besluit) -> Mapping[str, Any]:
        number = besluit.plaats.dossiernummer
        of_version = of_versies(visit, connection, number, Tab.BIJLAGEN)
        stored = list_bijlagen(connection, number)
        return of_version | {"bijlagen": [_named(one, of_version["inhoud"]) for one in stored]}

    return dossier.show(visit, Tab.BIJLAGEN, "tab_bijlagen.html", gather)


def haal(visit: Visit) -> Response:
    """The bytes. That it was asked for is in the audit before the first of them goes."""
    number, positie = visit.number(), _positie(visit)
    with visit.writing() as connection:
        besluit = visit.see(connection, number, Tab.BIJLAGEN)
        found = _find(visit, connection, number, positie)
        write_audit(
            connection,
            actor=visit.person.actor,
            action="bijlage_downloaded",
            subject=str(number),
            detail=f"versie={found.stored.versie} positie={positie} "
            f"grond={','.join(besluit.gronden_van(Tab.BIJLAGEN))}",
        )
    content = visit.site.objects.read(found.stored.object_id)
    return download(content, found.naam, found.stored.size_bytes)


def bevestigen(visit: Visit) -> Response:
    number, positie = visit.number(), _positie(visit)
    with visit.writing() as connection:
        besluit = visit.change(connection, number, Tab.BIJLAGEN)
        visit.see(connection, number, Tab.BIJLAGEN)
        found = _find(visit, connection, number, positie)
        kop = dossier.kop_of(visit, connection, besluit, Tab.BIJLAGEN)
    return visit.page(
        "bijlage_verwijderen.html", kop=kop, bijlage=found, slot=visit.lock(*_state(number, found.stored))
    )


def verwijderen(visit: Visit) -> Response:
    """Gone from the pages with the commit; from storage after it, or later."""
    number, positie = visit.number(), _positie(visit)
    with visit.writing() as connection:
        visit.change(connection, number, Tab.BIJLAGEN)
        found = find_bijlage(connection, number, positie)
        if found is None:
            raise NotHere(_GONE)
        visit.check_lock(*_state(number, found))
        try:
            removed = remove_bijlage(connection, visit.person, number, found.versie, positie)
        except NotThere:
            raise NotHere(_GONE) from None
    from_thread.run(erase, visit.site.objects, [removed.object_id])
    return visit.redirect(f"/dossiers/{number}/{Tab.BIJLAGEN}", gedaan="verwijderd")


def _positie(visit: Visit) -> int:
    text = visit.path("positie")
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):
        raise NotHere(_GONE)
    return int(text)


def _find(visit: Visit, connection: Connection, number: Dossiernummer, positie: int) -> Getoond:
    stored = find_bijlage(connection, number, positie)
    versie = find_versie(connection, number, stored.versie) if stored is not None else None
    if stored is None:
        raise NotHere(_GONE)
    return _named(stored, read_inhoud(visit, versie) if versie is not None else None)


def _named(stored: StoredBijlage, inhoud: Inhoud | None) -> Getoond:
    known = inhoud.bijlage(stored.positie) if inhoud is not None else None
    if known is None:
        return Getoond(stored=stored, naam=f"bijlage {stored.positie}", omschrijving="", mediatype="")
    naam = known.naam.strip() or f"bijlage {stored.positie}"
    return Getoond(stored=stored, naam=naam, omschrijving=known.omschrijving, mediatype=known.mediatype)


def _state(number: Dossiernummer, stored: StoredBijlage) -> tuple[object, ...]:
    return "bijlage", number, stored.versie, stored.positie, stored.sha256


PAGES = (
    Page(path=PATH, handler=tab),
    Page(path=_ONE, handler=haal),
    Page(path=f"{_ONE}/verwijderen", handler=bevestigen),
    Page(path=f"{_ONE}/verwijderen", handler=verwijderen, method="POST"),
)
