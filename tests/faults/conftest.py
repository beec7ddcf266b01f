"""Stacks that faults share: of one set of components, with the history of all that was sent to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from faults.catalogue.case import FaultCase, On
from faults.history import History
from faults.stack import Stack
from faults.stacks import stack_on

StackFor = Callable[[FaultCase], tuple[Stack, History]]


@pytest.fixture(scope="session")
def stack_for(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[StackFor]:
    """The stack that a fault is done to: a shared one, or its own. After a failure it begins anew.

    Only one runs at a time: others would take their part of the machine for nothing.
    """
    shared: dict[On, tuple[Stack, History]] = {}
    failed = 0
    running = ExitStack()

    def give(fault: FaultCase) -> tuple[Stack, History]:
        nonlocal failed
        before, failed = failed, request.session.testsfailed
        if fault.on in shared and not fault.own_stack and failed == before:
            return shared[fault.on]
        running.close()
        shared.clear()  # also after a failure: nobody is to be blamed for what another left broken
        folder = tmp_path_factory.mktemp("faults")
        made = running.enter_context(stack_on(fault.on, folder / "data")), History()
        if not fault.own_stack:
            shared[fault.on] = made
        return made

    with running:
        yield give
