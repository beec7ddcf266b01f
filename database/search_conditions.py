"""A filter as SQL. What many rows match is written so that no index serves it: see search.py."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    any_,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from database.outbox_rows import State
from database.schema import inzending, inzending_reden, outbox
from database.search_filter import Filter, Stand
from database.search_names import Schools, find_schools
from database.search_text import Query
from dossier.identifiers import InzendingId
from dossier.reden import RedenCode
from dossier.timestamps import to_ms

FEW = 20_000
"""So many rows are gathered and sorted in some 50 ms."""

_Condition = ColumnElement[bool]

# Literals, for a partial index serves no query that has parameters in their place.
_AFGEWEZEN = inzending.c.uitkomst == literal_column("'afgewezen'")
_DUBBEL = inzending.c.uitkomst == literal_column("'dubbel'")
_NEW = inzending.c.uitkomst.in_((literal_column("'nieuw'"), literal_column("'versie'")))


# Of an inzending; by another name than the list gives it, so that the two are two.
_EVENT = outbox.alias("event").c
_OPEN = _EVENT.state.in_(
    [literal_column(f"'{State.WACHTEND}'", Text), literal_column(f"'{State.GEPUBLICEERD}'", Text)]
)


def _state(state: State) -> _Condition:
    return _EVENT.state == literal_column(f"'{state}'")


def _with_event(*of: _Condition) -> _Condition:
    return _NEW & inzending.c.inzending_id.in_(select(_EVENT.event_id).where(*of))


_DELIVERED = _NEW & or_(
    inzending.c.bezorgd_ms.is_not(None),
    exists().where(_EVENT.event_id == inzending.c.inzending_id, _state(State.BEZORGD)),
)
_STANDEN: dict[Stand, _Condition] = {
    Stand.AFGEWEZEN: _AFGEWEZEN,
    Stand.DUBBEL: _DUBBEL,
    Stand.WACHTEND: _with_event(_OPEN, _state(State.WACHTEND)),
    Stand.GEPUBLICEERD: _with_event(_OPEN, _state(State.GEPUBLICEERD)),
    Stand.BEZORGD: _DELIVERED,
    Stand.VASTGELOPEN: _with_event(_state(State.DOOD)),
}


def conditions_of(connection: Connection, filter_: Filter) -> list[_Condition]:
    """All of which must hold. Reads the names of schools, and counts; never the inzendingen one by one."""
    found = [
        column == value
        for column, value in (
            (inzending.c.swv_id, filter_.swv_id),
            (inzending.c.swv_id, filter_.visible_to),
            (inzending.c.omgeving_id, filter_.omgeving_id),
        )
        if value is not None
    ]
    if filter_.from_ is not None:
        found.append(inzending.c.inzending_id >= first_id(filter_.from_))
    if filter_.to is not None:
        found.append(inzending.c.inzending_id < first_id(filter_.to))
    if filter_.stand is not None:
        found.append(_STANDEN[filter_.stand])
    if filter_.reden is not None:
        found.append(_with_reden(connection, filter_.reden))
    if filter_.query:
        found.append(_matching(connection, filter_.query))
    return found


def first_id(moment: datetime) -> InzendingId:
    """No id of then or later is smaller: an id begins with the milliseconds of its time."""
    return InzendingId(f"{max(to_ms(moment), 0):012x}".ljust(32, "0"))


def _with_reden(connection: Connection, code: RedenCode) -> _Condition:
    of_code = inzending_reden.c.code == code.value
    if is_few(connection, [select(inzending_reden.c.inzending_id).where(of_code)]):
        return inzending.c.inzending_id.in_(select(inzending_reden.c.inzending_id).where(of_code))
    return _AFGEWEZEN & exists().where(inzending_reden.c.inzending_id == inzending.c.inzending_id, of_code)


def _matching(connection: Connection, query: Query) -> _Condition:
    """One of what the query says; nothing, if it says nothing that can be found."""
    exact: list[tuple[Column[Any], Any]] = [
        (inzending.c.dossiernummer, query.dossiernummer),
        (inzending.c.bericht_id, query.bericht_id),
        (inzending.c.inzending_id, query.inzending_id),
        (inzending.c.brin, str(query.brin) if query.brin is not None else None),
        (inzending.c.naam_hash, query.naam_hash),
    ]
    conditions: list[_Condition] = [column == value for column, value in exact if value is not None]
    if query.vestiging is not None:
        brin, vestiging = str(query.vestiging.brin), str(query.vestiging)
        conditions.append((inzending.c.brin == brin) & (inzending.c.vestiging == vestiging))
    if query.woorden:
        conditions += _of_schools(connection, find_schools(connection, query.woorden))
    return or_(false(), *conditions)


def _of_schools(connection: Connection, schools: Schools) -> list[_Condition]:
    keys = [
        (column, values)
        for column, values in (
            (inzending.c.brin, schools.brins),
            (inzending.c.omgeving_id, schools.omgevingen),
            (inzending.c.schoolnaam, schools.schoolnamen),
        )
        if values
    ]
    conditions = [_one_of(connection, column, values) for column, values in keys]
    if not conditions or is_few(connection, [select(inzending.c.inzending_id).where(c) for c in conditions]):
        return conditions
    return [_one_of(connection, column.concat(""), values) for column, values in keys]


def _one_of(connection: Connection, column: ColumnElement[str], values: Collection[str]) -> _Condition:
    """As one parameter, for thousands are more than some databases take."""
    if connection.dialect.name == "postgresql":
        return column == any_(bindparam(None, sorted(values), ARRAY(Text)))
    return column.in_(select(func.json_each(json.dumps(sorted(values))).table_valued("value").c.value))


def is_few(connection: Connection, queries: Collection[Any]) -> bool:
    """Whether they give no more than `FEW` rows together; counts no further than that."""
    some = [query.limit(FEW + 1).subquery() for query in queries]
    counts = [select(func.count()).select_from(s).scalar_subquery() for s in some]
    counted = connection.execute(select(*counts)).one()
    return sum(counted) <= FEW
