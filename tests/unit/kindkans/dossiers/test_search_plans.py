"""A list is where an index says that it begins, however many dossiers there are; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert

from components.statements import record_statements
from database.engine import reading
from kindkans import tabs_schema as tabs
from kindkans.dossiers.doubles import doubles_of
from kindkans.dossiers.search import Cursor, list_dossiers, understand
from kindkans.rights.words import Bereik, Mag, Tab
from kindkans.schema import dossier, inbox, metadata, versie

TODAY = date(2026, 9, 1)
DOSSIERS, SCHOOLS = 6_000, 4


@pytest.fixture
def filled(store, hulpvragen, make_lid):
    """Enough of them that reading a whole table is never the cheapest."""
    lid = hulpvragen.account(make_lid(organisatie="o1", eigen=tuple(Tab)))

    def fill(connection: Any) -> None:
        numbers = range(1, DOSSIERS + 1)
        connection.execute(insert(inbox), [{"event_id": f"{n:032d}", "received_ms": n} for n in numbers])
        connection.execute(insert(dossier), [a_row(n) for n in numbers])
        sealed = {
            "key_id": "k",
            "nonce": b"n",
            "ciphertext": b"c" * 300,
            "inhoud_hash": "h",
            "received_ms": 1,
        }
        connection.execute(
            insert(versie),
            [{"dossiernummer": n, "versie": 1, "event_id": f"{n:032d}"} | sealed for n in numbers],
        )
        connection.execute(
            insert(tabs.organisatie),
            [{"organisatie_id": f"o{n}", "swv_id": "s", "naam": f"School {n}"} for n in range(SCHOOLS)],
        )
        connection.exec_driver_sql("ANALYZE")

    store.do(fill)
    for number in range(1, DOSSIERS, 300):
        hulpvragen.on_tab(number, "aanpak", lid, str(number))
    return lid


def a_row(number: int) -> dict[str, Any]:
    return {
        "dossiernummer": number,
        "swv_id": f"s{number % 3}",
        "organisatie_id": f"o{number % SCHOOLS}",
        "status": "aanmelding",
        "huidige_versie": 1,
        "soort": ("tlv", "adviesvraag")[number % 2],
        "naam_hash": f"n{number % 900}",
        "leerling_hash": f"l{number % 3000}",
        "ontvangen_ms": number,
    }


def plans(store, ask) -> list[tuple[str, list[str]]]:
    statements = record_statements(store.engine)
    explain = "EXPLAIN QUERY PLAN" if store.engine.dialect.name == "sqlite" else "EXPLAIN"
    with reading(store.engine) as connection:
        if store.engine.dialect.name == "postgresql":  # of a small table it is cheap: only if no index serves
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            del statements[:]
        ask(connection)
        asked = list(statements)
        found = []
        for sql, values in asked:
            rows = connection.exec_driver_sql(f"{explain} {sql}", values).all()
            found.append((sql, [str(row[-1]).strip() for row in rows]))
    return found


def whole_tables(plan: list[str]) -> list[str]:
    return [line for line in plan if "Seq Scan on" in line or (line.startswith("SCAN ") and _is_table(line))]


def _is_table(line: str) -> bool:
    """And not what a subquery gave."""
    return "USING" not in line and line.split()[1] in metadata.tables


def asks(lid, seal) -> dict[str, Any]:
    in_swv = replace(
        lid,
        organisatie_id=None,
        swv_id="s1",
        rol=replace(lid.rol, rechten={(Bereik.SWV, tab): Mag.ZIEN for tab in Tab}),
    )
    guest = replace(lid, organisatie_id=None, rol=replace(lid.rol, rechten={}))
    by_name = replace(understand(seal, "x"), naam_hashes=("n1", "n2"))
    who = {"own": lid, "swv": in_swv, "guest": guest}
    how = {
        "list": {},
        "next page": {"cursor": Cursor(dossiernummer=3000)},
        "page before": {"cursor": Cursor(dossiernummer=3000, backwards=True)},
        "number": {"zoek": understand(seal, "61")},
        "surname": {"zoek": by_name},
        "organisatie": {"organisatie_id": "o1"},
        "soort": {"soort": "tlv"},
    }
    return {
        f"{a} {b}": lambda c, one=one, asked=asked: list_dossiers(c, one, TODAY, **asked)
        for a, one in who.items()
        for b, asked in how.items()
    } | {"doubles": lambda c: doubles_of(c, lid, TODAY, 61)}


def test_no_list_and_no_search_reads_a_whole_table(store, filled, seal):
    for name, ask in asks(filled, seal).items():
        for _, plan in plans(store, ask):
            assert whole_tables(plan) == [], (name, plan)


def test_of_one_organisatie_no_more_is_read_than_a_page(store, filled, seal):
    """It is walked in its order to the end of the page: nothing is gathered and sorted."""
    asked = plans(store, asks(filled, seal)["own organisatie"])
    plan = next(plan for sql, plan in asked if "LIMIT" in sql)
    assert any("ix_dossier_organisatie_id_dossiernummer" in line or "pk_dossier" in line for line in plan), (
        plan
    )
    assert [line for line in plan if "FOR ORDER BY" in line or line.startswith("->  Sort")] == [], plan
