"""Looking through the audit on a page: what is typed, a person and a period of days, and what is shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from starlette.responses import Response

from database.audit import AuditRow
from dossier.identifiers import SwvId
from web.invoer import Invoer
from web.render import midnight
from web.url import url
from web.visit import Visit

# `swv=ID`, `van_swv=ID`, `SWV ID`: as those who write the audit name one in a detail.
_SWV = re.compile(r"swv[= ]([A-Za-z0-9_-]+)", re.IGNORECASE)


ROWS = 50  # of one page


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    row: AuditRow
    woorden: str
    detail: str
    pad: str  # of what it is about; "" if there is no page of it for this person


def show_rows(
    visit: Visit[Any, Any],
    typed: Invoer,
    rows: list[AuditRow],
    line_of: Callable[[AuditRow], Line],
    **context: object,
) -> Response:
    """`rows` is one more than ROWS if there are older ones."""
    shown, more = rows[:ROWS], len(rows) > ROWS
    return visit.page(
        "audit.html",
        status=422 if typed.fouten else 200,
        typed=typed,
        lines=[line_of(row) for row in shown],
        is_first=read_before(visit.query("voor")) is None,
        first=url("/audit", typed.waarden),
        older=url("/audit", {**typed.waarden, "voor": str(shown[-1].audit_id)}) if more else "",
        **context,
    )


def actors_named(wie: str) -> tuple[str, ...]:
    """A person as the audit names them, or without `lokaal:` or `oidc:` before it."""
    if not wie:
        return ()
    return (wie,) if ":" in wie else (wie, f"lokaal:{wie.lower()}", f"oidc:{wie}")


def read_period(invoer: Invoer) -> tuple[datetime | None, datetime | None]:
    """Of the fields van and tot (and with it). What is wrong is told beside them."""
    van, tot = _day(invoer, "van"), _day(invoer, "tot")
    if van and tot and tot < van:
        invoer.fouten["tot"] = "De laatste dag ligt voor de eerste."
    return midnight(van) if van else None, midnight(tot + timedelta(days=1)) if tot else None


def read_before(text: str) -> int | None:
    """None for what is no audit_id of ours: then the first page."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def names_another_swv(detail: str, swv_id: SwvId | None) -> bool:
    return any(named not in (swv_id, "-") for named in _SWV.findall(detail))


def _day(invoer: Invoer, name: str) -> date | None:
    text = invoer.waarden[name]
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        if not 2000 <= day.year < 9000:
            raise ValueError
    except ValueError:
        invoer.fouten[name] = "Dit is geen datum. Vul haar in als jjjj-mm-dd, zoals 2026-09-01."
        return None
    return day
