"""The one fixture that all tiers share: a real NATS server of the wheel, one per test process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from brokers.address import BrokerAddress
from brokers.embedded import EmbeddedNats


@pytest.fixture(scope="session")
def nats_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrokerAddress]:
    """Its address. Take a Topology with a prefix of your own, and nobody is in your way.

    It runs in an event loop of its own, for a test's loop ends with the test.
    """
    folder: Path = tmp_path_factory.mktemp("nats")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="nats-server")
    thread.start()

    def run(work):  # type: ignore[no-untyped-def]
        return asyncio.run_coroutine_threadsafe(work, loop).result(timeout=30)

    async def create() -> EmbeddedNats:
        return EmbeddedNats(folder / "nats")

    server = run(create())
    try:
        yield run(server.start())
    finally:
        run(server.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()
