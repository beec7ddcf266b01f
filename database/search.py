"""The helpdesk's search through inzendingen: one way, for the pages and the command line.

However many rows there are, a page costs the same number of statements. What is looked for is found in one
of two ways. Few rows match: they are gathered through their indexes, and sorted. Many match: the table is
walked in the order asked for until the page is full, which is soon, for they are many. Which of the two
is counted beforehand, up to `FEW`. Measured in docs/performance.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select, tuple_

from database.inzendingen import InzendingRecord
from database.outbox_rows import State
from database.schema import inzending, inzending_reden, omgeving, organisatie, outbox
from database.search_conditions import AFGEWEZEN, Where, unindexed, where
from database.search_cursor import BadCursor, Cursor, Sort, parse_cursor
from database.search_filter import EVERYTHING, Filter, Stand
from database.search_text import Query, understand
from dossier.identifiers import InzendingId
from dossier.reden import RedenCode

__all__ = ["BadCursor", "Cursor", "Filter", "Found", "Page", "Query", "Sort", "Stand"]
__all__ += ["parse_cursor", "search", "understand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One row of the list, with all that it shows."""

    record: InzendingRecord
    stand: Stand
    redenen: tuple[RedenCode, ...]  # each once, in their order
    organisatie: str  # its name; "" of a rejection
    omgeving: str  # its name; "" if it is not in the settings any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    rows: tuple[Found, ...]
    next_cursor: str | None  # None: this is the last
    previous_cursor: str | None  # None: this is the first


def search(
    connection: Connection,
    filter_: Filter = EVERYTHING,
    sort: Sort = Sort.ONTVANGEN_DESC,
    cursor: Cursor | None = None,
    limit: int = 50,
) -> Page:
    """The page after (or before) the cursor's row; without one, the first.

    Rows that come in meanwhile make no row appear twice and none go missing from the pages that follow.
    Raises ValueError for a cursor of another sort.
    """
    if cursor is not None and cursor.sort is not sort:
        raise ValueError("a cursor goes with its sort")
    found_by = where(connection, filter_, by_time=sort.by == "ontvangen")
    backwards = cursor is not None and cursor.backwards
    rows: list[Row[Any]] = []
    for query in _parts(found_by, filter_, sort, cursor):
        if len(rows) <= limit:
            rows += connection.execute(query.limit(limit + 1 - len(rows))).all()
    more = len(rows) > limit
    del rows[limit:]
    if backwards:
        rows.reverse()
    found = _with_redenen(connection, rows)
    if not found:
        return Page(rows=(), next_cursor=None, previous_cursor=None)
    has_next = True if backwards else more
    has_previous = more if backwards else cursor is not None
    return Page(
        rows=found,
        next_cursor=_cursor(sort, found[-1].record, backwards=False) if has_next else None,
        previous_cursor=_cursor(sort, found[0].record, backwards=True) if has_previous else None,
    )


_COLUMNS = (
    *inzending.c,
    organisatie.c.naam.label("organisatie_naam"),
    omgeving.c.naam.label("omgeving_naam"),
    outbox.c.state,
)
_FROM = (
    inzending.outerjoin(organisatie, organisatie.c.organisatie_id == inzending.c.organisatie_id)
    .outerjoin(omgeving, omgeving.c.omgeving_id == inzending.c.omgeving_id)
    .outerjoin(outbox, outbox.c.event_id == inzending.c.inzending_id)
)


def _parts(found_by: Where, filter_: Filter, sort: Sort, cursor: Cursor | None) -> list[Select[Any]]:
    """The queries that give the rows one after the other: two where some rows have no key to sort by."""
    backwards = cursor is not None and cursor.backwards
    descending = sort.descending is not backwards
    everything = select(*_COLUMNS).select_from(_FROM).where(*found_by.conditions)
    shape = unindexed if found_by.gathered else lambda column: column
    by_id = (shape(inzending.c.inzending_id),)
    if sort.by == "ontvangen":
        return [_in_order(everything, by_id, descending, cursor)]
    if sort.by == "school":
        return [_in_order(everything, (shape(inzending.c.schoolnaam), *by_id), descending, cursor)]
    in_without = cursor is not None and cursor.key is None
    # Not asked where the filter rules it out: it would look through all rows to find none.
    only_without = filter_.stand is Stand.AFGEWEZEN or filter_.reden is not None
    none_without = filter_.stand not in (None, Stand.AFGEWEZEN)
    parts = []
    if (not in_without or backwards) and not only_without:
        numbered = everything.where(inzending.c.dossiernummer.is_not(None))
        columns = (shape(inzending.c.dossiernummer), *by_id)
        parts.append(_in_order(numbered, columns, descending, None if in_without else cursor))
    if (in_without or not backwards) and not none_without:
        gathered = found_by.gathered
        without = everything.where(shape(inzending.c.dossiernummer).is_(None) if gathered else AFGEWEZEN)
        parts.append(_in_order(without, by_id, descending, cursor if in_without else None))
    return parts[::-1] if backwards else parts


def _in_order(
    query: Select[Any], columns: tuple[ColumnElement[Any], ...], descending: bool, cursor: Cursor | None
) -> Select[Any]:
    if cursor is not None:
        here = (cursor.inzending_id,) if len(columns) == 1 else (cursor.key, cursor.inzending_id)
        there = tuple_(*columns)
        query = query.where(there < here if descending else there > here)
    return query.order_by(*(c.desc() if descending else c.asc() for c in columns))


_REDENEN = (inzending_reden.c.inzending_id, inzending_reden.c.code)


def _with_redenen(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[Found, ...]:
    refused = [row.inzending_id for row in rows if row.uitkomst == "afgewezen"]
    query = (
        select(*_REDENEN)
        .where(inzending_reden.c.inzending_id.in_(refused))
        .order_by(inzending_reden.c.inzending_id, inzending_reden.c.volgnummer)
    )
    codes: dict[InzendingId, dict[RedenCode, None]] = {}
    for inzending_id, code in connection.execute(query):
        codes.setdefault(inzending_id, {})[RedenCode(code)] = None
    return tuple(_found(row, tuple(codes.get(row.inzending_id, ()))) for row in rows)


def _found(row: Row[Any], redenen: tuple[RedenCode, ...]) -> Found:
    record = InzendingRecord(**{name: row._mapping[name] for name in InzendingRecord.__slots__})
    return Found(
        record=record,
        stand=_stand(record, row.state),
        redenen=redenen,
        organisatie=row.organisatie_naam or "",
        omgeving=row.omgeving_naam or "",
    )


_OF_STATE = {
    State.WACHTEND: Stand.WACHTEND,
    State.GEPUBLICEERD: Stand.GEPUBLICEERD,
    State.BEZORGD: Stand.BEZORGD,
    State.DOOD: Stand.VASTGELOPEN,
}


def _stand(record: InzendingRecord, state: str | None) -> Stand:
    if record.uitkomst in (Stand.AFGEWEZEN, Stand.DUBBEL):
        return Stand(record.uitkomst)
    if state is not None:
        return _OF_STATE[State(state)]
    # Retention took the event and left the moment; with neither, reconcile tells what is missing.
    return Stand.BEZORGD if record.bezorgd_ms is not None else Stand.WACHTEND


def _cursor(sort: Sort, record: InzendingRecord, *, backwards: bool) -> str:
    key = {"ontvangen": None, "school": record.schoolnaam, "dossiernummer": record.dossiernummer}[sort.by]
    return str(Cursor(sort=sort, key=key, inzending_id=record.inzending_id, backwards=backwards))
