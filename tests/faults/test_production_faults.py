"""RabbitMQ and S3 fail under load, and roles on them are killed: nothing lost, doubled or told wrong.

All of them, once, with PRODUCTION_FAULTS=all; each again and again by `make faults`.
"""

from __future__ import annotations

import os

import pytest

from faults.catalogue.case import FaultCase, On
from faults.catalogue.rabbitmq import RABBITMQ
from faults.catalogue.s3 import S3
from faults.conftest import StackFor
from faults.runner import run

_ALL = os.environ.get("PRODUCTION_FAULTS") == "all"
_ORDER = list(On)
_CASES = sorted(
    (fault for fault in (*RABBITMQ, *S3) if fault.short or _ALL), key=lambda f: _ORDER.index(f.on)
)


@pytest.mark.timeout(240)
@pytest.mark.xdist_group("faults on production")
@pytest.mark.parametrize("fault", _CASES, ids=lambda fault: fault.name)
def test_no_promise_is_broken_by(fault: FaultCase, stack_for: StackFor) -> None:
    outcome = run(fault, *stack_for(fault), seed=1)

    assert outcome.violations == ()
    assert outcome.berichten > 0
