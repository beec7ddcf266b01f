"""RabbitMQ: a server of our own from the installed binaries, or the one on the usual port."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from brokers.address import parse_address
from brokers.provision import provision
from brokers.topology import Topology
from components.base import Component, Missing, component, missing
from components.freeze import freeze, thaw
from components.postgres import free_port

_SBIN = Path("/usr/lib/rabbitmq/bin")
_START_SECONDS = 180.0
_CONFIG = """\
listeners.tcp.default = 127.0.0.1:{port}
management.tcp.ip = 127.0.0.1
management.tcp.port = {management_port}
loopback_users = none
disk_free_limit.absolute = 1MB
log.file.level = error
log.console = false
raft.wal_max_size_bytes = 67108864
max_message_size = {max_message_bytes}
"""
_numbers = itertools.count(1)


class RabbitServer:
    """A server on a folder and ports of its own, with guest/guest and the management API."""

    def __init__(self, folder: Path, *, max_message_bytes: int = 64 * 1024 * 1024) -> None:
        self._folder = folder
        self._server = _binary("rabbitmq-server")
        self._ctl = _binary("rabbitmqctl")
        self._max_message_bytes = max_message_bytes
        self.port = free_port()
        self.management_port = free_port()
        self._distribution_port, self._epmd_port = free_port(), free_port()

    @property
    def api(self) -> RabbitApi:
        return RabbitApi(self.management_port)

    def start(self) -> None:
        """Returns when it answers; also after a crash, when it has recovered."""
        self._folder.mkdir(parents=True, exist_ok=True)
        config = _CONFIG.format(
            port=self.port,
            management_port=self.management_port,
            max_message_bytes=self._max_message_bytes,
        )
        (self._folder / "rabbitmq.conf").write_text(config)
        (self._folder / "plugins").write_text("[rabbitmq_management].")
        with (self._folder / "out").open("a") as out:
            subprocess.run(
                ["setsid", "--fork", self._server],  # it outlives who started it: the run ends it
                env=self._environment,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                check=True,
            )
        until = time.monotonic() + _START_SECONDS
        while not self.api.answers():
            assert time.monotonic() < until, (self._folder / "out").read_text()[-2000:]
            time.sleep(0.1)

    def stop(self) -> None:
        """For good: the server, and the daemon that it started to be found by."""
        self.kill()
        for process in _listening_on(self._epmd_port):
            process.kill()

    def end(self) -> None:
        """As its service manager does it; `start` brings it back."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL to all its processes at once."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        self._end(signal.SIGTERM)
        self.start()

    def freeze(self) -> None:
        """It stays connected and says nothing, until `thaw`."""
        freeze(self.pid)

    def thaw(self) -> None:
        thaw(self.pid)

    def disk_alarm(self, on: bool) -> None:
        """Makes it think that its disk is full: it takes no more messages."""
        self.control("set_disk_free_limit", "1000000GB" if on else "1MB")

    def control(self, *arguments: str) -> None:
        """rabbitmqctl; takes seconds."""
        found = subprocess.run(
            [self._ctl, "-q", *arguments],
            env=self._environment,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            text=True,
        )
        assert found.returncode == 0, found.stderr

    @property
    def version(self) -> str:
        return str(self.api.call("GET", "/overview")["rabbitmq_version"])

    @property
    def pid(self) -> int:
        """Of the Erlang machine."""
        (found,) = _listening_on(self.port)
        return found.pid

    @property
    def pids(self) -> tuple[int, ...]:
        return (self.pid, *(process.pid for process in _listening_on(self._epmd_port)))

    @property
    def data(self) -> Path:
        """For who copies it or looks for words in it."""
        return self._folder / "mnesia"

    @property
    def _environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(self._folder),  # where the cookie is
            "RABBITMQ_NODENAME": f"kindkans{self.port}@localhost",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": str(self._folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.data),
            "RABBITMQ_LOG_BASE": str(self._folder / "log"),
            "RABBITMQ_PID_FILE": str(self._folder / "pid"),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            # One scheduler that sleeps when idle: this machine has other work.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "+S 1:1 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}"
            ),
        }

    def _end(self, number: signal.Signals) -> None:
        machine = psutil.Process(self.pid)
        around = [machine, *machine.children(recursive=True)]
        shell = machine.parent()
        if shell is not None and "rabbitmq-server" in " ".join(shell.cmdline()):
            around.append(shell)
        if number == signal.SIGKILL:
            for process in around:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
        else:
            machine.terminate()
        _, alive = psutil.wait_procs(around, timeout=30)
        for process in alive:
            process.kill()
        psutil.wait_procs(alive, timeout=10)


class RabbitApi:
    """The management API, as guest."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/api"

    def answers(self) -> bool:
        try:
            self.call("GET", "/overview")
        except (OSError, ValueError):
            return False
        return True

    def call(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            self._url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": "Basic " + base64.b64encode(b"guest:guest").decode(),
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def create_vhost(self) -> str:
        """A new one, of the test's own."""
        name = f"t{os.getpid()}-{next(_numbers)}"
        self.call("PUT", f"/vhosts/{name}")
        self.permit(name, "guest")
        return name

    def delete_vhost(self, name: str) -> None:
        self.call("DELETE", f"/vhosts/{name}")

    def create_user(self, name: str, password: str) -> None:
        self.call("PUT", f"/users/{name}", {"password": password, "tags": ""})

    def permit(
        self, vhost: str, user: str, *, configure: str = ".*", write: str = ".*", read: str = ".*"
    ) -> None:
        body = {"configure": configure, "write": write, "read": read}
        self.call("PUT", f"/permissions/{vhost}/{user}", body)

    def revoke(self, vhost: str, user: str) -> None:
        """All permissions; and its connections are closed, for the server remembers what it once allowed."""
        self.call("DELETE", f"/permissions/{vhost}/{user}")

    def delete_queue(self, vhost: str, name: str) -> None:
        self.call("DELETE", f"/queues/{vhost}/{name}")

    def purge(self, vhost: str, name: str) -> None:
        self.call("DELETE", f"/queues/{vhost}/{name}/contents")


def start_rabbitmq(folder: Path) -> Component:
    """For `component`. Raises Missing."""
    try:
        server = RabbitServer(folder)
    except Missing:
        return _usual_port()
    server.start()
    return Component(
        line=f"RabbitMQ {server.version}, started for this run",
        address={
            "port": str(server.port),
            "management_port": str(server.management_port),
            "data": str(server.data),
        },
        pids=server.pids,
    )


def rabbit_port() -> int:
    """Of the server of this run, which lets guest/guest in. Skips or fails the test where there is none."""
    return int(component("rabbitmq", start_rabbitmq).address["port"])


def run_rabbitmq() -> tuple[int, RabbitApi]:
    """The server of this run, if it is ours: its port and its API. Skips or fails the test if not."""
    address = component("rabbitmq", start_rabbitmq).address
    if "management_port" not in address:
        missing("rabbitmq", "the one on port 5672 is not ours to make vhosts on; install rabbitmq-server")
    return int(address["port"]), RabbitApi(int(address["management_port"]))


@contextmanager
def fresh_vhost(server: RabbitServer | None = None) -> Iterator[str]:
    """BROKER_URL of a vhost of its own, empty, on `server` or else the server of this run."""
    port, api = (server.port, server.api) if server else run_rabbitmq()
    name = api.create_vhost()
    try:
        yield f"amqp://guest:guest@127.0.0.1:{port}/{name}"
    finally:
        api.delete_vhost(name)


@contextmanager
def rabbit_environment(server: RabbitServer | None = None) -> Iterator[dict[str, str]]:
    """The settings of roles that run on a vhost of their own, provisioned; as `fresh_vhost`."""
    with fresh_vhost(server) as url:
        asyncio.run(provision(parse_address(url), Topology()))
        yield {"BROKER_URL": url.replace("guest:guest@", "guest@"), "BROKER_PASSWORD": "guest"}


def _usual_port() -> Component:
    with socket.socket() as probe:
        probe.settimeout(5)
        try:
            probe.connect(("127.0.0.1", 5672))
        except OSError as exc:
            raise Missing("no rabbitmq-server is installed, and nobody listens on port 5672") from exc
    return Component(line="RabbitMQ, which was there on port 5672", address={"port": "5672"})


def _binary(name: str) -> Path:
    if not (_SBIN / name).exists():
        raise Missing(f"no {name} under {_SBIN}; install Debian's package rabbitmq-server")
    return _SBIN / name


def _listening_on(port: int) -> list[psutil.Process]:
    pids = {
        c.pid
        for c in psutil.net_connections("tcp")
        if c.status == psutil.CONN_LISTEN and c.laddr.port == port and c.pid
    }
    return [psutil.Process(pid) for pid in pids]
