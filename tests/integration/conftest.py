"""Brokers that the tests may break."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from components.base import Missing, missing, used
from components.rabbitmq import RabbitServer


@pytest.fixture(scope="session")
def own_rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitServer]:
    """A server that a test may kill and freeze, and leaves up. One per test process: it starts in seconds.

    Each test declares queues of its own and leaves them. RabbitMQ 3.10.8 may not have begun to look after
    the dead letters of a queue when it is deleted; two of those at once, and for a moment every quorum
    queue that is declared fails: INTERNAL_ERROR, {error,noproc} in its log.
    """
    try:
        server = RabbitServer(tmp_path_factory.mktemp("rabbitmq"), max_message_bytes=1024 * 1024)
    except Missing as exc:
        missing("rabbitmq", str(exc))
    server.start()
    used("rabbitmq of a test's own", f"RabbitMQ {server.version}, a second one, for tests that break it")
    yield server
    server.stop()
