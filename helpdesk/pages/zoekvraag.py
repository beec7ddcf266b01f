"""What is asked of the list of inzendingen: read strictly from a URL or a form, and written into a URL again.

A pupil's name is never part of it: a word in the search box is of a school or a place, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from database.search import BadCursor, Cursor, Filter, Query, Sort, Stand, parse_cursor, understand
from dossier.identifiers import OmgevingId, SwvId
from dossier.reden import RedenCode
from dossier.status import Toestand
from helpdesk.roles import Person
from helpdesk.words import TOESTANDEN
from web.render import midnight
from web.url import url

PATH = "/inzendingen"
FIELDS = ("zoek", "status", "reden", "swv", "omgeving", "van", "tot", "sorteer")
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_Word = TypeVar("_Word", bound=StrEnum)

# How an inzending stands: the words, and the colour that goes with them.
STANDEN: Mapping[Stand, tuple[str, str]] = MappingProxyType(
    {
        Stand.AFGEWEZEN: (TOESTANDEN[Toestand.AFGEWEZEN], "fout"),
        Stand.DUBBEL: ("Dubbel", "let-op"),
        Stand.WACHTEND: (TOESTANDEN[Toestand.GEACCEPTEERD], "bezig"),
        Stand.GEPUBLICEERD: (TOESTANDEN[Toestand.GEPUBLICEERD], "bezig"),
        Stand.BEZORGD: (TOESTANDEN[Toestand.BEZORGD], "goed"),
        Stand.VASTGELOPEN: (TOESTANDEN[Toestand.VASTGELOPEN], "fout"),
    }
)
# A code in as few words as a list has room for: `BRIN niet ingesteld`.
REDENEN: Mapping[RedenCode, str] = MappingProxyType(
    {code: code.replace("_", " ").capitalize().replace("Brin", "BRIN") for code in RedenCode}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zoekvraag:
    filter: Filter
    sort: Sort
    cursor: Cursor | None
    typed: Mapping[str, str]  # per field of FIELDS that was filled in
    errors: Mapping[str, str] = field(default_factory=dict)  # per field, in Dutch

    def link(self, path: str = PATH, /, **changed: str) -> str:
        """The same question with these fields changed, from its first page on unless `na` says otherwise."""
        return url(path, {**self.typed, **changed})

    def sorted_by(self, by: str) -> str:
        """The link in the head of a column: the other way round, if the list is sorted by it already."""
        first, second = (by, f"-{by}") if by == "school" else (f"-{by}", by)
        return self.link(sorteer=second if self.sort == first else first)

    @property
    def understood(self) -> str:
        """How the search box was understood, as a sentence; "" if it is empty."""
        query, text = self.filter.query, self.typed.get("zoek", "")
        if query.dossiernummer is not None:
            return f"Gezocht op dossiernummer {query.dossiernummer}."
        if query.bericht_id is not None:
            return f"Gezocht op berichtId of referentie {text}."
        if query.brin is not None:
            return f"Gezocht op BRIN {query.brin}."
        if query.vestiging is not None:
            return f"Gezocht op vestiging {query.vestiging}."
        return f"Gezocht op een school of plaats met “{text}” in de naam." if query.woorden else ""

    @property
    def in_codes(self) -> str:
        """For the audit: codes and ids only. What was typed as words stays out, whatever it was."""
        kept = {name: value for name, value in self.typed.items() if name not in ("zoek", "sorteer")}
        query = self.filter.query
        exact = {
            "dossiernummer": query.dossiernummer,
            "bericht_id": query.bericht_id,
            "brin": query.brin,
            "vestiging": query.vestiging,
        }
        kept |= {name: str(value) for name, value in exact.items() if value is not None}
        if query.woorden:
            kept["zoek"] = "woorden"
        return " ".join(f"{name}={value}" for name, value in kept.items())


def read(get: Callable[[str], str], person: Person, *, na: str = "", query: Query | None = None) -> Zoekvraag:
    """The question in these fields, and of what this person may see. Raises nothing: see `errors`.

    `na` is where the page begins. `query` stands in the place of the search box, and is listed by time.
    That there are such an SWV and omgeving is for who has the database to check.
    """
    fields = FIELDS if query is None else tuple(name for name in FIELDS if name not in ("zoek", "sorteer"))
    typed = {name: get(name) for name in fields if get(name)}
    errors: dict[str, str] = {}
    sort = _word(Sort, "sorteer", typed, errors) or Sort.ONTVANGEN_DESC
    since = _day("van", typed, errors)
    until = _day("tot", typed, errors)
    if since is not None and until is not None and until < since:
        errors["tot"] = "Deze datum ligt voor de begindatum. Kies een latere datum."
    filter_ = Filter(
        query=query if query is not None else understand(typed.get("zoek", "")),
        stand=_word(Stand, "status", typed, errors),
        reden=_word(RedenCode, "reden", typed, errors),
        swv_id=SwvId(typed["swv"]) if "swv" in typed else None,
        omgeving_id=OmgevingId(typed["omgeving"]) if "omgeving" in typed else None,
        from_=midnight(since) if since is not None else None,
        to=midnight(until + timedelta(days=1)) if until is not None else None,
        visible_to=person.swv_id,
    )
    cursor = parse_cursor(na, sort) if na else None
    return Zoekvraag(
        filter=filter_,
        sort=sort,
        cursor=None if isinstance(cursor, BadCursor) else cursor,
        typed=typed,
        errors=errors,
    )


def _word(kind: type[_Word], name: str, typed: Mapping[str, str], errors: dict[str, str]) -> _Word | None:
    text = typed.get(name)
    if text is None:
        return None
    try:
        return kind(text)
    except ValueError:
        errors[name] = "Deze keuze bestaat niet. Kies er een uit de lijst."
        return None


def _day(name: str, typed: dict[str, str], errors: dict[str, str]) -> date | None:
    text = typed.get(name)
    if text is None:
        return None
    for form in ("%Y-%m-%d", "%d-%m-%Y"):  # of a date field; as people type it where there is none
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
        if _FIRST_YEAR <= day.year <= _LAST_YEAR:
            typed[name] = day.isoformat()
            return day
    errors[name] = "Dit is geen datum. Vul hem in als dag-maand-jaar, bijvoorbeeld 24-11-2026."
    return None
