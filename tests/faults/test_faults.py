"""Each fault of the embedded set once, under load: nothing lost, doubled or told wrong, and all heals."""

from __future__ import annotations

import os

import pytest

from faults.catalogue.case import FaultCase
from faults.catalogue.everything import EMBEDDED
from faults.catalogue.kills import KILLS
from faults.conftest import StackFor
from faults.runner import run
from faults.short import chosen

SEED = int(os.environ.get("FAULT_SEED", "1"))


def _cases() -> list[object]:
    """Those of one stack stay with one worker of xdist."""
    return [
        pytest.param(fault, id=fault.name, marks=pytest.mark.xdist_group(_group(fault)))
        for fault in chosen(EMBEDDED)
    ]


def _group(fault: FaultCase) -> str:
    if fault.own_stack:
        return fault.name
    return f"{fault.on} kills" if fault in KILLS else f"{fault.on} faults"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", _cases())
def test_no_promise_is_broken_by(fault: FaultCase, stack_for: StackFor) -> None:
    outcome = run(fault, *stack_for(fault), seed=SEED)

    assert outcome.violations == ()
    assert outcome.berichten > 0
