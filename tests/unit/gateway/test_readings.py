"""What a scrape asks, is asked beside it: one that does not answer hides nothing else and is not piled up."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from database.engine import open_engine
from database.silence_memory import SilenceMemory
from dossier.errors import Unavailable
from gateway import readings
from gateway.metrics import Disk, Metrics
from gateway.readings import Look, Scrape, free_bytes


class Asked:
    """Answers with how often it was asked; not before `gate` opens."""

    def __init__(self, *, open_: bool = True) -> None:
        self.times = 0
        self.threads: set[int] = set()
        self.fails: BaseException | None = None
        self.gate = threading.Event()
        if open_:
            self.gate.set()

    def __call__(self) -> int:
        self.times += 1
        self.threads.add(threading.get_ident())
        assert self.gate.wait(30)
        if self.fails is not None:
            raise self.fails
        return self.times


@pytest.fixture
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "_REST", 0)


@pytest.mark.usefixtures("no_rest")
async def test_each_look_asks_in_a_thread_of_its_own() -> None:
    asked = Asked()
    look = Look(asked)

    assert [await look(), await look()] == [1, 2]
    assert threading.get_ident() not in asked.threads


async def test_an_answer_is_given_again_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "_REST", 10**9)
    look = Look(Asked())

    assert [await look(), await look()] == [1, 1]


async def test_who_looks_at_once_shares_one_answer() -> None:
    asked = Asked(open_=False)
    look = Look(asked)
    looking = [asyncio.create_task(look()) for _ in range(5)]
    await asyncio.sleep(0)
    asked.gate.set()

    assert await asyncio.gather(*looking) == [1] * 5


async def test_what_does_not_answer_is_waited_for_a_while_and_not_asked_again_meanwhile() -> None:
    asked = Asked(open_=False)
    look = Look(asked, patience_seconds=0.01)

    assert [await look() for _ in range(3)] == [None] * 3
    assert asked.times == 1
    asked.gate.set()
    while (found := await look()) is None:  # noqa: ASYNC110 - it is a condition
        await asyncio.sleep(0)
    assert found == 1


@pytest.mark.parametrize("error", [Unavailable("database"), ValueError("a state of a newer version")])
async def test_what_fails_is_none_and_is_asked_again_at_once(error: Exception) -> None:
    asked = Asked()
    asked.fails = error
    look = Look(asked)

    assert await look() is None
    asked.fails = None
    assert await look() == 2


async def test_a_scrape_that_is_given_up_leaves_the_look_to_the_next(no_rest: None) -> None:
    asked = Asked(open_=False)
    look = Look(asked)
    given_up = asyncio.create_task(look())
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait({given_up})
    asked.gate.set()

    assert await look() == 1


async def test_a_scrape_has_database_disks_and_counters_at_once(engine: Engine, tmp_path: Path) -> None:
    metrics = Metrics()
    metrics.of_intake()
    text = (await Scrape(metrics, {Disk.DATA: tmp_path}, engine, SilenceMemory())()).decode()

    assert "kindkans_database_up 1.0" in text
    assert 'kindkans_disk_free_bytes{folder="data"}' in text
    assert "kindkans_messages_received_total 0.0" in text


async def test_it_reads_in_one_transaction_and_renders_where_the_counters_change(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else one of the two sums would not hold, now and then: too seldom for a load to show."""
    silences = SilenceMemory()
    silences.found(engine)  # they are looked for apart, now and then
    begun: list[object] = []
    event.listen(engine, "begin", begun.append)
    rendered: list[int] = []
    metrics = Metrics()
    monkeypatch.setattr(metrics, "render", lambda: rendered.append(threading.get_ident()) or b"")

    await Scrape(metrics, {Disk.DATA: tmp_path}, engine, silences)()

    assert len(begun) == 1
    assert rendered == [threading.get_ident()]


async def test_without_its_database_the_rest_is_told(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/gone/gateway.db")
    text = (await Scrape(Metrics(), {Disk.DATA: tmp_path}, engine, SilenceMemory())()).decode()

    assert "kindkans_database_up 0.0" in text
    assert "kindkans_versions" not in text
    assert 'kindkans_disk_free_bytes{folder="data"}' in text


def test_a_folder_that_is_not_there_has_no_number(tmp_path: Path) -> None:
    found: dict[Any, int] = free_bytes({Disk.DATA: tmp_path, Disk.BIJLAGEN: tmp_path / "gone"})

    assert found.keys() == {Disk.DATA}
    assert found[Disk.DATA] > 0
