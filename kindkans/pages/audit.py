"""Audit: who saw or did what. Who is of one SWV reads what is about that one (rights/audit.py)."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from database.audit import AuditRow
from kindkans.pages.audit_words import (
    ACTIONS,
    KINDS,
    Groep,
    actions_of,
    detail_for,
    words_of_action,
)
from kindkans.pages.visit import Visit
from kindkans.rights.audit import Kind, StoreAudit, find_audit
from kindkans.rights.words import Lid, Systeemrecht
from web.audit_form import ROWS, Line, actors_named, read_before, read_period, show_rows
from web.invoer import Invoer
from web.page import Page
from web.url import url

_FIELDS = ("wie", "waarvan", "groep", "van", "tot")


def audit(visit: Visit) -> Response:
    typed, wanted = _wanted(visit)
    before = read_before(visit.query("voor"))
    rows: list[AuditRow] = []
    if not typed.fouten:
        with visit.reading() as connection:
            rows = find_audit(connection, visit.person, wanted, before=before, limit=ROWS + 1)
    return show_rows(
        visit,
        typed,
        rows,
        lambda row: _line(row, visit.person),
        groepen=(("", "Alles"), *((groep.name, groep.value) for groep in Groep)),
    )


def _wanted(visit: Visit) -> tuple[Invoer, StoreAudit]:
    """What was typed, with what is wrong with it, and the filter that it is."""
    # PostgreSQL knows no NUL
    typed = Invoer(waarden={name: visit.query(name).replace("\0", "") for name in _FIELDS})
    van, tot = read_period(typed)
    wanted = StoreAudit(
        actors=actors_named(typed.waarden["wie"]),
        subject=typed.waarden["waarvan"],
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


def _line(row: AuditRow, lid: Lid) -> Line:
    return Line(
        row=row, woorden=words_of_action(row.action), detail=detail_for(row.detail, lid), pad=_path(row, lid)
    )


def _path(row: AuditRow, lid: Lid) -> str:
    kind = ACTIONS[row.action].kind if row.action in ACTIONS else Kind.ELSE
    if kind is Kind.DOSSIER:
        return url(f"/dossiers/{row.subject}")
    if kind is Kind.ORGANISATIE and lid.may(Systeemrecht.ORGANISATIES):
        return url(f"/beheer/organisaties/{row.subject}")
    return ""


PAGES = (Page(path="/audit", handler=audit, right=Systeemrecht.AUDIT),)
