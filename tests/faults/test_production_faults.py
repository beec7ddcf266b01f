"""RabbitMQ and S3 fail under load, and roles on them are killed: nothing lost, doubled or told wrong."""

from __future__ import annotations

import pytest

from faults.catalogue.case import FaultCase, On
from faults.catalogue.rabbitmq import RABBITMQ
from faults.catalogue.s3 import S3
from faults.conftest import StackFor
from faults.runner import run
from faults.short import chosen

_ORDER = list(On)
_CASES = sorted(chosen((*RABBITMQ, *S3)), key=lambda f: _ORDER.index(f.on))


@pytest.mark.timeout(600)
@pytest.mark.xdist_group("faults on production")
@pytest.mark.parametrize("fault", _CASES, ids=lambda fault: fault.name)
def test_no_promise_is_broken_by(fault: FaultCase, stack_for: StackFor) -> None:
    outcome = run(fault, *stack_for(fault), seed=1)

    assert outcome.violations == ()
    assert outcome.berichten > 0
