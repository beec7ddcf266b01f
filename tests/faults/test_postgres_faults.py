"""PostgreSQL fails under load, and roles on it are killed: nothing lost, doubled or told wrong."""

from __future__ import annotations

import pytest

from faults.catalogue.case import FaultCase, On
from faults.catalogue.kills import kill_at
from faults.catalogue.postgres import SERVER_FAULTS
from faults.conftest import StackFor
from faults.runner import run
from gateway.failpoints import Failpoint

# Where the database decides; `make faults` does all of them.
_KILLS = tuple(
    kill_at(point, On.POSTGRES)
    for point in (
        Failpoint.INTAKE_INSERTED,
        Failpoint.INTAKE_COMMIT_SENT,
        Failpoint.INTAKE_COMMITTED,
        Failpoint.RELAY_CLAIMED,
        Failpoint.RELAY_CONFIRMED,
        Failpoint.STORE_INBOXED,
        Failpoint.STORE_COMMITTED,
    )
)


@pytest.mark.parametrize("fault", [*SERVER_FAULTS, *_KILLS], ids=lambda fault: fault.name)
@pytest.mark.xdist_group("faults on postgres")
def test_no_promise_is_broken_by(fault: FaultCase, stack_for: StackFor) -> None:
    outcome = run(fault, *stack_for(fault), seed=1)

    assert outcome.violations == ()
    assert outcome.berichten > 0
