"""Kengetallen: the hulpvragen with an aanpak or a TLV, counted; and how many others there are (FAQ 5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from starlette.responses import Response

from database.audit import write_audit
from dossier.identifiers import Dossiernummer
from dossier.timestamps import day_in_amsterdam
from kindkans.dossiers.kengetallen import (
    PAGE,
    Kengetallen,
    Visible,
    count_kengetallen,
    list_kengetallen,
)
from kindkans.dossiers.search import Gevonden, read_rows
from kindkans.pages.visit import Visit
from kindkans.pages.woorden import MAANDEN, soort_naam
from kindkans.rights.statements import visible
from kindkans.rights.words import Systeemrecht
from web.csv_answer import MOST_ROWS, csv_response
from web.page import Page

PATH = "/kengetallen"
_MOST_MONTHS = 24  # in the chart; the table has all
_HEADER = ("dossiernummer", "organisatie", "soort", "ontvangen")

Reeks = list[tuple[str, int]]


def kengetallen(visit: Visit) -> Response:
    with visit.reading() as connection:
        found = count_kengetallen(connection, _visible(visit))
    months = _months(found)
    return visit.page(
        "kengetallen.html",
        cijfers=found,
        scholen=[(school.naam, school.aantal) for school in found.scholen],
        soorten=[(soort_naam(soort), count) for soort, count in found.soorten.items()],
        maanden=months,
        staven=[(label, (("bezig", count),)) for label, count in months[-_MOST_MONTHS:]],
    )


def als_csv(visit: Visit) -> Response:
    """The same hulpvragen, a line each. No name: who needs that opens the dossier."""
    with visit.writing() as connection:
        write_audit(
            connection, actor=visit.person.actor, action="kengetallen_exported", subject="kengetallen"
        )
    return csv_response("kengetallen.csv", _HEADER, _lines(visit))


def _lines(visit: Visit) -> Iterator[tuple[str, ...]]:
    before: Dossiernummer | None = None
    for _ in range(MOST_ROWS // PAGE):
        rows = _read(visit, before)
        for row in rows:
            day = day_in_amsterdam(row.ontvangen).isoformat()
            yield str(row.dossiernummer), row.organisatie, soort_naam(row.soort), day
        if len(rows) < PAGE:
            return
        before = rows[-1].dossiernummer


def _read(visit: Visit, before: Dossiernummer | None) -> tuple[Gevonden, ...]:
    with visit.reading() as connection:
        numbers = list_kengetallen(connection, _visible(visit), before)
        return read_rows(connection, visit.person, visit.today, numbers)


def _visible(visit: Visit) -> Visible:
    person, today = visit.person, visit.today
    return lambda tab: visible(person, tab, today)


def _months(found: Kengetallen) -> Reeks:
    """Also those between with none; what has no month yet is the last."""
    known = [month for month in found.maanden if month is not None]
    months: Reeks = []
    at = min(known, default=None)
    while at is not None and at <= max(known):
        months.append((f"{MAANDEN[at.month - 1]} {at:%y}", found.maanden.get(at, 0)))
        at = _next(at)
    if None in found.maanden:
        months.append(("onbekend", found.maanden[None]))
    return months


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


PAGES = (
    Page(path=PATH, handler=kengetallen, right=Systeemrecht.KENGETALLEN),
    Page(path=f"{PATH}.csv", handler=als_csv, right=Systeemrecht.KENGETALLEN),
)
