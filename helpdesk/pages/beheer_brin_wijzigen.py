"""Beheer > BRIN-lijst: add a BRIN that is not in the list yet, and mend or remove what was added (FAQ 9).

What the national list has is changed by a newer list only.
"""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from database.listed_schools import find_school, list_schools, was_added_by_hand
from database.routing_tables import read_tables
from dossier.brin import Vestiging
from helpdesk import actions, described, impact
from helpdesk.pages import beheer
from helpdesk.pages.beheer_brin import find
from helpdesk.pages.beheer_invoer import Invoer
from helpdesk.roles import Right
from helpdesk.visit import Visit
from routing.brin_list import ListedSchool
from web.errors import BadInput, NotAllowed
from web.page import Page

_NEW_FIELDS = ("brin", "vestiging", "naam", "plaats")
_FIELDS = ("naam", "plaats")
_LIST = "/beheer/brin"
_NEW = f"{_LIST}/nieuw"
_ONE = f"{_LIST}/{{vestiging}}"


def nieuw(visit: Visit) -> Response:
    return _new_form(visit, Invoer.of(visit, _NEW_FIELDS, {"vestiging": "00"}))


def nieuw_controleren(visit: Visit) -> Response:
    invoer = Invoer.of(visit, _NEW_FIELDS)
    with visit.reading() as connection:
        school = _read_new(connection, invoer)
        if school is None:
            return _new_form(visit, invoer, status=422)
        before = read_tables(connection)
        others = [f"{s.vestiging} {s.naam}, {s.plaats}" for s in list_schools(connection, school.brin)]
        return beheer.ask(
            visit,
            beheer.Bevestiging(
                titel=f"{school.vestiging} toevoegen aan de BRIN-lijst",
                actie=_NEW,
                terug=_LIST,
                slot=visit.lock(*_state(connection, school.vestiging)),
                knop="Toevoegen",
                wijzigingen=beheer.differences(None, described.of_school(school)),
                waarschuwingen=[f"Van deze brincode staat al in de lijst: {'; '.join(others)}."]
                if others
                else [],
                gevolgen=beheer.consequences(
                    connection, before, impact.with_brins(before, {*before.brins, school.brin})
                ),
                velden={**invoer.waarden, "vestiging": str(school.vestiging)},
            ),
        )


def nieuw_opslaan(visit: Visit) -> Response:
    invoer = Invoer.of(visit, _NEW_FIELDS)
    with beheer.changing(visit) as connection:
        brin, vestiging = Invoer(waarden={"brin": invoer.waarden["vestiging"]}).plek()
        if brin is None or vestiging is None:
            raise BadInput("Er klopt iets niet (meer). Ga terug en vul het formulier opnieuw in.")
        visit.check_lock(*_state(connection, vestiging))
        school = _read_new(connection, invoer)
        if school is None:
            raise BadInput("; ".join(invoer.fouten.values()))
        actions.add_school(connection, visit.person.actor, school)
    return visit.redirect(f"{_LIST}/{school.vestiging}", gedaan="opgeslagen")


def bewerken(visit: Visit) -> Response:
    with visit.reading() as connection:
        school = _by_hand(visit, connection)
    return _form(visit, school, Invoer.of(visit, _FIELDS, described.of_school(school)))


def controleren(visit: Visit) -> Response:
    invoer = Invoer.of(visit, _FIELDS)
    with visit.reading() as connection:
        old = _by_hand(visit, connection)
        naam, plaats = invoer.naam(), invoer.naam("plaats", "de plaats")
        if invoer.fouten:
            return _form(visit, old, invoer, status=422)
        address = f"{_LIST}/{old.vestiging}"
        changes = beheer.differences(described.of_school(old), {"naam": naam, "plaats": plaats})
        if not changes:
            return visit.redirect(address, gedaan="niets")
        return beheer.ask(
            visit,
            beheer.Bevestiging(
                titel=f"{old.vestiging} wijzigen",
                actie=f"{address}/bewerken",
                terug=address,
                slot=visit.lock(*_state(connection, old.vestiging)),
                wijzigingen=changes,
                gevolgen=["Naam en plaats bepalen niet waar een hulpvraag terechtkomt: er verandert niets."],
                velden=invoer.waarden,
            ),
        )


def opslaan(visit: Visit) -> Response:
    invoer = Invoer.of(visit, _FIELDS)
    with beheer.changing(visit) as connection:
        old = _by_hand(visit, connection)
        visit.check_lock(*_state(connection, old.vestiging))
        naam, plaats = invoer.naam(), invoer.naam("plaats", "de plaats")
        invoer.must_be_right()
        actions.change_school(connection, visit.person.actor, old.vestiging, naam, plaats)
    return visit.redirect(f"{_LIST}/{old.vestiging}", gedaan="opgeslagen")


def verwijderen_vragen(visit: Visit) -> Response:
    with visit.reading() as connection:
        school = _by_hand(visit, connection)
        _must_be_unused(connection, school)
        before = read_tables(connection)
        last = len(list_schools(connection, school.brin)) == 1
        after = impact.with_brins(before, before.brins - {school.brin}) if last else before
        return beheer.ask(
            visit,
            beheer.Bevestiging(
                titel=f"{school.vestiging} verwijderen uit de BRIN-lijst",
                actie=f"{_LIST}/{school.vestiging}/verwijderen",
                terug=f"{_LIST}/{school.vestiging}",
                slot=visit.lock(*_state(connection, school.vestiging)),
                knop="Verwijderen",
                gevaarlijk=True,
                uitleg=[f"{school.naam}, {school.plaats}. Met de hand toegevoegd, en nergens in gebruik."],
                gevolgen=beheer.consequences(connection, before, after),
            ),
        )


def verwijderen(visit: Visit) -> Response:
    with beheer.changing(visit) as connection:
        school = _by_hand(visit, connection)
        visit.check_lock(*_state(connection, school.vestiging))
        _must_be_unused(connection, school)
        actions.remove_school(connection, visit.person.actor, school.vestiging)
    return visit.redirect(_LIST, gedaan="verwijderd")


def _read_new(connection: Connection, invoer: Invoer) -> ListedSchool | None:
    brin, _ = invoer.plek()
    if brin is None:
        invoer.fouten.setdefault("brin", "Vul de brincode in, zoals 32DD.")
    vestiging = Vestiging.parse(invoer.waarden["vestiging"] or "00", brin) if brin is not None else None
    if brin is not None and vestiging is None:
        invoer.fouten["vestiging"] = "Een vestiging is twee letters of cijfers; de hoofdvestiging is 00."
    naam, plaats = invoer.naam(), invoer.naam("plaats", "de plaats")
    held = find_school(connection, vestiging) if vestiging is not None else None
    if held is not None:
        invoer.fouten["brin"] = f"{held.vestiging} staat al in de lijst: {held.naam}, {held.plaats}."
    if invoer.fouten or brin is None or vestiging is None:
        return None
    return ListedSchool(brin=brin, vestiging=vestiging, naam=naam, plaats=plaats)


def _by_hand(visit: Visit, connection: Connection) -> ListedSchool:
    school = find(visit, connection)
    if not was_added_by_hand(connection, school.vestiging):
        raise NotAllowed(
            "Deze school staat in de landelijke lijst. Die wijzigt u door een nieuwere lijst in te lezen."
        )
    return school


def _must_be_unused(connection: Connection, school: ListedSchool) -> None:
    organisaties, koppelingen = actions.users_of(connection, school)
    if organisaties or koppelingen:
        users = [f"organisatie {o.naam}" for o in organisaties]
        users += [f"koppeling {k.koppeling_id}" for k in koppelingen]
        raise BadInput(
            f"{school.vestiging} is in gebruik bij {', '.join(users)}. Haal de code daar eerst weg."
        )


def _state(connection: Connection, vestiging: Vestiging) -> tuple[object, ...]:
    return "school", vestiging, find_school(connection, vestiging)


def _new_form(visit: Visit, invoer: Invoer, *, status: int = 200) -> Response:
    return visit.page("beheer_brin_form.html", status=status, s=None, invoer=invoer)


def _form(visit: Visit, school: ListedSchool, invoer: Invoer, *, status: int = 200) -> Response:
    return visit.page("beheer_brin_form.html", status=status, s=school, invoer=invoer)


PAGES = (
    Page(path=_NEW, handler=nieuw, right=Right.BRINLIJST),
    Page(path=f"{_NEW}/controleren", handler=nieuw_controleren, right=Right.BRINLIJST),
    Page(path=_NEW, handler=nieuw_opslaan, right=Right.BRINLIJST, method="POST"),
    Page(path=f"{_ONE}/bewerken", handler=bewerken, right=Right.BRINLIJST),
    Page(path=f"{_ONE}/controleren", handler=controleren, right=Right.BRINLIJST),
    Page(path=f"{_ONE}/bewerken", handler=opslaan, right=Right.BRINLIJST, method="POST"),
    Page(path=f"{_ONE}/verwijderen", handler=verwijderen_vragen, right=Right.BRINLIJST),
    Page(path=f"{_ONE}/verwijderen", handler=verwijderen, right=Right.BRINLIJST, method="POST"),
)
