"""Audit: who saw or did what to which dossier. To read it is not audited; to take it away is.

Who has one SWV sees only the rows whose subject is of that SWV, and no detail that names another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from starlette.responses import Response

from database.audit import AuditRow, write_audit
from database.audit_search import AuditFilter, Kind, find_audit
from dossier.timestamps import utc_now
from helpdesk import links
from helpdesk.audit_words import ACTIONS, KINDS, Groep, actions_of, detail_for, words_of_action
from helpdesk.roles import Person, Right
from helpdesk.visit import Visit
from web.audit_form import ROWS, Line, actors_named, read_before, read_period, show_rows
from web.csv_answer import MOST_ROWS, csv_response
from web.invoer import Invoer
from web.page import Page
from web.render import AMSTERDAM
from web.url import url

_ROWS_OF_EXPORT = 1_000  # read at once
_HEADER = ("Moment", "Wie", "Wat", "Code", "Waarvan", "Bijzonderheden")
_FIELDS = ("wie", "waarvan", "groep", "van", "tot")


def audit(visit: Visit) -> Response:
    typed, wanted = _wanted(visit)
    before = read_before(visit.query("voor"))
    rows: list[AuditRow] = []
    if not typed.fouten:
        with visit.reading() as connection:
            rows = find_audit(connection, wanted, before=before, limit=ROWS + 1)
    return show_rows(
        visit,
        typed,
        rows,
        lambda row: _line(row, visit.person),
        groepen=list(Groep),
        export=url("/audit.csv", typed.waarden),
        most=MOST_ROWS,
    )


def audit_csv(visit: Visit) -> Response:
    """What the filter finds, the newest `MOST_ROWS` of it. Its own audit row is written before it is read."""
    typed, wanted = _wanted(visit)
    if typed.fouten:
        return audit(visit)
    with visit.writing() as connection:
        used = ",".join(name for name, value in typed.waarden.items() if value)
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


def _wanted(visit: Visit) -> tuple[Invoer, AuditFilter]:
    """What was typed, with what is wrong with it, and the filter that it is."""
    # PostgreSQL knows no NUL
    typed = Invoer(waarden={name: visit.query(name).replace("\0", "") for name in _FIELDS})
    van, tot = read_period(typed)
    wanted = AuditFilter(
        actors=actors_named(typed.waarden["wie"]),
        subject=_subject(typed.waarden["waarvan"]),
        visible_to=visit.person.swv_id,
        kinds=KINDS,
        from_=van,
        to=tot,
    )
    groep = typed.waarden["groep"]
    if groep in Groep.__members__:
        wanted = replace(wanted, actions=actions_of(Groep[groep]))
    elif groep:
        typed.fouten["groep"] = "Kies een soort uit de lijst."
    return typed, wanted


def _subject(waarvan: str) -> str:
    """A referentie is typed with hyphens and capitals too; a BRIN in small letters."""
    bare = waarvan.replace("-", "").lower()
    if len(bare) == 32 and all(c in "0123456789abcdef" for c in bare):
        return bare
    return waarvan.upper() if len(waarvan) in (4, 6) and waarvan[:2].isdecimal() else waarvan


def _line(row: AuditRow, person: Person) -> Line:
    return Line(
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
