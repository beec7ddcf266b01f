"""The network to the broker fails under load: nothing lost, doubled or told wrong."""

from __future__ import annotations

import pytest

from faults.catalogue.case import FaultCase
from faults.catalogue.network import NETWORK
from faults.conftest import StackFor
from faults.runner import run
from faults.short import chosen


@pytest.mark.xdist_group("network")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", chosen(NETWORK), ids=lambda fault: fault.name)
def test_no_promise_is_broken_by(fault: FaultCase, stack_for: StackFor) -> None:
    outcome = run(fault, *stack_for(fault), seed=1)

    assert outcome.violations == ()
    assert outcome.berichten > 0
