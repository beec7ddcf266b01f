"""Each seeded bug is found by the fault that is there for it.

Without the bug the same fault passes: that is the test of the fault.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from faults.catalogue.everything import EVERYTHING
from faults.history import History
from faults.runner import Outcome, run
from faults.seeded.launch import PLANTS
from faults.seeded.rabbit_bugs import transient_on_rabbitmq
from faults.seeded.table import SEEDED, SeededBug, markdown
from faults.stacks import stack_on

_ALL = os.environ.get("SEEDED_BUGS") == "all"  # `make faults` sets it
_HEAL_SECONDS = 5.0  # what is lost does not come back by waiting


def _run(bug: SeededBug, folder: Path, seed: int) -> Outcome:
    fault = replace(bug.fault, heal_seconds=_HEAL_SECONDS)
    with stack_on(fault.on, folder, bug.plant) as stack:
        return run(fault, stack, History(), seed)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("bug", [bug for bug in SEEDED if bug.quick or _ALL], ids=lambda bug: bug.name)
def test_a_fault_finds(bug: SeededBug, tmp_path: Path) -> None:
    seen = []
    for seed in range(1, bug.tries + 1):
        outcome = _run(bug, tmp_path / str(seed), seed)
        assert outcome.delivered > 0, "nothing works with it: that is no bug that a fault must find"
        if bug.is_found_in(outcome.violations):
            return
        seen.append(outcome.violations)
    pytest.fail(f"{bug.fault.name} did not find it: {seen}")


if _ALL:

    @pytest.mark.timeout(600)
    def test_a_quorum_queue_keeps_what_was_sent_as_transient(tmp_path: Path) -> None:
        """So that bug is planted on a classic queue, which a role refuses at its start unless deceived."""
        (bug,) = (bug for bug in SEEDED if bug.plants.get("relay") is transient_on_rabbitmq)
        on_quorum_queues = replace(bug, prepare=lambda stack: None)

        with stack_on(bug.fault.on, tmp_path / "data", on_quorum_queues.plant) as stack:
            assert run(bug.fault, stack, History(), 1).violations == ()


def test_each_is_found_by_a_fault_of_the_catalogue() -> None:
    assert {bug.fault.name for bug in SEEDED} <= {fault.name for fault in EVERYTHING}


def test_none_is_planted_twice_or_left_out() -> None:
    planted = [plant.__name__ for bug in SEEDED for plant in bug.plants.values()]

    assert set(planted) == set(PLANTS)
    assert len({bug.name for bug in SEEDED}) == len(SEEDED)


def test_the_table_of_the_docs_has_a_row_for_each() -> None:
    rows = markdown().splitlines()[2:]

    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == [bug.name for bug in SEEDED]
