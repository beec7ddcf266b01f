"""kill -9 at every failpoint of every role, under load: nothing lost, doubled or told wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from faults.catalogue import KILLS, FaultCase
from faults.history import History
from faults.runner import run
from faults.stack import Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack.create(tmp_path_factory.mktemp("faults"))
    stack.start_all()
    yield stack
    stack.close()


@pytest.fixture(scope="module")
def history() -> History:
    return History()


@pytest.mark.parametrize("fault", KILLS, ids=lambda fault: fault.name)
def test_no_promise_is_broken_by(fault: FaultCase, stack: Stack, history: History) -> None:
    outcome = run(fault, stack, history, seed=1)

    assert outcome.violations == ()
    assert outcome.berichten > 0
