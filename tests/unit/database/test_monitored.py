"""What the metrics count is counted by an index that holds nothing else, on both databases."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, Engine

from components.statements import record_statements
from database import monitored, outbox_rows
from database.engine import reading

COUNTS: dict[str, tuple[Callable[[Connection], object], set[str]]] = {
    "accepted": (monitored.versions_accepted, {"ix_inzending_anders"}),
    "delivered": (
        monitored.versions_delivered,
        {"ix_outbox_bezorgd", "ix_outbox_leeg", "ix_inzending_bezorgd"},
    ),
    "by state": (monitored.events_by_state, {"ix_outbox_open", "ix_outbox_dead"}),
    "attempts": (monitored.open_attempts, {"ix_outbox_open"}),
    "oldest": (outbox_rows.oldest_open_age_ms, {"ix_outbox_open"}),
}
EVERY = pytest.mark.parametrize(("count", "indexes"), COUNTS.values(), ids=COUNTS)


@EVERY
@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_each_count_walks_its_index(
    engine: Engine, count: Callable[[Connection], object], indexes: set[str]
) -> None:
    plans = plans_of(engine, count, "EXPLAIN QUERY PLAN")
    used = set(re.findall(r"USING (?:COVERING )?INDEX (\w+)", plans))

    assert indexes <= used, plans
    assert re.findall(r"SCAN (?:inzending|outbox)$", plans, re.MULTILINE) == []


@EVERY
@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_and_on_postgresql(engine: Engine, count: Callable[[Connection], object], indexes: set[str]) -> None:
    plans = plans_of(engine, count, "EXPLAIN")

    assert indexes <= set(re.findall(r"(?:using|on) (ix_\w+)", plans)), plans
    assert re.findall(r"Seq Scan on (?:inzending|outbox)\b", plans) == []


def plans_of(engine: Engine, count: Callable[[Connection], object], explain: str) -> str:
    statements = record_statements(engine)
    with reading(engine) as connection:
        count(connection)
        asked = list(statements)
        if engine.dialect.name == "postgresql":  # the tables are empty, so that a scan is cheap
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        rows = [
            row
            for sql, values in asked
            if sql.lstrip().startswith("SELECT")
            for row in connection.exec_driver_sql(f"{explain} {sql}", values)
        ]
    return "\n".join(str(row[-1]) for row in rows)
