"""Beheer > Herstellijst: who must send again, now that what kept them out is mended."""

from __future__ import annotations

from starlette.responses import Response

from database.impact import open_rejections
from database.organisaties import list_organisaties, list_swvs
from database.routing_tables import read_tables
from dossier.timestamps import utc_now
from helpdesk.herstellijst import herstellijst
from helpdesk.impact import PERIOD
from helpdesk.recheck import NEEDS_CONTENT
from helpdesk.roles import Right
from helpdesk.visit import Visit
from web.page import Page

_MOST = 100


def lijst(visit: Visit) -> Response:
    # What only the content tells cannot be known to be mended, so with such a reden none is on the list.
    with visit.reading() as connection:
        rejections = open_rejections(connection, utc_now() - PERIOD, NEEDS_CONTENT)
        tables = read_tables(connection)
        organisaties = {o.organisatie_id: o.naam for o in list_organisaties(connection)}
        swvs = {swv.swv_id: swv.naam for swv in list_swvs(connection)}
    schools = herstellijst(rejections, tables, visit.desk.limits, visit.person)
    return visit.page(
        "beheer_herstellijst.html",
        scholen=schools[:_MOST],
        aantal_scholen=len(schools),
        aantal=sum(len(school.records) for school in schools),
        dagen=PERIOD.days,
        organisaties=organisaties,
        swvs=swvs,
    )


PAGES = (Page(path="/beheer/herstellijst", handler=lijst, right=Right.ORGANISATIES),)
