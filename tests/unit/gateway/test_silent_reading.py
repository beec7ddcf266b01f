"""What a scrape reads of the database has the silent koppelingen once they are known."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import structlog
from sqlalchemy import Engine

from components.inzendingen import settings
from components.silences import endless_kalender, put_koppeling, put_pushes, weekly
from database.engine import writing
from database.silence_memory import SilenceMemory
from gateway.metrics import Metrics
from gateway.observers import silence_failed
from gateway.readings import read_database

LINE = "kindkans_koppelingen_silent"


@pytest.fixture
def memory() -> SilenceMemory:
    return SilenceMemory(
        kalender=endless_kalender(),
        now=lambda: datetime(2026, 12, 15, 9, tzinfo=UTC),
        on_failed=silence_failed,
    )


def scraped(engine: Engine, memory: SilenceMemory) -> list[str]:
    metrics = Metrics()
    metrics.show_database(read_database(engine, memory))
    lines = metrics.render().decode().splitlines()
    assert "kindkans_database_up 1.0" in lines
    return [line for line in lines if line.startswith(LINE)]


def test_the_number_of_silent_koppelingen_is_there_once_it_is_known(
    engine: Engine, memory: SilenceMemory
) -> None:
    with writing(engine) as connection:
        settings(connection)
        for key, brin in (("k-1", "11AA"), ("k-2", "22BB"), ("k-3", "33CC")):
            put_koppeling(connection, key, brin)
        for brin in ("11AA", "22BB"):
            put_pushes(connection, weekly(datetime(2026, 11, 24, 10, tzinfo=UTC)), brin=brin)
    memory.found(engine)
    assert scraped(engine, memory) == [f"{LINE} 2.0"]


def test_a_failure_to_find_them_costs_that_one_number_and_is_logged_without_its_text(
    engine: Engine, memory: SilenceMemory
) -> None:
    def defect() -> datetime:
        raise LookupError("De Es")

    memory.now = defect
    with structlog.testing.capture_logs() as logged:
        assert memory.found(engine) is None
    assert scraped(engine, memory) == []
    (line,) = logged
    assert (line["event"], line["error_type"]) == ("silence_failed", "LookupError")
    assert "De Es" not in str(line)
