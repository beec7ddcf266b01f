"""`make faults`: every fault again and again, for as long as it may take; the table goes to docs/faults.md.

    make faults                     each kill 20 times, five in a run; every other fault 5 times
    make faults TIMES=2 ONLY=broker each fault with `broker` in its name twice
    make faults ONLY=!kill          each fault without `kill` in its name
    make faults SECONDS=1800        no new run after half an hour; `RESUME=1` goes on where that ended

Exit 1 if any promise was broken.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("FAULT_LONG_SECONDS", "300")
os.environ.setdefault("FAULT_KILLS", "5")
os.environ.setdefault("STARTS", "cold")  # it tells how soon all is well again
_TESTS = Path(__file__).parent.parent
sys.path.insert(0, str(_TESTS))

import pytest  # noqa: E402

from components.base import close_run, open_run  # noqa: E402
from faults.catalogue.case import FaultCase, On  # noqa: E402
from faults.catalogue.everything import EVERYTHING  # noqa: E402
from faults.catalogue.kills import KILLS  # noqa: E402
from faults.catalogue.postgres import KILLS_ON_POSTGRES  # noqa: E402
from faults.catalogue.rabbitmq import KILLS_ON_PRODUCTION  # noqa: E402
from faults.history import History  # noqa: E402
from faults.runner import run  # noqa: E402
from faults.stack import Stack  # noqa: E402
from faults.stacks import stack_on  # noqa: E402
from faults.table import PAGE, Row, Table  # noqa: E402

_STATE = _TESTS.parent / "build" / "faults.json"
_KILLS_EACH, _EACH = 20, 5
_KILLS = (*KILLS, *KILLS_ON_POSTGRES, *KILLS_ON_PRODUCTION)
_RUNS_PER_STACK = 6  # the checker reads all that a stack was ever sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    times: int | None
    seconds: float
    only: str
    seed: int
    resume: bool

    @classmethod
    def read(cls) -> Options:
        value = os.environ.get
        return cls(
            times=int(value("TIMES") or 0) or None,
            seconds=float(value("SECONDS") or "inf"),
            only=value("ONLY") or "",
            seed=int(value("SEED") or 1),
            resume=bool(value("RESUME")),
        )

    def wants(self, fault: FaultCase) -> bool:
        if self.only.startswith("!"):
            return self.only[1:] not in fault.name
        return self.only in fault.name

    def times_of(self, fault: FaultCase) -> int:
        return self.times or (_KILLS_EACH if fault in _KILLS else _EACH)


class Stacks:
    """One per set of components, and a fresh one now and then."""

    def __init__(self) -> None:
        self._on: On | None = None
        self._used = 0
        self._running = ExitStack()

    def get(self, fault: FaultCase) -> tuple[Stack, History]:
        if fault.own_stack or fault.on is not self._on or self._used >= _RUNS_PER_STACK:
            self.close()
            folder = Path(tempfile.mkdtemp(prefix="faults-"))
            self._running.callback(shutil.rmtree, folder, ignore_errors=True)
            self._made = self._running.enter_context(stack_on(fault.on, folder / "data")), History()
            self._on = None if fault.own_stack else fault.on
            self._used = 0
        self._used += 1
        return self._made

    def close(self) -> None:
        self._on = None
        self._running.close()
        self._running = ExitStack()


def main() -> int:
    options = Options.read()
    faults = [fault for fault in EVERYTHING if options.wants(fault)]
    if not options.resume:
        _STATE.unlink(missing_ok=True)
    table = Table.load(_STATE, EVERYTHING)
    until = time.monotonic() + options.seconds
    components, stacks = open_run(), Stacks()
    try:
        for fault in _plan(options, faults, table):
            if time.monotonic() > until:
                say(f"the time is over; {sum(row.runs for row in table.rows.values())} runs in all")
                break
            row = table.row(fault)
            one(fault, row, options.seed + row.runs, stacks)
            table.save(_STATE)
            PAGE.write_text(table.page(), encoding="utf-8")
    finally:
        stacks.close()
        close_run(components)
    say(f"{table.violations} violations")
    return 1 if table.violations else 0


def _plan(options: Options, faults: list[FaultCase], table: Table) -> Iterator[FaultCase]:
    """Rounds over all faults, those of one stack together: a run bounded in time has done each as often."""
    ordered = sorted(faults, key=lambda fault: list(On).index(fault.on))
    while ordered := [f for f in ordered if table.row(f).injected < options.times_of(f)]:
        runs = [table.row(fault).runs for fault in ordered]
        yield from ordered
        # What cannot be done on this machine is not tried for ever.
        ordered = [f for f, before in zip(ordered, runs, strict=True) if table.row(f).runs > before]


def one(fault: FaultCase, row: Row, seed: int, stacks: Stacks) -> None:
    """One run, and a line about it."""
    began = time.monotonic()
    try:
        outcome = run(fault, *stacks.get(fault), seed=seed)
    except pytest.skip.Exception as exc:
        row.missing(str(exc))
        stacks.close()
        say(f"{fault.name}: {row.note}")
        return
    except (Exception, pytest.fail.Exception) as exc:
        row.broke(seed, fault.times, type(exc).__name__)
        traceback.print_exc()
        stacks.close()
        say(f"{fault.name} (seed {seed}): BROKE")
        return
    row.add(outcome)
    for violation in outcome.violations:
        say(f"    {violation.promise.value}: {violation.text}")
    if outcome.violations:
        stacks.close()  # the next fault is not to be blamed for this one
    say(
        f"{fault.name} (run {row.runs}, seed {seed}): {outcome.berichten} berichten, "
        f"{len(outcome.violations)} violations, healed in {outcome.heal_seconds:.1f} s, "
        f"{time.monotonic() - began:.0f} s in all {outcome.note}"
    )


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
