"""Kengetallen reads the dossiers that may be seen by an index, and of each its aanpak and TLV by theirs: a
school's page does not read a million others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Connection, insert

from components.statements import record_statements
from database.engine import reading, writing
from kindkans.dossiers.kengetallen import count_kengetallen, list_kengetallen
from kindkans.schema import dossier

OF_SCHOOL = dossier.c.organisatie_id == "org-7"
OF_SWV = dossier.c.swv_id == "swv-7"
INDEXES = {
    OF_SCHOOL: "ix_dossier_organisatie_id_dossiernummer",
    OF_SWV: "ix_dossier_swv_id_dossiernummer",
}
ASKED = pytest.mark.parametrize("condition", list(INDEXES), ids=["school", "swv"])
READS: list[Callable[[Connection, Any], object]] = [count_kengetallen, list_kengetallen]


@ASKED
@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_sqlite_searches_by_index_only(tabs, condition, read) -> None:
    many_dossiers(tabs)
    plan = plan_of(tabs, condition, read, "EXPLAIN QUERY PLAN")
    large = [line for line in plan if any(name in line for name in ("dossier", "aanpak", "tlv"))]
    assert any(line.startswith(f"SEARCH dossier USING INDEX {INDEXES[condition]}") for line in large), plan
    assert {line.split()[0] for line in large} == {"SEARCH"}, plan
    for table in ("aanpak", "tlv"):
        assert any(f"ix_{table}_dossiernummer" in line for line in large), plan


@ASKED
@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_postgresql_searches_by_index_only(tabs, condition, read) -> None:
    many_dossiers(tabs)
    plan = plan_of(tabs, condition, read, "EXPLAIN", "SET LOCAL enable_seqscan = off")
    assert any(INDEXES[condition] in line for line in plan), plan
    scans = [line.split("Seq Scan on ")[1].split()[0] for line in plan if "Seq Scan on" in line]
    assert not {"dossier", "aanpak", "tlv"} & set(scans), plan
    for table in ("aanpak", "tlv"):
        assert any(f"ix_{table}_dossiernummer" in line for line in plan), plan


def many_dossiers(tabs: Any) -> None:
    """Of a hundred schools, so that the index is worth it."""
    with writing(tabs.engine) as connection:
        for start in range(20):
            rows = [
                {
                    "dossiernummer": 100 + start * 100 + n,
                    "swv_id": f"swv-{n % 20}",
                    "organisatie_id": f"org-{n}",
                    "status": "aanmelding",
                    "huidige_versie": 1,
                }
                for n in range(100)
            ]
            connection.execute(insert(dossier), rows)
        connection.exec_driver_sql("ANALYZE")


def plan_of(
    tabs: Any, condition: ColumnElement[bool], read: Callable[..., object], explain: str, *before: str
) -> list[str]:
    with reading(tabs.engine) as connection:
        for setting in before:
            connection.exec_driver_sql(setting)
        asked = record_statements(tabs.engine)
        read(connection, lambda _: condition)
        sql, values = asked[-1]
        return [str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {sql}", values)]
