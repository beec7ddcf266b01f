"""`python bench/workers.py`: accepts/s over SOAP with 1 and with 2 workers, turn by turn, on each database.

Compare the columns of one run: the load runs on the same cores. PostgreSQL is a server of our own.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from intake import QUICK, Load, Sampled, log_of, new_gateway, push, running, wait_for  # noqa: E402

from components.postgres import PostgresServer, create_database  # noqa: E402

TURNS = 2 if QUICK else 3
SENDERS = (32,)
LOAD = Load("3 kB", 0, 0, 5)
COUNTS = (1, 2)


def main() -> None:
    print("| database | senders | 1 worker | 2 workers | ratio per turn | median | CPU ms/message, 1 and 2 |")
    print("|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for senders in SENDERS:
            print(row("SQLite", Path(folder), senders, {}), flush=True)
        with postgres(Path(folder)) as port:
            for senders in SENDERS:
                print(row("PostgreSQL", Path(folder), senders, {"port": port}), flush=True)


@dataclass(frozen=True)
class Measured:
    per_second: float
    cpu_ms: float  # of the intake's processes, per message


def row(name: str, folder: Path, senders: int, server: dict[str, int]) -> str:
    turns = [[measure(folder, senders, count, server) for count in COUNTS] for _ in range(TURNS)]
    columns = list(zip(*turns, strict=True))
    one, two = (statistics.median(m.per_second for m in column) for column in columns)
    cpu = " and ".join(f"{statistics.median(m.cpu_ms for m in column):.2f}" for column in columns)
    ratios = [after.per_second / before.per_second for before, after in turns]
    told = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    median = statistics.median(ratios)
    return f"| {name} | {senders} | {one:,.0f} | {two:,.0f} | {told} | **{median:.2f}** | {cpu} |"


def measure(folder: Path, senders: int, workers: int, server: dict[str, int]) -> Measured:
    environment = {"INTAKE_WORKERS": str(workers)}
    if server:
        environment["DATABASE_URL"] = create_database(server["port"])
    with patch.dict(os.environ, environment):
        settings, authorization = new_gateway(folder)
        with running(settings, "intake") as (process, url):
            ready = (workers if workers > 1 else 0) + 1
            wait_for(lambda: log_of(settings, "intake").read_text().count('"process_ready"') == ready)
            with Sampled(process) as sampled:
                result: dict[str, Any] = push(url, authorization, LOAD, senders)
    if result["failures"]:
        raise SystemExit(f"{result['failures']} pushes got no number")
    return Measured(result["messages"] / result["seconds"], sampled.cpu_seconds * 1000 / result["messages"])


@contextmanager
def postgres(folder: Path) -> Iterator[int]:
    folder.chmod(0o711)  # a server that is no root's must get to its own
    server = PostgresServer(folder / "postgres")
    server.create()
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


if __name__ == "__main__":
    main()
