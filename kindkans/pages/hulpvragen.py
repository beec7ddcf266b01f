"""Hulpvragen: those that this account sees, the newest first, and the search in them.

A filter stands in the URL; what is searched for never does: it may be a name.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.responses import Response

from database.audit import write_audit
from dossier.dossier import Leerling
from dossier.identifiers import Dossiernummer, OrganisatieId
from kindkans.dossiers.search import Cursor, Gevonden, Zoek, list_dossiers, open_row, parse_cursor, understand
from kindkans.dossiers.search import Page as Found
from kindkans.pages.visit import Visit
from kindkans.pages.woorden import SOORTEN
from kindkans.rights.organisaties import find_organisatie, list_organisaties
from kindkans.rights.statements import besluit_of
from kindkans.rights.words import Bereik, Systeemrecht, Tab
from web.page import Page

PATH = "/dossiers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Regel:
    gevonden: Gevonden
    naam: str  # "" if this account may not know it
    geboortedatum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What is chosen, and what can be."""

    organisatie: str
    soort: str
    organisaties: tuple[tuple[str, str], ...]  # none: of one organisatie there is nothing to choose
    soorten: tuple[tuple[str, str], ...]

    @property
    def gekozen(self) -> bool:
        return bool(self.organisatie or self.soort)


def lijst(visit: Visit) -> Response:
    with visit.reading() as connection:
        chosen = _filter(visit, connection)
        return _page(visit, connection, chosen, None, "", parse_cursor(visit.query("vanaf")))


def zoeken(visit: Visit) -> Response:
    """A number goes to the dossier. Of one that may not be seen the answer is that of one that is not
    there."""
    typed = visit.field("zoek")
    zoek = understand(visit.site.seal, typed)
    if zoek is None:
        return visit.redirect(PATH)
    with visit.writing() as connection:
        if zoek.dossiernummer is not None and _goes_somewhere(visit, connection, zoek.dossiernummer):
            return visit.redirect(f"{PATH}/{zoek.dossiernummer}")
        if zoek.naam_hashes:
            write_audit(connection, actor=visit.person.actor, action="surname_searched", subject="dossiers")
        nothing = Filter(organisatie="", soort="", organisaties=(), soorten=())
        return _page(visit, connection, nothing, zoek, typed, parse_cursor(visit.field("vanaf")))


def _goes_somewhere(visit: Visit, connection: Connection, number: Dossiernummer) -> bool:
    """Also where the page tells that an invitation is over."""
    besluit = besluit_of(connection, visit.person, number, visit.today)
    return besluit is not None and bool(besluit.tabs or besluit.verlopen)


def _filter(visit: Visit, connection: Connection) -> Filter:
    """What is no choice is no filter."""
    organisaties: tuple[tuple[str, str], ...] = ()
    if visit.person.rol.geeft(Bereik.SWV, Tab.HULPVRAAG):
        organisaties = tuple((o.organisatie_id, o.naam) for o in list_organisaties(connection, visit.person))
    organisatie, soort = visit.query("organisatie"), visit.query("soort")
    return Filter(
        organisatie=organisatie if organisatie in dict(organisaties) else "",
        soort=soort if soort in SOORTEN else "",
        organisaties=organisaties,
        soorten=tuple(SOORTEN.items()),
    )


def _page(
    visit: Visit, connection: Connection, chosen: Filter, zoek: Zoek | None, typed: str, at: Cursor | None
) -> Response:
    found = list_dossiers(
        connection,
        visit.person,
        visit.today,
        zoek=zoek,
        organisatie_id=OrganisatieId(chosen.organisatie) if chosen.organisatie else None,
        soort=chosen.soort or None,
        cursor=at,
    )
    own = visit.person.organisatie_id
    organisatie = find_organisatie(connection, own) if own is not None else None
    return visit.page(
        "hulpvragen.html",
        regels=_rows(visit, found),
        pagina=found,
        filter=chosen,
        zoek=zoek,
        getypt=typed,
        eigen=organisatie.naam if organisatie is not None else "",
        mag_uitleg=visit.person.may(Systeemrecht.UITLEG),
    )


def _rows(visit: Visit, found: Found) -> list[Regel]:
    return [
        _row(row, open_row(visit.site.seal, row).leerling if row.mag_naam else None) for row in found.rows
    ]


def _row(row: Gevonden, leerling: Leerling | None) -> Regel:
    if leerling is None:
        return Regel(gevonden=row, naam="", geboortedatum="")
    parts = (leerling.voornamen, leerling.tussenvoegsel, leerling.achternaam)
    naam = " ".join(part.strip() for part in parts if part.strip())
    return Regel(gevonden=row, naam=naam, geboortedatum=leerling.geboortedatum)


PAGES = (
    Page(path=PATH, handler=lijst),
    Page(path=PATH, handler=zoeken, method="POST"),
)
