"""Audit: who saw or did what to which dossier. To read it is not audited; to take it away is.

Who has one SWV sees only the rows whose subject is of that SWV, and no detail that names another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from starlette.responses import Response

from database.audit import AuditRow, write_audit
from database.audit_search import AuditFilter, Kind, find_audit
from dossier.timestamps import utc_now
from helpdesk.audit_words import ACTIONS, KINDS, Groep, actions_of, detail_for, words_of_action
from helpdesk.roles import Person, Right
from helpdesk.web import links
from helpdesk.web.csv_answer import MOST_ROWS, csv_response
from helpdesk.web.page import Page
from helpdesk.web.render import AMSTERDAM, midnight
from helpdesk.web.visit import Visit, url

_ROWS = 50
_ROWS_OF_EXPORT = 1_000  # read at once
_HEADER = ("Moment", "Wie", "Wat", "Code", "Waarvan", "Bijzonderheden")
_FIELDS = ("wie", "waarvan", "groep", "van", "tot")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    wie: str
    waarvan: str
    groep: str
    van: str
    tot: str
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def query(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in _FIELDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    row: AuditRow
    woorden: str
    detail: str
    pad: str  # of what it is about; "" if there is no page of it for this person


def audit(visit: Visit) -> Response:
    typed, wanted = _wanted(visit)
    before = _before(visit.query("voor"))
    rows: list[AuditRow] = []
    if not typed.errors:
        with visit.reading() as connection:
            rows = find_audit(connection, wanted, before=before, limit=_ROWS + 1)
    more = len(rows) > _ROWS
    del rows[_ROWS:]
    return visit.page(
        "audit.html",
        status=422 if typed.errors else 200,
        typed=typed,
        lines=[_line(row, visit.person) for row in rows],
        groepen=list(Groep),
        is_first=before is None,
        first=url("/audit", typed.query),
        older=url("/audit", {**typed.query, "voor": str(rows[-1].audit_id)}) if more else "",
        export=url("/audit.csv", typed.query),
        most=MOST_ROWS,
    )


def audit_csv(visit: Visit) -> Response:
    """What the filter finds, the newest `MOST_ROWS` of it. Its own audit row is written before it is read."""
    typed, wanted = _wanted(visit)
    if typed.errors:
        return audit(visit)
    with visit.writing() as connection:
        used = ",".join(name for name, value in typed.query.items() if value)
        write_audit(
            connection,
            actor=visit.person.actor,
            action="audit_exported",
            subject="audit",
            detail=f"filter={used or '-'}",
        )
    return csv_response(f"audit-{utc_now():%Y-%m-%d}.csv", _HEADER, _exported(visit, wanted))


def _exported(visit: Visit, wanted: AuditFilter) -> Iterator[tuple[object, ...]]:
    """Page by page, each in a transaction of its own: a slow reader holds nothing."""
    before: int | None = None
    left = MOST_ROWS
    while left > 0:
        with visit.reading() as connection:
            rows = find_audit(connection, wanted, before=before, limit=min(left, _ROWS_OF_EXPORT))
        for row in rows:
            yield (
                row.at.astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M:%S"),
                row.actor,
                words_of_action(row.action),
                row.action,
                row.subject,
                detail_for(row.detail, visit.person.swv_id),
            )
        if len(rows) < _ROWS_OF_EXPORT:
            return
        left -= len(rows)
        before = rows[-1].audit_id


def _wanted(visit: Visit) -> tuple[_Typed, AuditFilter]:
    """What was typed, with what is wrong with it, and the filter that it is."""
    asked = {name: visit.query(name).replace("\0", "") for name in _FIELDS}  # PostgreSQL knows no NUL
    typed = _Typed(
        wie=asked["wie"], waarvan=asked["waarvan"], groep=asked["groep"], van=asked["van"], tot=asked["tot"]
    )
    wanted = AuditFilter(
        actors=_actors(typed.wie),
        subject=_subject(typed.waarvan),
        visible_to=visit.person.swv_id,
        kinds=KINDS,
    )
    if typed.groep in Groep.__members__:
        wanted = replace(wanted, actions=actions_of(Groep[typed.groep]))
    elif typed.groep:
        typed.errors["groep"] = "Kies een soort uit de lijst."
    van, tot = _day(typed, "van"), _day(typed, "tot")
    if van and tot and tot < van:
        typed.errors["tot"] = "De laatste dag ligt voor de eerste."
    return typed, replace(
        wanted, from_=midnight(van) if van else None, to=midnight(tot + timedelta(days=1)) if tot else None
    )


def _actors(wie: str) -> tuple[str, ...]:
    """A person as the audit names them, or without `lokaal:` or `oidc:` before it."""
    if not wie:
        return ()
    return (wie,) if ":" in wie else (wie, f"lokaal:{wie.lower()}", f"oidc:{wie}")


def _subject(waarvan: str) -> str:
    """A referentie is typed with hyphens and capitals too; a BRIN in small letters."""
    bare = waarvan.replace("-", "").lower()
    if len(bare) == 32 and all(c in "0123456789abcdef" for c in bare):
        return bare
    return waarvan.upper() if len(waarvan) in (4, 6) and waarvan[:2].isdecimal() else waarvan


def _day(typed: _Typed, name: str) -> date | None:
    text = getattr(typed, name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        if not 2000 <= day.year < 9000:
            raise ValueError
    except ValueError:
        typed.errors[name] = "Dit is geen datum. Vul haar in als jjjj-mm-dd, zoals 2026-09-01."
        return None
    return day


def _before(text: str) -> int | None:
    """None for what is no audit_id of ours: then the first page."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _line(row: AuditRow, person: Person) -> _Line:
    return _Line(
        row=row,
        woorden=words_of_action(row.action),
        detail=detail_for(row.detail, person.swv_id),
        pad=_path(row, person),
    )


def _path(row: AuditRow, person: Person) -> str:
    kind = ACTIONS[row.action].kind if row.action in ACTIONS else Kind.ELSE
    if kind is Kind.INZENDING and person.may(Right.INZENDINGEN):
        return links.inzending(row.subject)
    if kind is Kind.DOSSIER and person.may(Right.INZENDINGEN):
        return links.dossier(row.subject)
    if kind is Kind.ORGANISATIE and person.may(Right.ORGANISATIES):
        return links.organisatie(row.subject)
    if kind is Kind.KOPPELING and person.may(Right.KOPPELINGEN):
        return links.koppeling(row.subject)
    return ""


PAGES = (
    Page(path="/audit", handler=audit, right=Right.AUDIT),
    Page(path="/audit.csv", handler=audit_csv, right=Right.AUDIT),
)
