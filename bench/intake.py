"""`make bench`: what the intake does per second, beside the floors of the same run.

Starts real processes in a temporary folder and pushes real messages over loopback. The load runs on
the same cores as the gateway, so a figure here is a lower bound. Prints Markdown for
docs/performance.md; `--quick` takes a tenth of the time and is for trying the bench itself.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import floors
import psutil
from sqlalchemy import text

from database.engine import open_engine, reading, writing
from database.organisaties import Swv
from dossier.brin import Brin
from dossier.identifiers import KoppelingId, OmgevingId, OrganisatieId, SwvId
from gateway.databases import migrate_databases, open_gateway_database
from gateway.settings import Settings, read_settings
from helpdesk import administration as admin
from routing.brin_list import ListedSchool
from routing.tables import Koppeling, KoppelingStatus, Organisatie

HERE = Path(__file__).parent
MIB = 1024 * 1024
QUICK = "--quick" in sys.argv


@dataclass(frozen=True)
class Load:
    name: str
    files: int
    file_bytes: int
    seconds: float


LOADS = (Load("3 kB", 0, 0, 10), Load("1 x 5 MB", 1, 5 * MIB, 10), Load("20 x 5 MB", 20, 5 * MIB, 15))
SENDERS = (1, 8, 32)


def main() -> None:
    print(f"Date: {datetime.now(UTC):%Y-%m-%d}. Machine: {machine()}.\n")
    intake_table()
    reading_table()
    paced_table()


def intake_table() -> None:
    columns = ("message", "senders", "messages/s", "MB/s", "p50 ms", "p99 ms")
    columns += ("CPU ms/message", "memory above idle", "floors")
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for load in LOADS:
        for senders in SENDERS:
            with tempfile.TemporaryDirectory() as folder:  # of its own: a row may write gigabytes
                print(measure(Path(folder), load, senders), flush=True)
    print()


def measure(folder: Path, load: Load, senders: int) -> str:
    settings, authorization = new_gateway(folder)
    with running(settings, "intake") as (process, url), Sampled(process) as sampled:
        result = push(url, authorization, load, senders)
    floor = floors_of(folder, load, senders, result, authorization)
    if result["failures"]:
        raise SystemExit(f"{result['failures']} pushes got no number")
    rate = result["messages"] / result["seconds"]
    return (
        f"| {load.name} | {senders} | {rate:,.0f} | {rate * result['bytes'] / 1e6:,.1f} "
        f"| {result['p50'] * 1000:,.1f} | {result['p99'] * 1000:,.1f} "
        f"| {sampled.cpu_seconds / (result['messages'] + 1) * 1000:,.1f} "
        f"| {sampled.above_idle_bytes / MIB:,.0f} MiB | {floor(rate)} |"
    )


def floors_of(folder: Path, load: Load, senders: int, result: dict[str, Any], authorization: str) -> Any:
    """A function from our rate to the text that compares it."""
    with raw_app() as url:
        raw = push(url, authorization, load, senders, seconds=load.seconds / 2)
    raw_rate = raw["messages"] / raw["seconds"]
    if load.files:
        bare = floors.bare_bytes(folder, load.files, load.file_bytes, repeat=3 if load.files > 1 else 10)
        return lambda rate: (
            f"only read: {raw_rate:,.1f}/s ({rate / raw_rate:.0%}); "
            f"bare bytes, one by one: {1 / bare:,.1f}/s ({rate * bare:.0%})"
        )
    settings, _ = new_gateway(folder)
    alone = floors.committer_alone(settings.gateway_database, senders, pushes=600 if QUICK else 6000)
    return lambda rate: (
        f"only read: {raw_rate:,.0f}/s ({rate / raw_rate:.0%}); "
        f"committer alone: {alone:,.0f}/s (**{rate / alone:.0%}**)"
    )


def reading_table() -> None:
    ours, bare = floors.reading(5 * MIB, repeat=5 if QUICK else 21)
    print("Reading 5 MB (parse, base64, sha256; median), without HTTP or disk:")
    print(f"{ours * 1000:.1f} ms, bare base64 + sha256 of it {bare * 1000:.1f} ms: **{ours / bare:.1f}x**.\n")


def paced_table() -> None:
    """100 messages/s of 3 kB with every role in one process."""
    with tempfile.TemporaryDirectory() as folder:
        settings, authorization = new_gateway(Path(folder))
        load = Load("3 kB", 0, 0, 30)
        with running(settings, "up") as (_, url):
            result = push(url, authorization, load, 32, per_second=100)
            wait_until_delivered(settings, result["messages"] + 1)
        published, delivered = ages(settings)
    print("100 messages/s of 3 kB, all roles in one process:")
    print(
        f"answer p50 {result['p50'] * 1000:.1f} ms, p99 **{result['p99'] * 1000:.1f} ms**; "
        f"commit to publish median **{statistics.median(published):.0f} ms**, "
        f"p99 {quantile(published):.0f} ms; commit to bezorgd median "
        f"{statistics.median(delivered):.0f} ms, p99 {quantile(delivered):.0f} ms.\n"
    )


def push(url: str, authorization: str, load: Load, senders: int, **options: float) -> dict[str, Any]:
    seconds = options.pop("seconds", load.seconds)
    plan = {
        "url": url,
        "authorization": authorization,
        "files": load.files,
        "file_bytes": load.file_bytes,
        "senders": senders,
        "seconds": seconds / 10 if QUICK else seconds,
        "messages": 0,
        **options,
    }
    done = subprocess.run(
        [sys.executable, str(HERE / "client.py"), json.dumps(plan)], check=True, capture_output=True
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def new_gateway(folder: Path) -> tuple[Settings, str]:
    """A data folder of its own with one school that may push; its settings and Authorization."""
    data = Path(tempfile.mkdtemp(dir=folder))
    settings = read_settings(data_folder=data, port=0, ops_port=0)
    migrate_databases(settings)
    engine = open_gateway_database(settings)
    brin = Brin("32DD")
    with writing(engine) as c:
        school = ListedSchool(
            brin=brin, vestiging=admin.as_vestiging("00", brin), naam="De Regenboog", plaats="Apeldoorn"
        )
        admin.put_listed_school(c, "bench", school)
        admin.put_swv(c, "bench", Swv(swv_id=SwvId("swv"), naam="Bench"))
        admin.put_organisatie(
            c,
            "bench",
            Organisatie(
                organisatie_id=OrganisatieId("org"), swv_id=SwvId("swv"), naam="x", brin=brin, vestiging=None
            ),
        )
        koppeling = Koppeling(
            koppeling_id=KoppelingId("k"),
            omgeving_id=OmgevingId("bench"),
            swv_id=SwvId("swv"),
            status=KoppelingStatus.ACTIEF,
            brins=frozenset({brin}),
        )
        secret = admin.put_koppeling(c, "bench", koppeling)
    engine.dispose()
    return settings, "Basic " + base64.b64encode(f"bench:{secret}".encode()).decode()


@contextlib.contextmanager
def running(settings: Settings, role: str) -> Iterator[tuple[psutil.Process, str]]:
    """A role as a process of its own, and its SOAP URL if it has one."""
    environment = os.environ | {
        "DATA_FOLDER": str(settings.data_folder),
        "PORT": "0",
        "OPS_PORT": "0",
        "HELPDESK_PORT": "0",
        "KINDKANS_PAGES": "false",
        "MAX_BIJLAGEN_BYTES": str(128 * MIB),  # the default, 50 MiB, would refuse 20 x 5 MB
    }
    log = log_of(settings, role)
    with log.open("wb") as out:
        child = subprocess.Popen([sys.executable, "-m", "gateway", role], env=environment, stderr=out)
    try:
        path = settings.data_folder / f"running-{role}.json"
        wait_for(lambda: path.exists() and '"process_ready"' in log.read_text())
        yield psutil.Process(child.pid), json.loads(path.read_text()).get("soap_url", "")
    finally:
        child.send_signal(signal.SIGTERM)
        if child.wait(timeout=60):
            raise SystemExit(log.read_text()[-3000:])


def log_of(settings: Settings, role: str) -> Path:
    return settings.data_folder / f"log-{role}"


@contextlib.contextmanager
def raw_app() -> Iterator[str]:
    child = subprocess.Popen(
        [sys.executable, str(HERE / "raw_app.py")], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert child.stdout is not None
    try:
        yield child.stdout.readline().decode().strip() + "/"
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(timeout=30)
        child.stdout.close()


class Sampled:
    """CPU and peak memory of a process tree while it is measured, against what it was at the start."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self.cpu_seconds = 0.0
        self.above_idle_bytes = 0

    def __enter__(self) -> Sampled:
        self._idle, self._cpu = self._memory(), self._cpu_seconds()
        self._peak = self._idle
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.cpu_seconds = self._cpu_seconds() - self._cpu
        self.above_idle_bytes = self._peak - self._idle

    def _sample(self) -> None:
        while not self._stop.wait(0.02):
            self._peak = max(self._peak, self._memory())

    def _tree(self) -> list[psutil.Process]:
        return [self._process, *self._process.children(recursive=True)]

    def _memory(self) -> int:
        return sum(p.memory_info().rss for p in self._tree())

    def _cpu_seconds(self) -> float:
        return sum(sum(p.cpu_times()[:2]) for p in self._tree())


def wait_until_delivered(settings: Settings, messages: int) -> None:
    engine = open_engine(settings.gateway_database)

    def all_delivered() -> bool:
        with reading(engine) as c:
            return (
                c.execute(text("SELECT count(*) FROM outbox WHERE state = 'bezorgd'")).scalar_one()
                >= messages
            )

    wait_for(all_delivered)
    engine.dispose()


def ages(settings: Settings) -> tuple[list[float], list[float]]:
    """Milliseconds from commit to publish, and to the store's receipt, of every event."""
    engine = open_engine(settings.gateway_database)
    query = text(
        "SELECT g.gebeurtenis, g.at_ms - o.created_ms"
        " FROM outbox_gebeurtenis g JOIN outbox o USING (event_id)"
    )
    with reading(engine) as c:
        rows = list(c.execute(query))
    engine.dispose()
    return (
        [age for what, age in rows if what == "gepubliceerd"],
        [age for what, age in rows if what == "bezorgd"],
    )


def quantile(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


def wait_for(condition: Any, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise SystemExit("waited too long")
        time.sleep(0.05)


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "?")
    memory = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
