"""The searches and the counts keep using their indexes, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert

from components.inzendingen import settings
from components.statements import record_statements
from database import attention, figures, schema, search_conditions, status_figures
from database.engine import reading, writing
from database.impact import open_rejections
from database.inzendingen import tries_of
from database.koppelingen import was_used
from database.search import Filter, Query, Sort, Stand, search, understand
from dossier.identifiers import HulpvraagId, KoppelingId, OmgevingId, SwvId
from dossier.reden import RedenCode
from routing.tables import Koppeling, KoppelingStatus

NOW = datetime(2026, 9, 1, tzinfo=UTC)
SOON = timedelta(seconds=60)
SWV = SwvId("swv-a")
KOPPELING = Koppeling(
    koppeling_id=KoppelingId("k"),
    omgeving_id=OmgevingId("omg-a"),
    swv_id=SWV,
    status=KoppelingStatus.ACTIEF,
    brins=frozenset(),
)
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
    "per hour": lambda c: status_figures.received_per_hour(c, NOW, 24),
    "per hour, one SWV": lambda c: status_figures.received_per_hour(c, NOW, 169, SWV),
    "delivered per hour": lambda c: status_figures.delivered_per_hour(c, NOW, 24, within=SOON),
    "delivered, one SWV": lambda c: status_figures.delivered_between(
        c, NOW, NOW + SOON, within=SOON, swv_id=SWV
    ),
    "dead since": lambda c: status_figures.dead_since_ms(c, SWV),
    "backlog": lambda c: figures.backlog(c, SWV),
    "stuck": lambda c: attention.stuck_schools(c, NOW, SWV),
    "last used": lambda c: attention.last_used(c, [KoppelingId("k")]),
    "unused": lambda c: attention.unused_koppelingen(c, NOW, SWV),
    "unused of all": lambda c: attention.unused_koppelingen(c, NOW),
    "was used": lambda c: was_used(c, KOPPELING),
    "open rejections": lambda c: open_rejections(c, NOW, [RedenCode.LEERLING_ONVOLLEDIG]),
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


@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_what_a_koppeling_was_last_used_for_is_where_a_walk_by_brin_begins(engine: Engine) -> None:
    """Not all that its schools or its omgeving ever sent, gathered and sorted."""
    with writing(engine) as connection:
        settings(connection)
        _schools(connection, schools=20, each=150)
        connection.exec_driver_sql("ANALYZE")
    statements = record_statements(engine)
    with reading(engine) as connection:
        attention.last_used(connection, [KoppelingId(f"k-{n}") for n in range(20)])
        attention.unused_koppelingen(connection, NOW)
        asked = statements[-2:]
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # the table is small yet
        for sql, values in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN {sql}", values).scalars().all()
            taken = [line.strip() for line in plan if " on inzending " in line or "_inzending_" in line]
            assert len(taken) == 1, plan
            assert "using ix_inzending_brin on inzending" in taken[0], plan


def _schools(connection: Connection, *, schools: int, each: int) -> None:
    """Each at an omgeving of its own, with a koppeling, and `each` rejections."""
    numbers = range(schools)
    omgevingen = [
        {"omgeving_id": f"omg-{n}", "naam": "", "secret_hash": "", "created_ms": 1} for n in numbers
    ]
    connection.execute(insert(schema.omgeving), omgevingen)
    koppelingen = [
        {
            "koppeling_id": f"k-{n}",
            "omgeving_id": f"omg-{n}",
            "swv_id": SWV,
            "status": "actief",
            "changed_ms": 1,
        }
        for n in numbers
    ]
    connection.execute(insert(schema.koppeling), koppelingen)
    of = [{"omgeving_id": f"omg-{n}", "brin": f"{n:02}AA", "koppeling_id": f"k-{n}"} for n in numbers]
    connection.execute(insert(schema.koppeling_brin), of)
    pushes = [
        {
            "inzending_id": f"{push:012x}{n:020x}", "omgeving_id": f"omg-{n}", "brin": f"{n:02}AA",
            "bericht_id": f"b-{push}-{n}", "hulpvraag_id": f"h-{push}-{n}", "schoolnaam": "De Es",
            "naam_hash": "n", "uitkomst": "afgewezen", "received_ms": push, "decided_ms": push,
        }
        for push in range(each) for n in numbers
    ]  # fmt: skip
    connection.execute(insert(schema.inzending), pushes)


def _is_small(scanned: str) -> bool:
    return scanned.startswith((*SMALL, "CONSTANT", "json_each", "(subquery"))
