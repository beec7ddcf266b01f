"""Vergaderingen: those of the SWV, or those that somebody is invited to; and a new one."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from dossier.identifiers import SwvId
from kindkans.dossiers import vergaderingen as v
from kindkans.dossiers.mensen import choosable
from kindkans.dossiers.vergaderingen_zien import days_over, invited_to
from kindkans.pages.invoer import Invoer, attempt
from kindkans.pages.visit import Visit
from kindkans.rights.organisaties import list_swvs
from kindkans.rights.vergaderingen import mag_vergaderingen
from kindkans.rights.words import AccountId, Mag
from web.errors import NotAllowed
from web.page import Page

PATH = "/vergaderingen"
_NEW = f"{PATH}/nieuw"
_VELDEN = ("datum", "titel", "plaats", "genodigden")


def lijst(visit: Visit) -> Response:
    me, today = visit.person, visit.today
    with visit.reading() as connection:
        swv_id, choice = _swv(visit, connection, visit.query("swv"))
        mag = mag_vergaderingen(me, swv_id) if swv_id is not None else None
        coming = v.coming_vergaderingen(connection, visit.site.seal, swv_id, today) if swv_id and mag else []
        past = v.past_vergaderingen(connection, visit.site.seal, swv_id, today) if swv_id and mag else []
        listed = {one.vergadering_id for one in coming}
        invited = invited_to(connection, visit.site.seal, me.account_id, today)
        over = days_over(connection, me.account_id, today) if not mag else []
    return visit.page(
        "vergaderingen.html",
        swv=swv_id,
        swvs=choice,
        mag=mag,
        komend=coming,
        uitgenodigd=[one for one in invited if one.vergadering_id not in listed],
        geweest=past,
        voorbij=over,
    )


def formulier(visit: Visit) -> Response:
    return _form(visit, Invoer.first(_VELDEN, {"datum": visit.today.isoformat()}), visit.query("swv"), 200)


def toevoegen(visit: Visit) -> Response:
    invoer, typed = Invoer.typed(visit, _VELDEN), visit.field("swv")
    made: list[v.VergaderingId] = []

    def change(connection: Connection) -> None:
        swv_id = _own_swv(visit, connection, typed)
        visit.check_lock(*_state(visit, connection, swv_id))
        chosen = invoer.keuze("genodigden")
        new = v.add_vergadering(
            connection,
            visit.site.seal,
            visit.person,
            swv_id,
            datum=invoer.datum("datum"),
            titel=invoer.waarden["titel"],
            plaats=invoer.waarden["plaats"],
            genodigden=[AccountId(chosen)] if chosen else [],
        )
        made.append(new)

    return attempt(
        visit,
        invoer,
        change,
        again=lambda status: _form(visit, invoer, typed, status),
        done=lambda: visit.redirect(f"{PATH}/{made[0]}", gedaan="toegevoegd"),
    )


def _form(visit: Visit, invoer: Invoer, typed: str, status: int) -> Response:
    with visit.reading() as connection:
        swv_id = _own_swv(visit, connection, typed)
        return visit.page(
            "vergadering_nieuw.html",
            status=status,
            invoer=invoer,
            swv=swv_id,
            mensen=choosable(connection, swv_id),
            slot=visit.lock(*_state(visit, connection, swv_id)),
        )


def _own_swv(visit: Visit, connection: Connection, typed: str) -> SwvId:
    """Raises NotAllowed: this account makes no vergaderingen."""
    swv_id, _ = _swv(visit, connection, typed)
    if swv_id is None or mag_vergaderingen(visit.person, swv_id) is not Mag.WIJZIGEN:
        raise NotAllowed("U mag geen vergaderingen aanmaken.")
    return swv_id


def _swv(visit: Visit, connection: Connection, typed: str) -> tuple[SwvId | None, list[SwvId]]:
    """Root has a choice; everybody else has their own, or none."""
    if not visit.person.of_every_swv:
        return visit.person.swv_id, []
    choice = list_swvs(connection)
    chosen = next((swv_id for swv_id in choice if swv_id == typed), choice[0] if choice else None)
    return chosen, choice


def _state(visit: Visit, connection: Connection, swv_id: SwvId) -> tuple[object, ...]:
    """A form that is sent twice adds one."""
    seal, today = visit.site.seal, visit.today
    there = v.coming_vergaderingen(connection, seal, swv_id, today)
    there += v.past_vergaderingen(connection, seal, swv_id, today)
    return "vergaderingen", swv_id, tuple(sorted(one.vergadering_id for one in there))


PAGES = (
    Page(path=PATH, handler=lijst),
    Page(path=_NEW, handler=formulier),
    Page(path=_NEW, handler=toevoegen, method="POST"),
)
