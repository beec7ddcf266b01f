"""Waar is mijn hulpvraag? (FAQ 2, 6, 8): from a BRIN to a diagnosis, with a text for the school.

A BRIN and a date may be in the URL, to be shared. A surname is posted, and answered there: it is in no
URL, no log and no audit row; what is looked for is its keyed hash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from starlette.responses import Response

from database.audit import write_audit
from database.diagnosis import Asked, Facts, read_facts
from database.listed_schools import search_schools
from dossier.brin import Brin, Vestiging
from dossier.timestamps import to_ms
from helpdesk import links
from helpdesk.diagnosis import diagnose
from helpdesk.diagnosis_pushes import inzendingen_of, words_of
from helpdesk.diagnosis_words import About
from helpdesk.roles import Right
from helpdesk.visit import Visit
from routing.brin_list import ListedSchool
from web.page import Page
from web.render import midnight

_AROUND = timedelta(days=3)
_MOST_SCHOOLS = 25
_LONGEST_NAME = 200


@dataclass(slots=True, kw_only=True)
class _Typed:
    brin: str
    datum: str
    achternaam: str = field(default="", repr=False)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def day(self) -> date | None:
        """None if none was given. A wrong one is an error."""
        if not self.datum:
            return None
        try:
            day = date.fromisoformat(self.datum)
            if not 2000 <= day.year < 9000:  # what a browser sends halfway a year that is typed
                raise ValueError
        except ValueError:
            self.errors["datum"] = "Dit is geen datum. Vul haar in als jjjj-mm-dd, zoals 2026-09-01."
            return None
        return day


def waar(visit: Visit) -> Response:
    return _answer(visit, _Typed(brin=visit.query("brin"), datum=visit.query("datum")))


def waar_leerling(visit: Visit) -> Response:
    typed = _Typed(brin=visit.field("brin"), datum=visit.field("datum"), achternaam=visit.field("achternaam"))
    if not typed.brin:
        typed.errors["brin"] = "Vul de brincode in, zoals 32DD."
    if not typed.achternaam:
        typed.errors["achternaam"] = "Vul de achternaam van de leerling in."
    elif len(typed.achternaam) > _LONGEST_NAME:
        typed.errors["achternaam"] = f"Vul maximaal {_LONGEST_NAME} tekens in."
    return _answer(visit, typed)


def _answer(visit: Visit, typed: _Typed) -> Response:
    brin = _brin(typed.brin)
    day = typed.day
    if typed.errors:
        return _page(visit, typed, brin, status=422)
    if brin is None:
        return _schools(visit, typed)
    asked = _asked(visit, typed, brin, day)
    if asked.naam_hash is not None:
        with visit.writing() as connection:
            write_audit(connection, actor=visit.person.actor, action="surname_searched", subject=str(brin))
    with visit.reading() as connection:
        facts = read_facts(connection, asked)
    return _page(visit, typed, brin, facts=facts)


def _schools(visit: Visit, typed: _Typed) -> Response:
    """What was typed is no BRIN: then it is part of a school's name."""
    if not typed.brin:
        return _page(visit, typed, None)
    with visit.reading() as connection:
        found = search_schools(connection, typed.brin, _MOST_SCHOOLS + 1)
    if not found:
        typed.errors["brin"] = (
            "Dit is geen brincode (twee cijfers en twee letters, zoals 32DD), en er is in de landelijke "
            "lijst geen school met deze naam of plaats."
        )
        return _page(visit, typed, None, status=422)
    return _page(visit, typed, None, schools=found)


def _page(
    visit: Visit,
    typed: _Typed,
    brin: Brin | None,
    *,
    facts: Facts | None = None,
    schools: Sequence[ListedSchool] = (),
    status: int = 200,
) -> Response:
    findings = diagnose(facts) if facts is not None else ()
    about = _about(visit, facts) if facts is not None else None
    return visit.page(
        "waar.html",
        status=status,
        typed=typed,
        brin=brin,
        facts=facts,
        about=about,
        findings=[(words_of(f, about), inzendingen_of(f)) for f in findings] if about else [],
        schools=schools,
        most=_MOST_SCHOOLS,
        links=links,
    )


def _about(visit: Visit, facts: Facts) -> About:
    names = [school.naam for school in facts.schools] or [one.naam for one in facts.organisaties]
    person = visit.person
    return About(
        brin=facts.brin,
        school=names[0] if names else "",
        afzender=person.naam if person.swv_id else f"{person.naam}\nHelpdesk Kindkans",
        one_swv=person.swv_id is not None,
        may_koppelingen=person.may(Right.KOPPELINGEN),
    )


def _brin(text: str) -> Brin | None:
    """Of a vestigingscode its BRIN: routing looks at all that is set for it."""
    brin = Brin.parse(text)
    if brin is not None:
        return brin
    whole = Brin.parse(text.strip()[:4])
    return whole if whole is not None and Vestiging.parse(text, whole) is not None else None


def _asked(visit: Visit, typed: _Typed, brin: Brin, day: date | None) -> Asked:
    return Asked(
        brin=brin,
        naam_hash=visit.desk.seal.naam_hash(typed.achternaam) if typed.achternaam else None,
        from_ms=to_ms(midnight(day - _AROUND)) if day else None,
        until_ms=to_ms(midnight(day + _AROUND + timedelta(days=1))) if day else None,
        visible_to=visit.person.swv_id,
    )


PAGES = (
    Page(path="/waar", handler=waar, right=Right.INZENDINGEN),
    Page(path="/waar", handler=waar_leerling, right=Right.INZENDINGEN, method="POST"),
)
