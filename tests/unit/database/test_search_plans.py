"""The searches and the counts keep using their indexes, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from components.inzendingen import settings
from components.statements import record_statements
from database import attention, figures, search_conditions
from database.engine import reading, writing
from database.inzendingen import tries_of
from database.search import Filter, Query, Sort, Stand, search, understand
from dossier.identifiers import HulpvraagId, KoppelingId, OmgevingId, SwvId
from dossier.reden import RedenCode

NOW = datetime(2026, 9, 1, tzinfo=UTC)
SWV = SwvId("swv-a")
SMALL = ("listed_school", "organisatie", "omgeving", "koppeling", "namen", "groups", "anon_")


def found(sort: Sort = Sort.ONTVANGEN_DESC, **filters: Any) -> Callable[[Connection], object]:
    return lambda connection: search(connection, Filter(**filters), sort)


SEARCHES: dict[str, Callable[[Connection], object]] = {
    **{f"all by {sort}": found(sort) for sort in Sort},
    **{f"one SWV by {sort}": found(sort, visible_to=SWV) for sort in Sort},
    **{f"stand {stand}": found(stand=stand) for stand in Stand},
    "reden": found(reden=RedenCode.BIJLAGE_TE_GROOT),
    "reden by number": found(Sort.DOSSIERNUMMER_ASC, reden=RedenCode.BIJLAGE_TE_GROOT),
    "omgeving": found(omgeving_id=OmgevingId("omg-a")),
    "period": found(from_=NOW, to=NOW + timedelta(days=1)),
    "surname": found(query=Query(naam_hash="n1")),
    **{
        f"box {text}": found(query=understand(text))
        for text in ("12", "32DD", "32DD01", "0" * 32, "de es", "stichting")
    },
    "tries": lambda c: tries_of(c, OmgevingId("omg-a"), HulpvraagId("h1")),
    "per day": lambda c: figures.per_day(c, [NOW, NOW + timedelta(days=1)]),
    "per day, one SWV": lambda c: figures.per_day(c, [NOW, NOW + timedelta(days=1)], SWV),
    "backlog": lambda c: figures.backlog(c, SWV),
    "stuck": lambda c: attention.stuck_schools(c, NOW, SWV),
    "last used": lambda c: attention.last_used(c, [KoppelingId("k")]),
    "unused": lambda c: attention.unused_koppelingen(c, NOW, SWV),
    "rejections": lambda c: attention.rejections_since(c, NOW, [RedenCode.BRIN_ONBEKEND], SWV),
}
WAYS = pytest.mark.parametrize("few", [20_000, -1], ids=["gathered", "walked"])


@WAYS
@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_no_search_reads_a_whole_large_table(
    engine: Engine, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_conditions, "FEW", few)
    with writing(engine) as connection:
        settings(connection)
    statements = record_statements(engine)
    with reading(engine) as connection:
        for name, run in SEARCHES.items():
            del statements[:]
            run(connection)
            for sql, values in list(statements):
                plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
                scans = [line for line in plan if line.startswith("SCAN") and "USING" not in line]
                assert [s for s in scans if not _is_small(s.removeprefix("SCAN "))] == [], (name, plan)


@WAYS
@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_nor_on_postgresql(engine: Engine, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_conditions, "FEW", few)
    with writing(engine) as connection:
        settings(connection)
    statements = record_statements(engine)
    with reading(engine) as connection:
        # The tables are empty, so a scan is cheap: forbidden, it is in the plan only if no index serves.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for name, run in SEARCHES.items():
            del statements[:]
            run(connection)
            for sql, values in list(statements):
                plan = connection.exec_driver_sql(f"EXPLAIN {sql}", values).scalars().all()
                scans = [line.split("Seq Scan on ")[1] for line in plan if "Seq Scan on" in line]
                assert [s for s in scans if not _is_small(s)] == [], (name, plan)


def _is_small(scanned: str) -> bool:
    return scanned.startswith((*SMALL, "CONSTANT", "json_each", "(subquery"))
