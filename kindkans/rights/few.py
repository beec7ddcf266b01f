"""`column IN (a few rows)` as one way among others of an OR, such that each way keeps using its index.

PostgreSQL reads the whole table for an OR with an IN (SELECT ...): what the subquery finds, it does not know
beforehand. Of an array it makes an index condition. SQLite has no arrays, and no need of them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import CompoundSelect, FunctionElement


class _InFew(FunctionElement[bool]):
    type = Boolean()
    name = "in_few"
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """It is a condition already: SQLite's `(...) = 1` around it would keep it from an index."""
        return self


def in_few(column: ColumnElement[Any], rows: Select[Any] | CompoundSelect[Any]) -> ColumnElement[bool]:
    return _InFew(column, rows.scalar_subquery())


@compiles(_InFew)
def _as_in(element: _InFew, compiler: Any, **kw: Any) -> str:
    column, rows = element.clauses
    return f"({compiler.process(column, **kw)} IN {compiler.process(rows, **kw)})"


@compiles(_InFew, "postgresql")
def _as_array(element: _InFew, compiler: Any, **kw: Any) -> str:
    column, rows = element.clauses
    return f"({compiler.process(column, **kw)} = ANY (ARRAY{compiler.process(rows, **kw)}))"
