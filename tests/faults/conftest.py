"""Stacks that faults share: one per set of components, with the history of all that was sent to it."""

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
def stack_for(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackFor]:
    """The stack that a fault is done to: a shared one, or its own."""
    shared: dict[On, tuple[Stack, History]] = {}
    with ExitStack() as running:

        def give(fault: FaultCase) -> tuple[Stack, History]:
            if fault.on in shared and not fault.own_stack:
                return shared[fault.on]
            folder = tmp_path_factory.mktemp("faults")
            made = running.enter_context(stack_on(fault.on, folder / "data")), History()
            if not fault.own_stack:
                shared[fault.on] = made
            return made

        yield give
