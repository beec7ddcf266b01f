"""One gateway for all stories, and its visitors over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from acceptance.process import WORLD, Gateway
from browser.desk import STORIES
from faq.bezoeker import Account, Bezoeker, Komt, log_in
from faq.lezer import Lezer
from faq.wereld import PAGES, Wereld


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In one process: there is one gateway."""
    for item in items:
        if item.path.parent.name == "faq":
            item.add_marker(pytest.mark.xdist_group("faq"))


@pytest.fixture(scope="package")
def wereld(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wereld]:
    """Stories change it: each has a school of its own. After the last, each number has arrived once."""
    gateway = Gateway(tmp_path_factory.mktemp("faq"), dict(PAGES))
    gateway.make_world(WORLD)
    gateway.make_world(STORIES)
    try:
        gateway.start()
        yield Wereld(gateway)
        assert gateway.reconciled().proven
        gateway.stop()
    finally:
        gateway.close()


@pytest.fixture
def komt(wereld: Wereld) -> Iterator[Komt]:
    there: list[Lezer] = []

    def come(account: Account) -> Bezoeker:
        there.append(Lezer(wereld.address(account.site)))
        log_in(there[-1], account)
        return there[-1]

    yield come
    for lezer in there:
        lezer.close()
