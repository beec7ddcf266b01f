"""Fixtures of the acceptance tests. See process.py for what they hand out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.process import Gateway


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that share a gateway go to one process, or each process would start one."""
    for item in items:
        if item.path.parent.name == "acceptance" and "gateway" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


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
