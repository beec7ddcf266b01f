"""A gateway database as it is after years: schools of the national list, and what they pushed."""

from __future__ import annotations

import random
import sqlite3
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.schema import CreateIndex, DropIndex

from database.schema import inzending, inzending_reden, metadata
from dossier.reden import RedenCode
from routing.brin_list import ListedSchool, read_brin_list

SWVS, OMGEVINGEN, SCHOOLS, SURNAMES = 75, 2_000, 8_000, 5_000
DAY_MS = 86_400_000
_LIST = Path(__file__).parent.parent / "routing/data/duo-vestigingen-2024-11-22.csv"
_CHUNK = 50_000
_LAST_WEEK = 20_000  # rows
_YEARS = 3
_OPEN, _DEAD = 60, 25
_COMMON = (RedenCode.BIJLAGE_TE_GROOT, RedenCode.BIJLAGE_NAAM_TE_LANG, RedenCode.BRIN_NIET_INGESTELD)

_COLUMNS = {
    "dossier": "dossiernummer omgeving_id hulpvraag_id swv_id organisatie_id versie inhoud_hash created_ms",
    "inzending": "inzending_id omgeving_id bericht_id hulpvraag_id brin schoolnaam naam_hash uitkomst "
    "dossiernummer versie inhoud_hash koppeling_id swv_id organisatie_id route_rule received_ms decided_ms "
    "vestiging bezorgd_ms",
    "inzending_reden": "inzending_id volgnummer code veld bijlage waarde grens brin",
    "outbox": "event_id dossiernummer versie state attempts publishes due_ms dead_code created_ms "
    "finished_ms inhoud_verwijderd_ms",
}
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass
class Years:
    """Makes the rows, the oldest first; the same for the same seed."""

    rows: int
    now_ms: int = field(default_factory=lambda: time.time_ns() // 1_000_000)
    random: random.Random = field(default_factory=lambda: random.Random(4))
    schools: tuple[ListedSchool, ...] = field(
        default_factory=lambda: read_brin_list(_LIST.read_bytes()).schools[:SCHOOLS]
    )
    number: int = 0
    accepted: list[tuple[Any, ...]] = field(default_factory=list)  # the latest, to send again

    def settings(self) -> Rows:
        found: dict[str, list[tuple[Any, ...]]] = {"swv": [(f"swv-{n}", f"SWV {n}") for n in range(SWVS)]}
        omgevingen = range(OMGEVINGEN)
        found["omgeving"] = [(f"omg-{n}", f"Stichting {n}", "", 1) for n in omgevingen]
        found["koppeling"] = [
            (f"k-{n}", f"omg-{n}", _swv(n), "actief", self.now_ms - 400 * DAY_MS) for n in omgevingen
        ]
        found["organisatie"], found["listed_school"] = [], []
        brins = {}
        for index, school in enumerate(self.schools):
            at = _omgeving(index)
            codes = (str(school.brin), str(school.vestiging))
            found["organisatie"].append((f"o-{index}", _swv(at), school.naam, *codes))
            found["listed_school"].append((codes[1], codes[0], school.naam, school.plaats, "lijst"))
            brins[(f"omg-{at}", codes[0])] = (f"omg-{at}", codes[0], f"k-{at}")
        found["koppeling_brin"] = list(brins.values())
        return found

    def chunks(self) -> Iterator[Rows]:
        weeks = self.rows if self.rows < 2 * _LAST_WEEK else self.rows - _LAST_WEEK
        oldest, week = self.now_ms - _YEARS * 365 * DAY_MS, self.now_ms - 7 * DAY_MS
        rows: Rows = {name: [] for name in _COLUMNS}
        for n in range(self.rows):
            if n < weeks:
                at_ms = oldest + (week - oldest) * n // weeks
            else:
                at_ms = week + (self.now_ms - week) * (n - weeks) // _LAST_WEEK
            self._push(rows, at_ms, left=self.rows - n)
            if len(rows["inzending"]) >= _CHUNK:
                yield rows
                rows = {name: [] for name in _COLUMNS}
        yield rows

    def _push(self, rows: Rows, at_ms: int, left: int) -> None:
        draw = self.random.random
        key = f"{(at_ms << 80) | self.random.getrandbits(80):032x}"
        bericht = str(uuid.UUID(int=self.random.getrandbits(128)))
        luck = draw()
        if luck < 0.15 and len(self.accepted) > 100:
            index, hulpvraag, number, versie = self.accepted[int(draw() * len(self.accepted))]
            uitkomst = "dubbel" if luck < 0.03 else "versie"
        else:
            index = int(draw() * 20) if draw() < 0.002 else int(draw() * len(self.schools))
            uitkomst = "nieuw" if luck < 0.88 else "afgewezen"
            hulpvraag, number, versie = f"{self.random.getrandbits(64):016x}", None, 1
        at, school = _omgeving(index), self.schools[index]
        brin, omgeving, swv, organisatie = str(school.brin), f"omg-{at}", _swv(at), f"o-{index}"
        surname = f"{int(SURNAMES * draw() ** 1.5):064x}"
        vestiging = str(school.vestiging) if draw() < 0.6 else None
        head = (key, omgeving, bericht, hulpvraag, brin, school.naam, surname, uitkomst)
        if uitkomst == "afgewezen":
            tail = (None,) * 4 + (swv, None, None, at_ms, at_ms + 5, vestiging, None)
            rows["inzending"].append(head + tail)
            for place in range(2 if draw() < 0.15 else 1):
                code = _COMMON[int(draw() * 3)] if draw() < 0.8 else list(RedenCode)[int(draw() * 15)]
                rows["inzending_reden"].append((key, place + 1, code.value, "", 1, 6, 5, ""))
            return
        if uitkomst == "nieuw":
            self.number += 1
            number = self.number
            rows["dossier"].append((number, omgeving, hulpvraag, swv, organisatie, 1, "h" * 64, at_ms))
            self.accepted.append((index, hulpvraag, number, 1))
            del self.accepted[:-2_000]
        elif uitkomst == "versie":
            self.accepted.remove((index, hulpvraag, number, versie))
            versie += 1
            self.accepted.append((index, hulpvraag, number, versie))
        old = at_ms < self.now_ms - 90 * DAY_MS
        bezorgd_ms = at_ms + 900 if old and uitkomst != "dubbel" else None
        middle = (number, versie, "h" * 64, f"k-{at}", swv, organisatie, "BRIN")
        rows["inzending"].append((*head, *middle, at_ms, at_ms + 5, vestiging, bezorgd_ms))
        if uitkomst != "dubbel" and not old:
            rows["outbox"].append(self._event(key, number, versie, at_ms, left))

    def _event(self, key: str, number: int | None, versie: int, at_ms: int, left: int) -> tuple[Any, ...]:
        if left <= _OPEN:
            state = "wachtend" if left % 3 else "gepubliceerd"
            return (key, number, versie, state, 0, 0, at_ms, None, at_ms, None, None)
        if left <= _OPEN + _DEAD:
            return (key, number, versie, "dood", 9, 0, at_ms, "ZEGEL", at_ms, at_ms + 900, None)
        emptied = at_ms + 14 * DAY_MS if at_ms < self.now_ms - 14 * DAY_MS else None
        return (key, number, versie, "bezorgd", 0, 1, at_ms, None, at_ms, at_ms + 900, emptied)


def _omgeving(school: int) -> int:
    """A quarter of the schools at every fourth omgeving, and the rest by few: some are large."""
    return school % OMGEVINGEN if school % 4 else school % 40


def _swv(omgeving: int) -> str:
    return f"swv-{omgeving * SWVS // OMGEVINGEN}"


def fill(engine: Engine, years: Years) -> None:
    """Into a migrated, empty database; its indexes are made afterwards, which is five times as fast."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA cache_size=-500000")
        else:
            connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        indexes = sorted((*inzending.indexes, *inzending_reden.indexes), key=lambda index: str(index.name))
        for index in indexes:
            connection.execute(DropIndex(index))
        driver: Any = connection.connection.driver_connection
        for table, rows in years.settings().items():
            _insert(driver, table, [c.name for c in metadata.tables[table].c], rows)
        for chunk in years.chunks():
            for table, rows in chunk.items():
                _insert(driver, table, _COLUMNS[table].split(), rows)
        for index in indexes:
            connection.execute(CreateIndex(index))
    if engine.dialect.name == "postgresql":  # which autovacuum does by itself, later
        with create_engine(engine.url, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _insert(driver: Any, table: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    if isinstance(driver, psycopg.Connection):
        with driver.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError("neither SQLite nor psycopg")
    marks = ", ".join("?" * len(columns))
    driver.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
