"""Beheer > BRIN-lijst: search the national list, and see where a BRIN is used (FAQ 9)."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from database.listed_schools import (
    find_school,
    list_schools,
    listed_by_hand,
    search_schools,
    was_added_by_hand,
)
from dossier.brin import Brin, Vestiging
from helpdesk import actions
from helpdesk.pages import beheer
from helpdesk.roles import Right
from helpdesk.visit import Visit
from routing.brin_list import ListedSchool
from web.errors import NotHere
from web.page import Page

_MOST = 100


def lijst(visit: Visit) -> Response:
    zoek = visit.query("zoek")
    with visit.reading() as connection:
        return visit.page(
            "beheer_brin.html",
            zoek=zoek,
            gevonden=search_schools(connection, zoek, _MOST),
            meest=_MOST,
            met_de_hand=listed_by_hand(connection, _MOST),
            wijzigingen=beheer.history(connection, "brin_list", beheer.LIJST),
        )


def school(visit: Visit) -> Response:
    with visit.reading() as connection:
        value = find(visit, connection)
        organisaties, koppelingen = actions.users_of(connection, value)
        return visit.page(
            "beheer_brin_school.html",
            s=value,
            met_de_hand=was_added_by_hand(connection, value.vestiging),
            andere=[s for s in list_schools(connection, value.brin) if s != value],
            organisaties=organisaties,
            koppelingen=koppelingen,
            wijzigingen=beheer.history(connection, str(value.vestiging), beheer.SCHOOL),
        )


def find(visit: Visit, connection: Connection) -> ListedSchool:
    """The location of the path. Raises NotHere."""
    brin = Brin.parse(visit.path("vestiging")[:4])
    vestiging = Vestiging.parse(visit.path("vestiging"), brin) if brin is not None else None
    found = find_school(connection, vestiging) if vestiging is not None else None
    if found is None:
        raise NotHere
    return found


PAGES = (
    Page(path="/beheer/brin", handler=lijst, right=Right.BRINLIJST),
    Page(path="/beheer/brin/{vestiging}", handler=school, right=Right.BRINLIJST),
)
