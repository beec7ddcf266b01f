"""A backlog survives, an exception loses nothing, a repair is seen."""

from __future__ import annotations

import pytest

from faults.catalogue.backlog import BACKLOG
from faults.catalogue.case import FaultCase
from faults.catalogue.mistakes import MISTAKES
from faults.conftest import StackFor
from faults.runner import run
from faults.short import chosen


@pytest.mark.xdist_group("backlog")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", chosen((*BACKLOG, *MISTAKES)), ids=lambda fault: fault.name)
def test_no_promise_is_broken_by(fault: FaultCase, stack_for: StackFor) -> None:
    outcome = run(fault, *stack_for(fault), seed=1)

    assert outcome.violations == ()
    assert outcome.berichten > 0
