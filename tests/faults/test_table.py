"""What the long run writes down is what happened, also over several sittings."""

from __future__ import annotations

from pathlib import Path

from faults.catalogue.everything import EVERYTHING
from faults.checker import Promise, Violation
from faults.runner import Outcome
from faults.table import Table


def _outcome(seed: int, *violations: Violation) -> Outcome:
    return Outcome(
        seed=seed, times=5, berichten=30, attempts=40, delivered=30, heal_seconds=1.5, violations=violations
    )


def test_a_table_goes_on_where_it_was_saved(tmp_path: Path) -> None:
    fault, other = EVERYTHING[:2]
    table = Table.load(tmp_path / "faults.json", EVERYTHING)
    table.row(fault).add(_outcome(1, Violation(Promise.LOST, "one")))
    table.row(other).broke(1, 5, "AssertionError")
    table.save(tmp_path / "faults.json")
    again = Table.load(tmp_path / "faults.json", EVERYTHING)
    again.row(fault).add(_outcome(2))

    assert again.row(fault).runs == 2
    assert again.row(fault).violations == {"lost": 1}
    assert again.violations == 2  # a run that broke off proves nothing
    assert f"| {fault.name} | embedded | 2 | 10 | 60 | 80 | 1 |" in again.page()
    assert "| **all** |  | 3 | 15 |" in again.page()


def test_every_fault_has_a_row_of_its_own() -> None:
    rows = Table.load(Path("no such file"), EVERYTHING).rows

    assert len(rows) == len(EVERYTHING)
    assert {row.runs for row in rows.values()} == {0}
