"""Beheer > Samenwerkingsverbanden: who may see them, add one, or give one another name."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection
from starlette.responses import Response

from database.koppelingen import list_koppelingen
from database.organisaties import Swv, find_swv, list_organisaties, list_swvs
from dossier.identifiers import SwvId
from helpdesk import actions, described
from helpdesk import administration as admin
from helpdesk.pages import beheer
from helpdesk.pages.beheer_invoer import Invoer
from helpdesk.roles import Right
from helpdesk.visit import Visit
from web.errors import BadInput, NotHere
from web.page import Page

_LIST = "/beheer/swvs"
_NEW = f"{_LIST}/nieuw"


def lijst(visit: Visit) -> Response:
    with visit.reading() as connection:
        return visit.page(
            "beheer_swvs.html",
            swvs=[swv for swv in list_swvs(connection) if visit.person.sees(swv.swv_id)],
            organisaties=Counter(o.swv_id for o in list_organisaties(connection)),
            koppelingen=Counter(k.swv_id for k in list_koppelingen(connection)),
        )


def formulier(visit: Visit) -> Response:
    """A new one, or another name for one."""
    with visit.reading() as connection:
        old = _old(visit, connection)
        return _form(visit, connection, old, _typed(visit, old))


def controleren(visit: Visit) -> Response:
    with visit.reading() as connection:
        old = _old(visit, connection)
        invoer = _typed(visit, old)
        new = _read(connection, old, invoer)
        if new is None:
            return _form(visit, connection, old, invoer, status=422)
        if new == old:
            return visit.redirect(_LIST, gedaan="niets")
        was = described.of_swv(old) if old is not None else None
        return beheer.ask(
            visit,
            beheer.Bevestiging(
                titel=f"Samenwerkingsverband {new.swv_id} {'toevoegen' if old is None else 'hernoemen'}",
                actie=_NEW if old is None else f"{_LIST}/{old.swv_id}",
                terug=_LIST,
                slot=visit.lock(*_state(connection, new.swv_id)),
                knop="Toevoegen" if old is None else "Opslaan",
                wijzigingen=beheer.differences(was, described.of_swv(new)),
                gevolgen=["Een naam bepaalt niet waar een hulpvraag terechtkomt: er verandert niets."],
                velden={"kenmerk": new.swv_id, "naam": new.naam},
            ),
        )


def opslaan(visit: Visit) -> Response:
    with beheer.changing(visit) as connection:
        old = _old(visit, connection)
        invoer = _typed(visit, old)
        swv_id = old.swv_id if old is not None else SwvId(invoer.waarden["kenmerk"])
        visit.check_lock(*_state(connection, swv_id))
        new = _read(connection, old, invoer)
        if new is None:
            raise BadInput(" ".join(invoer.fouten.values()))
        if old is None:
            actions.add_swv(connection, visit.person.actor, new)
        else:
            actions.rename_swv(connection, visit.person.actor, new.swv_id, new.naam)
    return visit.redirect(_LIST, gedaan="opgeslagen")


def _old(visit: Visit, connection: Connection) -> Swv | None:
    if "id" not in visit.request.path_params:
        return None
    found = find_swv(connection, SwvId(visit.path("id")))
    if found is None:
        raise NotHere
    visit.must_see(found.swv_id)
    return found


def _typed(visit: Visit, old: Swv | None) -> Invoer:
    at_first = {"kenmerk": old.swv_id, "naam": old.naam} if old is not None else {}
    return Invoer.of(visit, ("kenmerk", "naam"), at_first)


def _read(connection: Connection, old: Swv | None, invoer: Invoer) -> Swv | None:
    swv_id = old.swv_id if old is not None else SwvId(invoer.kenmerk("kenmerk", admin.as_swv_id))
    taken = find_swv(connection, swv_id) if old is None else None
    if taken is not None:
        invoer.fouten["kenmerk"] = f"Er is al een samenwerkingsverband {swv_id}: {taken.naam}."
    new = Swv(swv_id=swv_id, naam=invoer.naam())
    return None if invoer.fouten else new


def _form(
    visit: Visit, connection: Connection, old: Swv | None, invoer: Invoer, *, status: int = 200
) -> Response:
    return visit.page(
        "beheer_swv_form.html",
        status=status,
        s=old,
        invoer=invoer,
        wijzigingen=beheer.history(connection, old.swv_id, beheer.SWV) if old is not None else [],
    )


def _state(connection: Connection, swv_id: SwvId) -> tuple[object, ...]:
    return "swv", swv_id, find_swv(connection, swv_id)


PAGES = (
    Page(path=_LIST, handler=lijst, right=Right.ORGANISATIES),
    Page(path=_NEW, handler=formulier, right=Right.SWVS),
    Page(path=f"{_NEW}/controleren", handler=controleren, right=Right.SWVS),
    Page(path=_NEW, handler=opslaan, right=Right.SWVS, method="POST"),
    Page(path=f"{_LIST}/{{id}}", handler=formulier, right=Right.SWVS),
    Page(path=f"{_LIST}/{{id}}/controleren", handler=controleren, right=Right.SWVS),
    Page(path=f"{_LIST}/{{id}}", handler=opslaan, right=Right.SWVS, method="POST"),
)
