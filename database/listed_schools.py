"""Table listed_school: the national BRIN list, and what the helpdesk added to it (FAQ 9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from database.schema import listed_school
from database.search_text import fold
from database.settings_version import bump_version
from dossier.brin import Brin, Vestiging
from routing.brin_list import ListedSchool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDiff:
    """What an import would change. A school that the helpdesk added is never removed by a file."""

    added: tuple[ListedSchool, ...]
    changed: tuple[ListedSchool, ...]
    removed: tuple[ListedSchool, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def list_schools(connection: Connection, brin: Brin | None = None) -> list[ListedSchool]:
    query = select(listed_school).order_by(listed_school.c.vestiging)
    if brin is not None:
        query = query.where(listed_school.c.brin == str(brin))
    return [_school(row) for row in connection.execute(query)]


def find_school(connection: Connection, vestiging: Vestiging) -> ListedSchool | None:
    return next((s for s in list_schools(connection, vestiging.brin) if s.vestiging == vestiging), None)


def listed_by_hand(connection: Connection, limit: int) -> list[ListedSchool]:
    """What the helpdesk added."""
    query = select(listed_school).where(listed_school.c.origin == "helpdesk")
    return [
        _school(row) for row in connection.execute(query.order_by(listed_school.c.vestiging).limit(limit))
    ]


def search_schools(connection: Connection, text: str, limit: int) -> list[ListedSchool]:
    """Those whose vestigingscode begins with it, or whose name and place have every word of it; case and
    accents do not count. In order of their code."""
    words, code = fold(text).split(), text.strip().upper()
    if not words:
        return []
    found = (
        s
        for s in list_schools(connection)
        if str(s.vestiging).startswith(code) or all(w in fold(f"{s.naam} {s.plaats}") for w in words)
    )
    return list(islice(found, limit))


def listed_brins(connection: Connection) -> list[Brin]:
    return [Brin(code) for code in connection.execute(select(listed_school.c.brin).distinct()).scalars()]


def diff_list(connection: Connection, wanted: Iterable[ListedSchool]) -> ListDiff:
    by_vestiging = {school.vestiging: school for school in wanted}
    held = {school.vestiging: school for school in list_schools(connection)}
    from_list = set(
        connection.execute(
            select(listed_school.c.vestiging).where(listed_school.c.origin == "lijst")
        ).scalars()
    )
    return ListDiff(
        added=tuple(s for v, s in by_vestiging.items() if v not in held),
        changed=tuple(s for v, s in by_vestiging.items() if v in held and held[v] != s),
        removed=tuple(s for v, s in held.items() if v not in by_vestiging and str(v) in from_list),
    )


def apply_diff(connection: Connection, diff: ListDiff) -> None:
    _remove(connection, (*diff.removed, *diff.changed))
    _insert(connection, (*diff.added, *diff.changed), "lijst")
    bump_version(connection)


def add_school(connection: Connection, school: ListedSchool) -> None:
    """Adds one by hand, or corrects it; a later import leaves it unless it names it itself."""
    _remove(connection, (school,))
    _insert(connection, (school,), "helpdesk")
    bump_version(connection)


def was_added_by_hand(connection: Connection, vestiging: Vestiging) -> bool:
    query = select(listed_school.c.origin).where(listed_school.c.vestiging == str(vestiging))
    return connection.execute(query).scalar_one_or_none() == "helpdesk"


def delete_school(connection: Connection, school: ListedSchool) -> None:
    _remove(connection, (school,))
    bump_version(connection)


def _remove(connection: Connection, schools: Iterable[ListedSchool]) -> None:
    for school in schools:
        connection.execute(delete(listed_school).where(listed_school.c.vestiging == str(school.vestiging)))


def _insert(connection: Connection, schools: Iterable[ListedSchool], origin: str) -> None:
    rows = [
        {
            "vestiging": str(school.vestiging),
            "brin": str(school.brin),
            "naam": school.naam,
            "plaats": school.plaats,
            "origin": origin,
        }
        for school in schools
    ]
    if rows:
        connection.execute(insert(listed_school), rows)


def _school(row: Row[Any]) -> ListedSchool:
    return ListedSchool(
        brin=Brin(row.brin), vestiging=Vestiging(row.vestiging), naam=row.naam, plaats=row.plaats
    )
