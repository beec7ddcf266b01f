"""Beheer > Organisaties: the schools of a SWV, and the BRIN that is set at each (FAQ 2, 6)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from starlette.responses import Response

from database.listed_schools import list_schools, listed_brins
from database.organisaties import find_organisatie, list_organisaties, list_swvs
from dossier.identifiers import OrganisatieId
from dossier.reden import RedenCode
from helpdesk.organisatie_checks import doubles, problems
from helpdesk.pages import beheer
from helpdesk.pages.lookup import organisatie_matches
from helpdesk.roles import Right
from helpdesk.visit import Visit
from web.errors import NotHere
from web.page import Page

_MOST = 200

WAARSCHUWINGEN: Mapping[RedenCode, str] = MappingProxyType(
    {
        RedenCode.BRIN_NIET_INGESTELD: "Geen brincode ingesteld: hier kan geen hulpvraag binnenkomen",
        RedenCode.BRIN_ONBEKEND: "Brincode staat niet in de BRIN-lijst",
        RedenCode.BRIN_DUBBEL_INGESTELD: "Brincode staat bij twee organisaties van dit samenwerkingsverband",
    }
)


def lijst(visit: Visit) -> Response:
    zoek = visit.query("zoek")
    with visit.reading() as connection:
        swvs = {swv.swv_id: swv.naam for swv in list_swvs(connection)}
        seen = [o for o in list_organisaties(connection) if visit.person.sees(o.swv_id)]
        listed = frozenset(listed_brins(connection))
    found = [o for o in seen if organisatie_matches(o, zoek)]
    wrong = problems(seen, listed)
    if visit.query("alleen") == "problemen":
        found = [o for o in found if wrong[o.organisatie_id]]
    return visit.page(
        "beheer_organisaties.html",
        zoek=zoek,
        alleen=visit.query("alleen"),
        organisaties=sorted(found, key=lambda o: (o.naam.casefold(), o.organisatie_id))[:_MOST],
        aantal=len(found),
        met_problemen=sum(bool(codes) for codes in wrong.values()),
        problemen=wrong,
        swvs=swvs,
        WAARSCHUWINGEN=WAARSCHUWINGEN,
    )


def organisatie(visit: Visit) -> Response:
    with visit.reading() as connection:
        value = find_organisatie(connection, OrganisatieId(visit.path("id")))
        if value is None:
            raise NotHere
        visit.must_see(value.swv_id)
        everywhere = list(list_organisaties(connection))
        return visit.page(
            "beheer_organisatie.html",
            o=value,
            swv=next(s.naam for s in list_swvs(connection) if s.swv_id == value.swv_id),
            problemen=problems(everywhere, listed_brins(connection))[value.organisatie_id],
            dubbel=doubles(value, everywhere),
            scholen=list_schools(connection, value.brin) if value.brin is not None else [],
            wijzigingen=beheer.history(connection, value.organisatie_id, beheer.ORGANISATIE),
            WAARSCHUWINGEN=WAARSCHUWINGEN,
        )


PAGES = (
    Page(path="/beheer/organisaties", handler=lijst, right=Right.ORGANISATIES),
    Page(path="/beheer/organisaties/{id}", handler=organisatie, right=Right.ORGANISATIES),
)
