"""The embedded server as a process: alone on its folder, durable, and gone when we are."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from brokers.address import read_address
from brokers.embedded import EmbeddedNats, EmbeddedSettings, server_program
from brokers.nats_provision import check_server
from brokers.observer import SilentBroker
from brokers.topology import Topology
from components.nats import used_nats
from dossier.errors import ConfigurationError


class Exits(SilentBroker):
    def __init__(self) -> None:
        self.codes: list[int] = []
        self.started = asyncio.Event()

    def server_started(self, pid: int, port: int) -> None:
        self.started.set()

    def server_exited(self, returncode: int) -> None:
        self.started.clear()
        self.codes.append(returncode)


@pytest.fixture(autouse=True)
def in_the_report() -> None:
    used_nats()


async def _until(condition) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_it_listens_on_this_machine_only_and_syncs_always(tmp_path):
    server = EmbeddedNats(tmp_path)
    address = await server.start()
    listening = [c.laddr.ip for c in psutil.Process(server.pid).net_connections() if c.status == "LISTEN"]
    assert listening == ["127.0.0.1"]
    assert "sync_interval: always" in (tmp_path / "nats.conf").read_text()
    await check_server(address, Topology())
    await server.stop()


async def test_its_secrets_are_ours_alone_and_not_in_its_command_line_or_log(tmp_path):
    server = EmbeddedNats(tmp_path)
    token = (await server.start()).token
    assert len(token) == 64
    assert token not in " ".join(psutil.Process(server.pid).cmdline())
    await server.stop()
    assert token not in (tmp_path / "nats.log").read_text()
    for name in ("nats.conf", "broker.json"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


async def test_a_restart_keeps_port_and_token(tmp_path):
    addresses = []
    for _ in range(2):
        server = EmbeddedNats(tmp_path)
        addresses.append(await server.start())
        await server.stop()
        await server.stop()
    assert addresses[0] == addresses[1] == read_address(tmp_path)


async def test_a_port_of_before_that_is_taken_now_is_replaced_by_another(tmp_path):
    server = EmbeddedNats(tmp_path)
    first = await server.start()
    await server.stop()
    port = int(first.url.rpartition(":")[2])
    taker = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", port)
    try:
        assert (await server.start()).url != first.url
    finally:
        await server.stop()
        taker.close()
        await taker.wait_closed()


async def test_a_wanted_port_that_is_taken_is_refused(tmp_path):
    taker = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0)
    port = taker.sockets[0].getsockname()[1]
    server = EmbeddedNats(tmp_path, EmbeddedSettings(port=port))
    try:
        with pytest.raises(ConfigurationError, match=str(port)):
            await server.start()
    finally:
        await server.stop()
        taker.close()
        await taker.wait_closed()


async def test_a_second_owner_of_the_folder_is_refused(tmp_path):
    first, second = EmbeddedNats(tmp_path), EmbeddedNats(tmp_path)
    address = await first.start()
    with pytest.raises(ConfigurationError, match="another process"):
        await second.start()
    await check_server(address, Topology())
    await first.stop()
    await second.start()
    await second.stop()


async def test_an_exit_that_nobody_asked_for_is_told_and_the_server_is_back_on_its_port(tmp_path):
    seen = Exits()
    server = EmbeddedNats(tmp_path, observer=seen)
    before = await server.start()
    os.kill(server.pid, signal.SIGKILL)
    await _until(lambda: seen.codes == [-signal.SIGKILL] and seen.started.is_set())
    assert server.address == before
    await check_server(before, Topology())
    await server.stop()
    assert len(seen.codes) == 1


async def test_an_orphan_on_the_folder_is_stopped_first(tmp_path):
    server = EmbeddedNats(tmp_path)
    await server.start()
    await server.stop()
    orphan = subprocess.Popen([server_program(), "-c", tmp_path / "nats.conf"])  # noqa: ASYNC220
    try:
        await _until(lambda: (tmp_path / "nats.pid").read_text() == str(orphan.pid))
        address = await server.start()
        assert orphan.wait(timeout=60) is not None
        await check_server(address, Topology())
        await server.stop()
    finally:
        orphan.kill()
        orphan.wait()


async def test_a_process_that_got_the_pid_of_an_old_server_is_left_alone(tmp_path):
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])  # noqa: ASYNC220
    (tmp_path / "nats.pid").write_text(str(bystander.pid))
    server = EmbeddedNats(tmp_path)
    await server.start()
    await server.stop()
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_it_dies_with_a_parent_that_is_killed(tmp_path: Path):
    program = textwrap.dedent(f"""
        import asyncio, pathlib, sys
        from brokers.embedded import EmbeddedNats
        async def main():
            server = EmbeddedNats(pathlib.Path({str(tmp_path)!r}))
            await server.start()
            print(server.pid, flush=True)
            await asyncio.Event().wait()
        asyncio.run(main())
    """)
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    psutil.wait_procs([child], timeout=60)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


async def test_a_server_that_says_it_cannot_write_is_started_again_on_its_port(tmp_path):
    exits = Exits()
    server = EmbeddedNats(tmp_path, EmbeddedSettings(log_seconds=0.02), exits)
    address = await server.start()
    before = server.pid
    with (tmp_path / "nats.log").open("a") as log:
        log.write("[ERR] JetStream failed to store a msg on stream '$G > x': no space left on device\n")
    await _until(lambda: exits.codes and exits.started.is_set())
    assert server.pid != before
    await check_server(address, Topology())
    assert len(exits.codes) == 1
    await server.stop()
