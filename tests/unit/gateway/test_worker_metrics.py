"""What several workers counted is one /metrics, whose sums hold whoever writes or dies meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from dossier.errors import ConfigurationError, Unavailable
from gateway.metrics import Metrics
from gateway.worker_metrics import WorkerMetrics, reserve

# Does what it is told, line by line, and says when it has.
COUNTING = """
import os, sys, threading
from pathlib import Path
from gateway.metrics import Metrics
from gateway.worker_metrics import reserve

reserve(Path(sys.argv[1]), os.getpid())
metrics = Metrics()
metrics.of_intake()

def begin():
    metrics.received.inc()
    metrics.in_flight.inc()

def end():
    metrics.messages.labels("indienen", "geaccepteerd").inc()
    metrics.in_flight.dec()
    metrics.message_seconds.labels("indienen").observe(0.02)

def work():
    while True:
        begin()
        end()

print("ready", flush=True)
for line in sys.stdin:
    if line.strip() == "work":
        threading.Thread(target=work, daemon=True).start()
    else:
        {"begin": begin, "end": end}[line.strip()]()
    print("done", flush=True)
"""


class Counting:
    """A worker that only counts."""

    def __init__(self, metrics: WorkerMetrics, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", COUNTING, str(folder)],
            env=os.environ | metrics.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._hears()

    @property
    def pid(self) -> int:
        return self._process.pid

    def told(self, *words: str) -> None:
        for word in words:
            assert self._process.stdin is not None
            self._process.stdin.write(f"{word}\n")
            self._process.stdin.flush()
            self._hears()

    def _hears(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline()

    def kill(self) -> None:
        with self._process as process:
            process.kill()


def told_of_workers(metrics: WorkerMetrics) -> dict[tuple[str, ...], float]:
    """Without what is the supervisor's own."""
    return {key: value for key, value in scrape(metrics).items() if not key[0].startswith("process_")}


@pytest.fixture
def metrics(tmp_path: Path) -> WorkerMetrics:
    return WorkerMetrics(tmp_path, Metrics())


@pytest.fixture
def worker(metrics: WorkerMetrics, tmp_path: Path) -> Iterator[Callable[[], Counting]]:
    workers: list[Counting] = []

    def start() -> Counting:
        workers.append(Counting(metrics, tmp_path))
        return workers[-1]

    yield start
    for one in workers:
        one.kill()


def scrape(metrics: WorkerMetrics | Metrics) -> dict[tuple[str, ...], float]:
    """By name, and the values of the labels in the order of their names."""
    return {
        (sample.name, *dict(sorted(sample.labels.items())).values()): sample.value
        for family in text_string_to_metric_families(metrics.render().decode())
        for sample in family.samples
    }


def received(found: dict[tuple[str, ...], float]) -> float:
    return found["kindkans_messages_received_total",]


def in_flight(found: dict[tuple[str, ...], float]) -> float:
    return found["kindkans_messages_in_flight",]


def ended(found: dict[tuple[str, ...], float]) -> float:
    return sum(value for (name, *_), value in found.items() if name == "kindkans_messages_total")


def test_a_scrape_is_the_sum_over_the_workers(metrics: WorkerMetrics, worker: Callable[[], Counting]) -> None:
    one, other = worker(), worker()
    one.told("begin", "end", "begin", "end", "begin")
    other.told("begin", "end", "begin")

    found = scrape(metrics)

    assert (received(found), ended(found), in_flight(found)) == (5, 3, 2)
    assert found["kindkans_messages_total", "indienen", "geaccepteerd"] == 3
    assert found["kindkans_message_seconds_count", "indienen"] == 3
    assert found["kindkans_message_seconds_bucket", "0.025", "indienen"] == 3
    assert found["kindkans_message_seconds_bucket", "0.01", "indienen"] == 0


def test_what_a_dead_worker_counted_stays_and_what_it_had_in_flight_was_aborted(
    metrics: WorkerMetrics, worker: Callable[[], Counting], tmp_path: Path
) -> None:
    for _ in range(2):  # also after a second death
        dying = worker()
        dying.told("begin", "end", "begin", "begin")
        before = told_of_workers(metrics)
        dying.kill()
        unnoticed = told_of_workers(metrics)
        metrics.bury(dying.pid)
        assert unnoticed == before
    living = worker()
    living.told("begin")

    found = scrape(metrics)

    assert (received(found), ended(found), in_flight(found)) == (7, 6, 1)
    assert found["kindkans_messages_total", "none", "afgebroken"] == 4
    assert found["kindkans_message_seconds_count", "indienen"] == 2
    assert {path.stem.rpartition("_")[2] for path in tmp_path.glob("*.db")} == {str(living.pid)}


def test_nothing_is_in_flight_below_zero_while_workers_write_as_fast_as_they_can(
    metrics: WorkerMetrics, worker: Callable[[], Counting]
) -> None:
    for busy in (worker(), worker()):
        busy.told("work")

    scrapes = [scrape(metrics) for _ in range(60)]

    assert all(received(found) == ended(found) + in_flight(found) for found in scrapes)
    assert min(map(in_flight, scrapes)) >= 0
    assert received(scrapes[-1]) > received(scrapes[0]) > 0


def test_counters_never_go_back_when_one_is_buried_amid_the_writing(
    metrics: WorkerMetrics, worker: Callable[[], Counting]
) -> None:
    found = [scrape(metrics)]
    for _ in range(3):
        busy = worker()
        busy.told("work")
        found += [scrape(metrics) for _ in range(5)]
        busy.kill()
        found.append(scrape(metrics))
        metrics.bury(busy.pid)
        found.append(scrape(metrics))

    for before, after in pairwise(found):
        gone_back = {name for name in before if name[0].endswith("_total") and after[name] < before[name]}
        assert gone_back == set()


def test_every_line_of_an_intake_is_there_once_and_none_tells_a_pid(
    metrics: WorkerMetrics, worker: Callable[[], Counting]
) -> None:
    one, _other = worker(), worker()
    alone = Metrics()
    alone.of_intake()

    told = metrics.render().decode()

    assert set(scrape(metrics)) == {name for name in scrape(alone) if not name[0].endswith("_created")}
    assert len(scrape(metrics)) == len([line for line in told.splitlines() if line[0] != "#"])
    assert str(one.pid) not in told
    assert "pid=" not in told


def test_what_the_supervisor_counted_itself_is_added(
    tmp_path: Path, worker: Callable[[], Counting], metrics: WorkerMetrics
) -> None:
    worker().told("begin")
    metrics._own.refused_requests.labels("404").inc()

    assert scrape(metrics)["kindkans_refused_requests_total", "404"] == 1


def test_a_file_that_was_made_this_instant_is_no_error(metrics: WorkerMetrics, tmp_path: Path) -> None:
    (tmp_path / "counter_1.db").touch()

    assert received(scrape(metrics)) == 0


def test_the_files_of_an_earlier_supervisor_are_gone(tmp_path: Path) -> None:
    earlier = WorkerMetrics(tmp_path, Metrics())
    worker = Counting(earlier, tmp_path)
    worker.told("begin")
    worker.kill()
    earlier.close()

    assert received(scrape(WorkerMetrics(tmp_path, Metrics()))) == 0
    assert list(tmp_path.glob("*.db")) == []


def test_two_supervisors_can_not_have_one_folder(metrics: WorkerMetrics, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="data folder"):
        WorkerMetrics(tmp_path, Metrics())


def test_a_worker_has_its_room_before_it_counts_and_needs_no_more(
    worker: Callable[[], Counting], tmp_path: Path
) -> None:
    before = worker()
    before.told("begin", "end")
    files = list(tmp_path.glob(f"*_{before.pid}.db"))

    assert len(files) == 3
    for path in files:
        used = int.from_bytes(path.read_bytes()[:4], "little")
        assert used < path.stat().st_size / 2
        assert path.stat().st_blocks * 512 >= path.stat().st_size


def test_without_room_a_worker_does_not_begin(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="disk space"):
        reserve(tmp_path / "away", 1)
