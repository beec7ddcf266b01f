"""A filter as SQL. What many rows match is written so that no index serves it: see search.py."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    Select,
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

FEW = 30_000
"""So many rows are gathered and sorted in some 50 ms."""

_Condition = ColumnElement[bool]

# Literals, for a partial index serves no query that has parameters in their place.
AFGEWEZEN = inzending.c.uitkomst == literal_column("'afgewezen'")
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
_STATES = (Stand.WACHTEND, Stand.GEPUBLICEERD, Stand.VASTGELOPEN)  # most often of few
_STANDEN: dict[Stand, _Condition] = {
    Stand.AFGEWEZEN: AFGEWEZEN,
    Stand.DUBBEL: _DUBBEL,
    Stand.WACHTEND: _with_event(_OPEN, _state(State.WACHTEND)),
    Stand.GEPUBLICEERD: _with_event(_OPEN, _state(State.GEPUBLICEERD)),
    Stand.BEZORGD: _DELIVERED,
    Stand.VASTGELOPEN: _with_event(_state(State.DOOD)),
}


@dataclass(frozen=True, slots=True)
class Where:
    conditions: tuple[_Condition, ...]  # all must hold
    gathered: bool  # few rows pass one of them, which has an index: take those and sort them


def where(connection: Connection, filter_: Filter, *, by_time: bool) -> Where:
    """The filter, and how it is best answered. Reads the names of schools, and counts; never row by row.

    `by_time`: in that order the rows of one SWV need no sorting, for their index has it.
    """
    of, asked = inzending.c, filter_
    swvs = [of.swv_id == swv for swv in (asked.swv_id, asked.visible_to) if swv is not None]
    omgeving = [of.omgeving_id == asked.omgeving_id] if asked.omgeving_id is not None else []
    period = [of.inzending_id >= first_id(asked.from_)] if asked.from_ is not None else []
    period += [of.inzending_id < first_id(asked.to)] if asked.to is not None else []
    stand = [_STANDEN[asked.stand]] if asked.stand is not None else []
    reden, few_reden = _with_reden(connection, asked.reden) if asked.reden is not None else ([], False)
    query, few_query = _matching(connection, asked.query) if asked.query else ([], False)
    gathered = few_reden or few_query
    for conditions in (omgeving, [] if by_time else swvs[:1], stand if asked.stand in _STATES else []):
        gathered = gathered or (bool(conditions) and is_few(connection, [_ids(*conditions)]))
    return Where((*swvs, *omgeving, *period, *stand, *reden, *query), gathered)


def first_id(moment: datetime) -> InzendingId:
    """No id of then or later is smaller: an id begins with the milliseconds of its time."""
    return InzendingId(f"{max(to_ms(moment), 0):012x}".ljust(32, "0"))


def _ids(*conditions: _Condition) -> Select[Any]:
    return select(inzending.c.inzending_id).where(*conditions)


def _with_reden(connection: Connection, code: RedenCode) -> tuple[list[_Condition], bool]:
    with_code = select(inzending_reden.c.inzending_id).where(inzending_reden.c.code == code.value)
    if is_few(connection, [with_code]):
        return [inzending.c.inzending_id.in_(with_code)], True
    own = with_code.where(inzending_reden.c.inzending_id == inzending.c.inzending_id)
    return [AFGEWEZEN, own.correlate(inzending).exists()], False


def _matching(connection: Connection, query: Query) -> tuple[list[_Condition], bool]:
    """One of what the query says."""
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
    keys = _keys(find_schools(connection, query.woorden)) if query.woorden else []
    found = [*conditions, *(_one_of(connection, column, values) for column, values in keys)]
    if not found or is_few(connection, [_ids(condition) for condition in found]):
        return [or_(false(), *found)], True
    walked = [_one_of(connection, unindexed(column), values) for column, values in keys]
    return [or_(*conditions, *walked)], False


def _keys(schools: Schools) -> list[tuple[Column[Any], Collection[str]]]:
    keys = (
        (inzending.c.brin, schools.brins),
        (inzending.c.omgeving_id, schools.omgevingen),
        (inzending.c.schoolnaam, schools.schoolnamen),
    )
    return [(column, values) for column, values in keys if values]


def unindexed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same value, of which neither database knows that an index has it."""
    return column + 0 if isinstance(column.type, Integer) else column.concat("")


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
