"""Fixtures of the acceptance tests. See process.py for what they hand out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.process import Gateway


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """`up`, in the world of the demo; shared by the tests of a module, which use dossiers of their own."""
    gateway = Gateway(tmp_path_factory.mktemp("gateway"))
    gateway.make_world()
    gateway.start()
    yield gateway
    try:
        gateway.stop()
    finally:
        gateway.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway of the test's own, not started, in the world of the demo."""
    gateway = Gateway(tmp_path / "data")
    gateway.make_world()
    yield gateway
    gateway.close()
