"""Beheer > Organisaties > bewerken: name, SWV and BRIN, the last chosen from the national list (FAQ 6)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from database.listed_schools import list_schools, listed_brins, search_schools
from database.organisaties import find_organisatie, list_organisaties, list_swvs
from database.routing_tables import read_tables
from dossier.identifiers import OrganisatieId, SwvId
from helpdesk import actions, described, impact
from helpdesk import administration as admin
from helpdesk.organisatie_checks import doubles, problems
from helpdesk.pages import beheer
from helpdesk.pages.beheer_invoer import Invoer, swv_options
from helpdesk.pages.beheer_organisaties import WAARSCHUWINGEN
from helpdesk.roles import Right
from helpdesk.visit import Visit
from routing.brin_list import ListedSchool
from routing.tables import Organisatie
from web.errors import BadInput, NotHere
from web.invoer import Options
from web.page import Page

_FIELDS = ("kenmerk", "naam", "swv", "brin", "zoek", "keuze")
_MOST_CHOICES = 25
_NEW = "/beheer/organisaties/nieuw"


def formulier(visit: Visit) -> Response:
    """The form; with `zoek` also what the national list has. htmx asks for those choices alone."""
    with visit.reading() as connection:
        old = _old(visit, connection)
        return _form(visit, connection, old, Invoer.of(visit, _FIELDS, _at_first(old)))


def controleren(visit: Visit) -> Response:
    with visit.reading() as connection:
        old = _old(visit, connection)
        invoer = Invoer.of(visit, _FIELDS, _at_first(old))
        new = _read(visit, connection, old, invoer)
        if new is None:
            return _form(visit, connection, old, invoer, status=422)
        if new == old:
            return visit.redirect(_address(old), gedaan="niets")
        return _ask(visit, connection, old, new)


def opslaan(visit: Visit) -> Response:
    with beheer.changing(visit) as connection:
        old = _old(visit, connection)
        new = _read(visit, connection, old, Invoer.of(visit, _FIELDS))
        if new is None:
            raise BadInput("Er klopt iets niet (meer). Ga terug en vul het formulier opnieuw in.")
        visit.check_lock(*_state(connection, old or new))
        if old is None:
            actions.add_organisatie(connection, visit.person.actor, new)
        else:
            admin.put_organisatie(connection, visit.person.actor, new)
    return visit.redirect(_address(new), gedaan="opgeslagen")


def _old(visit: Visit, connection: Connection) -> Organisatie | None:
    """None for a new one. Raises NotHere."""
    if "id" not in visit.request.path_params:
        return None
    found = find_organisatie(connection, OrganisatieId(visit.path("id")))
    if found is None:
        raise NotHere
    visit.must_see(found.swv_id)
    return found


def _at_first(old: Organisatie | None) -> dict[str, str]:
    if old is None:
        return {}
    return {"naam": old.naam, "swv": old.swv_id, "brin": str(old.vestiging or old.brin or "")}


def _read(
    visit: Visit, connection: Connection, old: Organisatie | None, invoer: Invoer
) -> Organisatie | None:
    """What it would become; None if something is wrong with it."""
    if invoer.waarden["keuze"]:
        invoer.waarden["brin"] = invoer.waarden["keuze"]
    brin, vestiging = invoer.plek()
    new = Organisatie(
        organisatie_id=old.organisatie_id if old is not None else _new_id(visit, connection, invoer),
        swv_id=SwvId(invoer.swv(list_swvs(connection), visit.person)),
        naam=invoer.naam(),
        brin=brin,
        vestiging=vestiging,
    )
    same_place = old is not None and (old.brin, old.vestiging) == (brin, vestiging)
    if brin is not None and not same_place and not _is_listed(list_schools(connection, brin), new):
        invoer.fouten["brin"] = (
            f"{vestiging or brin} staat (nog) niet in de landelijke lijst. Geef de brincode, de naam van "
            "de school en de plaats door aan de helpdesk van Kindkans; "
            "die voegt hem toe bij Beheer > BRIN-lijst."
        )
    return None if invoer.fouten else new


def _is_listed(schools: Iterable[ListedSchool], value: Organisatie) -> bool:
    return any(value.vestiging in (None, school.vestiging) for school in schools)


def _new_id(visit: Visit, connection: Connection, invoer: Invoer) -> OrganisatieId:
    """Chosen by who sees every SWV; else ours, so that nobody learns of another's."""
    asked = visit.request.method == "GET"
    if not invoer.waarden["kenmerk"] or (asked and visit.person.swv_id is not None):
        invoer.waarden["kenmerk"] = f"org-{secrets.token_hex(5)}"
    made = OrganisatieId(invoer.kenmerk("kenmerk", admin.as_organisatie_id))
    if asked and made and find_organisatie(connection, made) is not None:
        invoer.fouten["kenmerk"] = "Dit kenmerk is al in gebruik."
    return made


def _form(
    visit: Visit, connection: Connection, old: Organisatie | None, invoer: Invoer, *, status: int = 200
) -> Response:
    zoek = invoer.waarden["zoek"]
    if old is None and "kenmerk" not in invoer.fouten:
        invoer.waarden["kenmerk"] = visit.query("kenmerk")  # ours is made anew each time
    context: dict[str, Any] = {
        "keuzes": _choices(search_schools(connection, zoek, _MOST_CHOICES)) if zoek else (),
        "zoek": zoek,
        "meest": _MOST_CHOICES,
        "gekozen": invoer.waarden["keuze"],
    }
    if visit.is_partial:
        return visit.page("beheer_brin_keuzes.html", **context)
    return visit.page(
        "beheer_organisatie_form.html",
        status=status,
        o=old,
        invoer=invoer,
        swvs=swv_options(list_swvs(connection)),
        adres=_NEW if old is None else f"{_address(old)}/bewerken",
        controleren=f"{_NEW if old is None else _address(old)}/controleren",
        terug=_address(old),
        **context,
    )


def _choices(schools: Iterable[ListedSchool]) -> Options:
    """Per BRIN the whole of it, and where there are several, below that each vestiging."""
    by_brin: dict[str, list[ListedSchool]] = {}
    for school in schools:
        by_brin.setdefault(str(school.brin), []).append(school)
    options: list[tuple[str, str]] = []
    for brin, group in by_brin.items():
        first = group[0]
        options.append((brin, f"{brin}: {first.naam}, {first.plaats} (alle vestigingen)"))
        options += [
            (str(s.vestiging), f"{s.vestiging}: {s.naam}, {s.plaats} (alleen deze vestiging)")
            for s in group
            if len(group) > 1
        ]
    return tuple(options)


def _ask(visit: Visit, connection: Connection, old: Organisatie | None, new: Organisatie) -> Response:
    before = read_tables(connection)
    swvs = {swv.swv_id: swv.naam for swv in list_swvs(connection)}
    others = [o for o in list_organisaties(connection) if o.organisatie_id != new.organisatie_id]
    warnings = [
        WAARSCHUWINGEN[code] + "."
        for code in problems((*others, new), listed_brins(connection))[new.organisatie_id]
    ]
    warnings += [f"Ook ingesteld bij {o.naam} ({o.organisatie_id})." for o in doubles(new, others)]
    if old is not None and old.swv_id != new.swv_id:
        warnings.append("Dossiers die er al zijn blijven bij deze organisatie; dit geldt voor nieuwe.")
    was = described.of_organisatie(old) if old is not None else None
    return beheer.ask(
        visit,
        beheer.Bevestiging(
            titel=f"{'Organisatie toevoegen' if old is None else 'Organisatie wijzigen'}: {new.naam}",
            actie=_NEW if old is None else f"{_address(old)}/bewerken",
            terug=_address(old),
            slot=visit.lock(*_state(connection, old or new)),
            knop="Toevoegen" if old is None else "Opslaan",
            wijzigingen=beheer.differences(was, described.of_organisatie(new)),
            uitleg=[f"Samenwerkingsverband: {swvs[new.swv_id]}."],
            waarschuwingen=warnings,
            gevolgen=beheer.consequences(connection, before, impact.with_organisatie(before, new)),
            velden={
                "kenmerk": new.organisatie_id,
                "naam": new.naam,
                "swv": new.swv_id,
                "brin": str(new.vestiging or new.brin or ""),
            },
        ),
    )


def _state(connection: Connection, value: Organisatie) -> tuple[object, ...]:
    stored = find_organisatie(connection, value.organisatie_id)
    return ("organisatie", value.organisatie_id, stored)


def _address(value: Organisatie | None) -> str:
    return f"/beheer/organisaties/{value.organisatie_id}" if value is not None else "/beheer/organisaties"


PAGES = (
    Page(path=_NEW, handler=formulier, right=Right.ORGANISATIES),
    Page(path=f"{_NEW}/controleren", handler=controleren, right=Right.ORGANISATIES),
    Page(path=_NEW, handler=opslaan, right=Right.ORGANISATIES, method="POST"),
    Page(path="/beheer/organisaties/{id}/bewerken", handler=formulier, right=Right.ORGANISATIES),
    Page(path="/beheer/organisaties/{id}/controleren", handler=controleren, right=Right.ORGANISATIES),
    Page(path="/beheer/organisaties/{id}/bewerken", handler=opslaan, right=Right.ORGANISATIES, method="POST"),
)
