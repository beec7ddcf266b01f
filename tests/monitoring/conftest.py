"""One gateway under load, and one Prometheus, for all tests here: they only ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monitoring.watched import Watched, watched


@pytest.fixture(scope="package")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with watched(tmp_path_factory.mktemp("watched")) as found:
        yield found
