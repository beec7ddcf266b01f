"""Beheer > Koppelingen > aanvragen: by the BRIN and the SWV that a school gave to the helpdesk (FAQ 8).

An omgeving that is new gets a secret. It is in the answer to the POST and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection
from starlette.responses import Response

from database.koppelingen import list_koppelingen, list_omgevingen
from database.organisaties import list_swvs
from database.routing_tables import read_tables
from dossier.identifiers import KoppelingId, OmgevingId, SwvId
from helpdesk import actions, described, impact
from helpdesk import administration as admin
from helpdesk.pages import beheer
from helpdesk.pages.beheer_invoer import Invoer, swv_options
from helpdesk.pages.beheer_koppelingen import problems
from helpdesk.roles import Right
from helpdesk.visit import Visit
from routing.tables import Koppeling, KoppelingStatus
from web.errors import BadInput, Changed
from web.page import Page

_FIELDS = ("omgeving", "omgeving_naam", "swv", "brins", "kenmerk", "activeren")
_NEW = "/beheer/koppelingen/nieuw"


def formulier(visit: Visit) -> Response:
    with visit.reading() as connection:
        return _form(visit, connection, Invoer.of(visit, _FIELDS))


def controleren(visit: Visit) -> Response:
    with visit.reading() as connection:
        invoer = Invoer.of(visit, _FIELDS)
        value = _read(visit, connection, invoer)
        if value is None:
            return _form(visit, connection, invoer, status=422)
        before = read_tables(connection)
        after = impact.with_koppeling(before, value)
        return beheer.ask(
            visit,
            beheer.Bevestiging(
                titel=f"Koppeling {'maken en activeren' if invoer.waarden['activeren'] else 'aanvragen'}",
                actie=_NEW,
                terug="/beheer/koppelingen",
                slot=visit.lock(*_state(connection, value)),
                knop="Aanmaken",
                wijzigingen=beheer.differences(None, described.of_koppeling(value)),
                uitleg=_about_omgeving(connection, value, invoer.waarden["omgeving_naam"]),
                waarschuwingen=problems(value, after),
                gevolgen=beheer.consequences(connection, before, after),
                velden={**invoer.waarden, "kenmerk": value.koppeling_id, "swv": value.swv_id},
            ),
        )


def opslaan(visit: Visit) -> Response:
    with beheer.changing(visit) as connection:
        invoer = Invoer.of(visit, _FIELDS)
        wanted = _parse(visit, connection, invoer)
        try:
            visit.check_lock(*_state(connection, wanted))
        except Changed:
            raise Changed(
                "Deze koppeling of omgeving is er intussen al, misschien doordat u twee keer klikte. Er is "
                "nu niets gedaan. Heeft u het geheim niet gezien, maak dan bij de koppeling een nieuw geheim."
            ) from None
        value = _read(visit, connection, invoer)
        if value is None:
            raise BadInput("Er klopt iets niet (meer). Ga terug en vul het formulier opnieuw in.")
        naam = invoer.waarden["omgeving_naam"]
        secret = actions.add_koppeling(connection, visit.person.actor, value, naam)
    address = f"/beheer/koppelingen/{value.koppeling_id}"
    if secret is None:
        return visit.redirect(address, gedaan="opgeslagen")
    return visit.page("beheer_geheim.html", k=value, geheim=secret, adres=address)


def _parse(visit: Visit, connection: Connection, invoer: Invoer) -> Koppeling:
    """What was typed; only to be used if `invoer.fouten` is empty."""
    omgeving = invoer.kenmerk("omgeving", admin.as_omgeving_id)
    if not invoer.waarden["kenmerk"]:
        invoer.waarden["kenmerk"] = f"k-{omgeving}"
    status = KoppelingStatus.ACTIEF if invoer.waarden["activeren"] else KoppelingStatus.AANGEVRAAGD
    return Koppeling(
        koppeling_id=KoppelingId(invoer.kenmerk("kenmerk", admin.as_koppeling_id)),
        omgeving_id=OmgevingId(omgeving),
        swv_id=SwvId(invoer.swv(list_swvs(connection), visit.person)),
        status=status,
        brins=invoer.brins(),
    )


def _read(visit: Visit, connection: Connection, invoer: Invoer) -> Koppeling | None:
    """None if something is wrong with it."""
    value = _parse(visit, connection, invoer)
    known = list_koppelingen(connection)
    if value.koppeling_id in {k.koppeling_id for k in known}:
        invoer.fouten.setdefault(
            "kenmerk", f"Er is al een koppeling {value.koppeling_id}. Kies een ander kenmerk."
        )
    taken = shared_brins(value, known)
    if taken:
        invoer.fouten["brins"] = taken
    naam = {o.omgeving_id: o.naam for o in list_omgevingen(connection)}.get(value.omgeving_id)
    if naam is None and not invoer.waarden["omgeving_naam"]:
        invoer.waarden["omgeving_naam"] = value.omgeving_id
    elif naam is None:
        invoer.waarden["omgeving_naam"] = invoer.naam("omgeving_naam")
    elif invoer.waarden["omgeving_naam"] not in ("", naam):
        invoer.fouten["omgeving_naam"] = f"Deze omgeving heet al {naam}. Laat de naam leeg."
    return None if invoer.fouten else value


def shared_brins(value: Koppeling, known: Iterable[Koppeling]) -> str:
    """What is wrong if another koppeling of the omgeving has one of its BRINs; "" if none has."""
    for other in known:
        shared = other.brins & value.brins
        if other.omgeving_id == value.omgeving_id and other.koppeling_id != value.koppeling_id and shared:
            return (
                f"{sorted(shared)[0]} staat bij deze omgeving al in koppeling {other.koppeling_id}. "
                "Haal de brincode daar eerst weg."
            )
    return ""


def _about_omgeving(connection: Connection, value: Koppeling, naam: str) -> list[str]:
    if value.omgeving_id in {o.omgeving_id for o in list_omgevingen(connection)}:
        return [f"Omgeving {value.omgeving_id} is er al en houdt zijn geheim."]
    return [
        f"Omgeving {value.omgeving_id} ({naam}) is nieuw en krijgt een geheim. "
        "U ziet dat geheim één keer, meteen na het aanmaken."
    ]


def _state(connection: Connection, value: Koppeling) -> tuple[object, ...]:
    koppelingen = [k for k in list_koppelingen(connection) if k.koppeling_id == value.koppeling_id]
    omgevingen = [o.omgeving_id for o in list_omgevingen(connection) if o.omgeving_id == value.omgeving_id]
    return "koppeling-nieuw", value.koppeling_id, len(koppelingen), value.omgeving_id, len(omgevingen)


def _form(visit: Visit, connection: Connection, invoer: Invoer, *, status: int = 200) -> Response:
    return visit.page(
        "beheer_koppeling_form.html",
        status=status,
        invoer=invoer,
        swvs=swv_options(list_swvs(connection)),
        omgevingen=[(o.omgeving_id, o.naam) for o in list_omgevingen(connection)],
    )


PAGES = (
    Page(path=_NEW, handler=formulier, right=Right.KOPPELINGEN),
    Page(path=f"{_NEW}/controleren", handler=controleren, right=Right.KOPPELINGEN),
    Page(path=_NEW, handler=opslaan, right=Right.KOPPELINGEN, method="POST"),
)
