"""What can be done to one koppeling: activate, switch off, BRINs, SWV, a new secret, remove it (FAQ 8).

Each is a page that says what will happen, and a POST to the same address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from sqlalchemy import Connection
from starlette.responses import Response

from database.koppelingen import list_koppelingen, was_used
from database.organisaties import list_swvs
from database.routing_tables import read_tables
from dossier.identifiers import SwvId
from helpdesk import actions, described, impact
from helpdesk import administration as admin
from helpdesk.pages import beheer
from helpdesk.pages.beheer_invoer import Invoer
from helpdesk.pages.beheer_koppeling_nieuw import shared_brins
from helpdesk.pages.beheer_koppelingen import find, omgeving_of, problems, show
from helpdesk.roles import Right
from helpdesk.visit import Visit
from routing.tables import Koppeling, KoppelingStatus
from web.errors import BadInput, Changed, NotHere
from web.page import Page

_FIELDS = ("brins", "swv")
_ONE = "/beheer/koppelingen/{id}"
Becomes = Callable[[Visit, Connection, Koppeling, Invoer], Koppeling]


def _activeren(visit: Visit, connection: Connection, old: Koppeling, invoer: Invoer) -> Koppeling:
    return replace(old, status=KoppelingStatus.ACTIEF)


def _uitzetten(visit: Visit, connection: Connection, old: Koppeling, invoer: Invoer) -> Koppeling:
    return replace(old, status=KoppelingStatus.INACTIEF)


def _brin_erbij(visit: Visit, connection: Connection, old: Koppeling, invoer: Invoer) -> Koppeling:
    new = replace(old, brins=old.brins | invoer.brins())
    taken = shared_brins(new, list_koppelingen(connection))
    if taken:
        invoer.fouten["brins"] = taken
    return new


def _brin_eraf(visit: Visit, connection: Connection, old: Koppeling, invoer: Invoer) -> Koppeling:
    return replace(old, brins=old.brins - invoer.brins())


def _swv(visit: Visit, connection: Connection, old: Koppeling, invoer: Invoer) -> Koppeling:
    return replace(old, swv_id=SwvId(invoer.swv(list_swvs(connection), visit.person)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Actie:
    titel: str
    knop: str
    becomes: Becomes
    gedaan: str = "opgeslagen"
    gevaarlijk: bool = False


ACTIES: Mapping[str, Actie] = MappingProxyType(
    {
        "activeren": Actie(
            titel="Koppeling activeren", knop="Activeren", becomes=_activeren, gedaan="geactiveerd"
        ),
        "uitzetten": Actie(
            titel="Koppeling uitzetten",
            knop="Uitzetten",
            becomes=_uitzetten,
            gedaan="uitgezet",
            gevaarlijk=True,
        ),
        "brin-erbij": Actie(titel="Brincode toevoegen", knop="Toevoegen", becomes=_brin_erbij),
        "brin-eraf": Actie(titel="Brincode weghalen", knop="Weghalen", becomes=_brin_eraf, gevaarlijk=True),
        "swv": Actie(titel="Ander samenwerkingsverband", knop="Opslaan", becomes=_swv),
    }
)


def vragen(visit: Visit) -> Response:
    actie = _actie(visit)
    with visit.reading() as connection:
        old = find(visit, connection)
        invoer = Invoer.of(visit, _FIELDS)
        new = actie.becomes(visit, connection, old, invoer)
        if invoer.fouten:
            return show(visit, connection, old, invoer, status=422)
        if new == old:
            return visit.redirect(_address(old), gedaan="niets")
        before = read_tables(connection)
        after = impact.with_koppeling(before, new)
        return beheer.ask(
            visit,
            beheer.Bevestiging(
                titel=f"{actie.titel}: {old.koppeling_id}",
                actie=f"{_address(old)}/{visit.path('actie')}",
                terug=_address(old),
                slot=visit.lock(*_state(old)),
                knop=actie.knop,
                gevaarlijk=actie.gevaarlijk,
                wijzigingen=beheer.differences(described.of_koppeling(old), described.of_koppeling(new)),
                waarschuwingen=problems(new, after),
                gevolgen=beheer.consequences(connection, before, after),
                velden=invoer.waarden,
            ),
        )


def doen(visit: Visit) -> Response:
    actie = _actie(visit)
    with beheer.changing(visit) as connection:
        old = find(visit, connection)
        visit.check_lock(*_state(old))
        invoer = Invoer.of(visit, _FIELDS)
        new = actie.becomes(visit, connection, old, invoer)
        if invoer.fouten:
            raise BadInput("; ".join(invoer.fouten.values()))
        if new != old:
            admin.put_koppeling(connection, visit.person.actor, new)
    return visit.redirect(_address(old), gedaan=actie.gedaan)


def geheim_vragen(visit: Visit) -> Response:
    with visit.reading() as connection:
        value = find(visit, connection)
        omgeving = omgeving_of(connection, value)
        return beheer.ask(
            visit,
            beheer.Bevestiging(
                titel=f"Nieuw geheim voor omgeving {value.omgeving_id}",
                actie=f"{_address(value)}/geheim",
                terug=_address(value),
                slot=visit.lock("geheim", value.omgeving_id, omgeving.secret_hash),
                knop="Nieuw geheim maken",
                gevaarlijk=True,
                uitleg=[
                    f"Omgeving {omgeving.naam} krijgt een nieuw geheim. U ziet het één keer, meteen hierna.",
                    "Het oude geheim werkt binnen enkele seconden niet meer: tot het nieuwe in ParnasSys is "
                    "ingesteld, kan deze omgeving niets versturen. Dit geldt voor al haar koppelingen.",
                ],
            ),
        )


def geheim_maken(visit: Visit) -> Response:
    with beheer.changing(visit) as connection:
        value = find(visit, connection)
        omgeving = omgeving_of(connection, value)
        try:
            visit.check_lock("geheim", value.omgeving_id, omgeving.secret_hash)
        except Changed:
            raise Changed(
                "Er is intussen al een nieuw geheim gemaakt, door u (twee keer geklikt) of door een ander. "
                "Nu is er niets gedaan. Heeft niemand het gezien, maak dan opnieuw een nieuw geheim."
            ) from None
        secret = admin.rotate_secret(connection, visit.person.actor, value.omgeving_id)
    return visit.page("beheer_geheim.html", k=value, geheim=secret, adres=_address(value))


def verwijderen_vragen(visit: Visit) -> Response:
    with visit.reading() as connection:
        old = find(visit, connection)
        _must_be_unused(connection, old)
        before = read_tables(connection)
        return beheer.ask(
            visit,
            beheer.Bevestiging(
                titel=f"Koppeling verwijderen: {old.koppeling_id}",
                actie=f"{_address(old)}/verwijderen",
                terug=_address(old),
                slot=visit.lock(*_state(old)),
                knop="Verwijderen",
                gevaarlijk=True,
                uitleg=["Er is nooit een hulpvraag door deze koppeling binnengekomen. De omgeving blijft."],
                gevolgen=beheer.consequences(
                    connection, before, impact.without_koppeling(before, old.koppeling_id)
                ),
            ),
        )


def verwijderen(visit: Visit) -> Response:
    with beheer.changing(visit) as connection:
        old = find(visit, connection)
        visit.check_lock(*_state(old))
        _must_be_unused(connection, old)
        actions.remove_koppeling(connection, visit.person.actor, old.koppeling_id)
    return visit.redirect("/beheer/koppelingen", gedaan="verwijderd")


def _must_be_unused(connection: Connection, value: Koppeling) -> None:
    if was_used(connection, value):
        raise BadInput(
            "Door deze koppeling zijn hulpvragen binnengekomen, dus zij blijft bewaard. "
            "U kunt haar wel uitzetten."
        )


def _actie(visit: Visit) -> Actie:
    actie = ACTIES.get(visit.path("actie"))
    if actie is None:
        raise NotHere
    return actie


def _state(value: Koppeling) -> tuple[object, ...]:
    """In words: a set of BRINs has no order of its own."""
    return "koppeling", value.koppeling_id, *described.of_koppeling(value).items()


def _address(value: Koppeling) -> str:
    return f"/beheer/koppelingen/{value.koppeling_id}"


PAGES = (
    Page(path=f"{_ONE}/geheim", handler=geheim_vragen, right=Right.KOPPELINGEN),
    Page(path=f"{_ONE}/geheim", handler=geheim_maken, right=Right.KOPPELINGEN, method="POST"),
    Page(path=f"{_ONE}/verwijderen", handler=verwijderen_vragen, right=Right.KOPPELINGEN),
    Page(path=f"{_ONE}/verwijderen", handler=verwijderen, right=Right.KOPPELINGEN, method="POST"),
    Page(path=f"{_ONE}/{{actie}}", handler=vragen, right=Right.KOPPELINGEN),
    Page(path=f"{_ONE}/{{actie}}", handler=doen, right=Right.KOPPELINGEN, method="POST"),
)
