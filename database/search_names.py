"""Which schools a name can mean: looked up in the small tables, and among the names that were pushed.

A LIKE over a million inzendingen takes a second. The names in them are some thousands: an index on the name
is walked from one to the next. Rows are then found by BRIN, omgeving and name, each through its index.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Integer,
    and_,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from database.schema import inzending, listed_school, omgeving, organisatie
from database.search_text import fold


class byte_length(GenericFunction[int]):
    """How many bytes a text is in UTF-8."""

    type = Integer()
    inherit_cache = True


@compiles(byte_length, "sqlite")
def _byte_length_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"length(CAST({compiler.process(element.clauses, **kw)} AS BLOB))"


@compiles(byte_length, "postgresql")
def _byte_length_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"octet_length({compiler.process(element.clauses, **kw)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schools:
    """Rows with one of these are of a school with that name."""

    brins: frozenset[str] = frozenset()
    omgevingen: frozenset[str] = frozenset()
    schoolnamen: frozenset[str] = field(default=frozenset(), repr=False)


def find_schools(connection: Connection, woorden: Iterable[str]) -> Schools:
    """Those in whose name (the national list: name and place) all of `woorden` are; these are folded."""
    words = tuple(woorden)
    found: dict[str, set[str]] = {"brin": set(), "omgeving": set(), "school": set()}
    for kind, key, naam in connection.execute(_names_with(words)):
        folded = fold(naam)
        if all(word in folded for word in words):
            found[kind].add(key)
    return Schools(
        brins=frozenset(found["brin"]),
        omgevingen=frozenset(found["omgeving"]),
        schoolnamen=frozenset(found["school"]),
    )


# The distinct names by jumps through ix_inzending_school: neither database jumps so by itself.
_first = select(func.min(inzending.c.schoolnaam).label("naam")).cte("namen", recursive=True)
_next = (
    select(inzending.c.schoolnaam)
    .where(inzending.c.schoolnaam > _first.c.naam)
    .order_by(inzending.c.schoolnaam)
    .limit(1)
    .scalar_subquery()
)
_pushed = _first.union_all(select(_next).where(_first.c.naam.is_not(None)))
_SOURCES: tuple[tuple[str, ColumnElement[str], ColumnElement[str]], ...] = (
    ("brin", listed_school.c.brin, listed_school.c.naam + " " + listed_school.c.plaats),
    ("brin", organisatie.c.brin, organisatie.c.naam),
    ("omgeving", omgeving.c.omgeving_id, omgeving.c.naam),
    ("school", _pushed.c.naam, _pushed.c.naam),
)


def _names_with(words: tuple[str, ...]) -> CompoundSelect[Any]:
    """The names with all `words`, and besides every name that is not ASCII: no database folds accents."""
    return union_all(
        *(
            select(literal(kind), key, naam).where(
                key.is_not(None),
                or_(
                    and_(true(), *(func.lower(naam).contains(word, autoescape=True) for word in words)),
                    byte_length(naam) != func.length(naam),
                ),
            )
            for kind, key, naam in _SOURCES
        )
    )
