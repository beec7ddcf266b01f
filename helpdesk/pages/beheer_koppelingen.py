"""Beheer > Koppelingen: which ParnasSys omgeving may push, for which schools, to which SWV (FAQ 6, 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from sqlalchemy import Connection
from starlette.responses import Response

from database.attention import last_used, moment_of
from database.koppelingen import Omgeving, find_koppeling, list_koppelingen, list_omgevingen
from database.organisaties import list_swvs
from database.routing_tables import read_tables
from dossier.brin import Brin
from dossier.identifiers import KoppelingId
from dossier.reden import CATALOGUE, RedenCode
from helpdesk import impact
from helpdesk.pages import beheer
from helpdesk.pages.beheer_invoer import Invoer, swv_options
from helpdesk.pages.lookup import has_words
from helpdesk.roles import Right
from helpdesk.silence_words import in_words
from helpdesk.visit import Visit
from routing.tables import Koppeling, KoppelingStatus, Tables
from web.errors import NotHere
from web.page import Page

_MOST = 200

STATUSSEN: Mapping[KoppelingStatus, tuple[str, str]] = MappingProxyType(
    {
        KoppelingStatus.AANGEVRAAGD: ("Aangevraagd, nog niet geactiveerd", "let-op"),
        KoppelingStatus.ACTIEF: ("Actief", "goed"),
        KoppelingStatus.INACTIEF: ("Uitgezet", "stil"),
    }
)


def lijst(visit: Visit) -> Response:
    zoek, status = visit.query("zoek"), visit.query("status")
    with visit.reading() as connection:
        swvs = {swv.swv_id: swv.naam for swv in list_swvs(connection)}
        omgevingen = {o.omgeving_id: o.naam for o in list_omgevingen(connection)}
        found = [
            k
            for k in list_koppelingen(connection)
            if visit.person.sees(k.swv_id)
            and (not status or k.status == status)
            and _matches(k, omgevingen[k.omgeving_id], swvs[k.swv_id], zoek)
        ]
        shown = found[:_MOST]
        used = last_used(connection, [k.koppeling_id for k in shown])
    return visit.page(
        "beheer_koppelingen.html",
        zoek=zoek,
        welke=status,
        koppelingen=shown,
        aantal=len(found),
        swvs=swvs,
        omgevingen=omgevingen,
        gebruikt={koppeling_id: moment_of(last) for koppeling_id, last in used.items()},
        STATUSSEN=STATUSSEN,
    )


def _matches(value: Koppeling, omgeving: str, swv: str, zoek: str) -> bool:
    brins = " ".join(str(brin) for brin in value.brins)
    return has_words(f"{value.koppeling_id} {value.omgeving_id} {omgeving} {swv} {brins}", zoek)


def koppeling(visit: Visit) -> Response:
    with visit.reading() as connection:
        return show(visit, connection, find(visit, connection), Invoer(waarden={"brins": "", "swv": ""}))


def show(
    visit: Visit, connection: Connection, value: Koppeling, invoer: Invoer, *, status: int = 200
) -> Response:
    """The page of one; also when what was typed on it is wrong."""
    tables = read_tables(connection)
    swvs = list_swvs(connection)
    used = last_used(connection, [value.koppeling_id])
    silent = visit.desk.silences.of(connection, value.koppeling_id)
    told = [
        *beheer.history(connection, value.koppeling_id, beheer.KOPPELING),
        *beheer.history(connection, value.omgeving_id, beheer.OMGEVING),
    ]
    return visit.page(
        "beheer_koppeling.html",
        status=status,
        k=value,
        omgeving=omgeving_of(connection, value).naam,
        swv=next(s.naam for s in swvs if s.swv_id == value.swv_id),
        swvs=swv_options(s for s in swvs if s.swv_id != value.swv_id),
        brins=sorted(value.brins),
        gebruikt=moment_of(used[value.koppeling_id]) if used else None,
        mag_weg=not used,  # at first sight; the page that asks looks at more than its BRINs
        stil=silent.silence if silent else None,
        normaal=in_words(silent.silence) if silent else "",
        problemen=problems(value, tables),
        wijzigingen=sorted(told, key=lambda row: row.at, reverse=True)[:20],
        invoer=invoer,
        STATUSSEN=STATUSSEN,
    )


def find(visit: Visit, connection: Connection) -> Koppeling:
    """The one of the path. Raises NotHere."""
    found = find_koppeling(connection, KoppelingId(visit.path("id")))
    if found is None:
        raise NotHere
    visit.must_see(found.swv_id)
    return found


def omgeving_of(connection: Connection, value: Koppeling) -> Omgeving:
    return next(o for o in list_omgevingen(connection) if o.omgeving_id == value.omgeving_id)


def problems(value: Koppeling, tables: Tables) -> list[str]:
    """Why its pushes would still end in -1, in Dutch; the tables have it as it is, or would be."""
    if not value.brins:
        return ["De koppeling heeft nog geen brincode: geen enkele school kan ermee versturen."]
    found: dict[RedenCode, list[str]] = {}
    for brin in sorted(value.brins):
        for code in _redenen(value, brin, tables):
            found.setdefault(code, []).append(str(brin))
    return [f"{', '.join(brins)}: {CATALOGUE[code].betekenis}" for code, brins in found.items()]


def _redenen(value: Koppeling, brin: Brin, tables: Tables) -> Iterable[RedenCode]:
    """None if a push passes that names no vestiging, or one that is set at an organisatie."""
    places = [o.vestiging for o in tables.organisaties.get(brin, ()) if o.swv_id == value.swv_id]
    tried = [impact.judged(value.omgeving_id, str(brin), str(v or ""), tables) for v in (None, *places)]
    return () if () in tried else tried[0]


PAGES = (
    Page(path="/beheer/koppelingen", handler=lijst, right=Right.KOPPELINGEN),
    Page(path="/beheer/koppelingen/{id}", handler=koppeling, right=Right.KOPPELINGEN),
)
