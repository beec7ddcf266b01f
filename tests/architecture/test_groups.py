"""Tests of one xdist_group run in one process: it is named where the scheduler looks for it."""

from __future__ import annotations

import os

import pytest


@pytest.mark.xdist_group("a group")
@pytest.mark.parametrize("case", ["a", "b@c"])
def test_the_group_of_a_test_is_at_the_end_of_its_id(request: pytest.FixtureRequest, case: str) -> None:
    ends = f"[{case}]@a group" if "PYTEST_XDIST_WORKER" in os.environ else f"[{case}]"
    assert request.node.nodeid.endswith(ends)
