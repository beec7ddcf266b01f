"""The processes of a stack: one or more of each role, each on ports of its own for ever.

The first of a role is named like it (`relay`), another one `relay-2`.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import requests

from acceptance.process import Gateway, wait_for
from acceptance.warm import start
from components.nats import used_nats
from components.postgres import free_port

SPARE_DESCRIPTORS = 48  # 16 connections to SQLite are 48
SPARE_THREADS = 36  # 32 of the executor
SPARE_BYTES = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What a process holds."""

    pid: int
    rss_bytes: int
    descriptors: int
    threads: int


@dataclass
class Processes(Gateway):
    """Starts, stops, pauses, kills and watches them."""

    ops_ports: dict[str, int] = field(default_factory=dict)
    base: dict[str, Vitals] = field(default_factory=dict)  # what each held when it was warm
    # Of a role that is started by other means than `python -m gateway` (seeded/launch.py).
    launchers: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def start(self, role: str = "up", *, wait: bool = True) -> None:
        """`role` is the process's name."""
        environment = self.full_environment() | {"OPS_PORT": str(self._ops_port(role))}
        if "-" in role:
            environment["PORT"] = str(self.soap_port(role))
        kind = role.split("-")[0]
        if kind in ("up", "broker"):
            used_nats("the gateway's own")
        if kind in self.launchers:
            with self.log(role).open("ab") as log:
                command = [sys.executable, "-m", *self.launchers[kind], kind]
                self.running[role] = subprocess.Popen(command, env=environment, stderr=log, stdout=log)
        else:
            self.running[role] = start([kind], environment, self.log(role))
        if wait:
            self.wait_ready(role)

    def wait_ready(self, role: str) -> None:
        wait_for(lambda: self.ready(role))

    def address(self, role: str = "up") -> dict[str, Any]:
        return {"ops_url": f"http://127.0.0.1:{self._ops_port(role)}"}

    def restart(self, role: str, *, wait: bool = True, **environment: str) -> None:
        """SIGTERM, and up again with this added to its environment. Don't wait for what is to die."""
        self.stop(role)
        self.start_with(role, wait=wait, **environment)

    def stopped_at(self, role: str, point: str, times: int) -> psutil.Process:
        """The process, restarted, when it has stopped itself at a failpoint that it came by so often.

        It may stop before it was ever seen ready. The watchdog's last resort counts seconds: it would end a
        process that slept for long on a slow machine.
        """
        self.restart(role, wait=False, FAILPOINTS=f"{point}=stop@{times}", WATCHDOG_SECONDS="120")
        process = self.process(role)
        wait_for(lambda: process.status() == psutil.STATUS_STOPPED)
        return process

    def start_with(self, role: str, *, wait: bool = True, **environment: str) -> None:
        before = dict(self.environment)
        self.environment |= environment
        try:
            self.start(role, wait=wait)
        finally:
            self.environment = before

    def died(self, role: str, seconds: float = 120.0) -> int:
        """Waits until the process of `role` has ended by itself; its exit code."""
        code = self.running[role].wait(timeout=seconds)
        del self.running[role]
        return code

    def process(self, role: str) -> psutil.Process:
        return psutil.Process(self.running[role].pid)

    @contextlib.contextmanager
    def without(self, *roles: str) -> Iterator[None]:
        """Stopped meanwhile."""
        self.stop(*roles)
        yield
        for role in roles:
            self.start(role)

    @contextlib.contextmanager
    def supervised(self, role: str, **environment: str) -> Iterator[list[int]]:
        """Restarted with this environment; started again whenever it dies, as a supervisor would.

        Gives the exit codes so far. After it the role runs in its own environment again.
        """
        codes: list[int] = []
        ending = threading.Event()
        self.restart(role, wait=False, **environment)

        def watch() -> None:
            while not ending.wait(0.05):
                code = self.running[role].poll()
                if code is not None:
                    codes.append(code)
                    self.start_with(role, wait=False, **environment)

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield codes
        finally:
            ending.set()
            watcher.join()
            self.kill(role)
            self.start(role)

    def vitals(self, role: str) -> Vitals:
        process = self.process(role)
        with process.oneshot():
            return Vitals(
                pid=process.pid,
                rss_bytes=process.memory_info().rss,
                descriptors=process.num_fds(),
                threads=process.num_threads(),
            )

    def remember_base(self) -> None:
        """What each process holds now, unless that is known already."""
        for role in self.running:
            vitals = self.vitals(role)
            if role not in self.base or self.base[role].pid != vitals.pid:
                self.base[role] = vitals

    def grown(self, seconds: float = 30.0) -> list[str]:
        """Processes that hold more than at their base, after having had time to let go."""
        until = time.monotonic() + seconds
        while found := self._grown():
            if time.monotonic() > until:
                break
            time.sleep(0.2)
        return found

    def _grown(self) -> list[str]:
        survived = {
            role: (self.base[role], now)
            for role in self.running
            if role in self.base and (now := self.vitals(role)).pid == self.base[role].pid
        }
        return [f"{role} {what}" for role, (base, now) in survived.items() for what in growth(base, now)]

    def metrics(self) -> dict[str, str]:
        """/metrics of each process that runs."""
        found = {}
        for role in self.running:
            with contextlib.suppress(requests.RequestException):
                found[role] = requests.get(f"{self.address(role)['ops_url']}/metrics", timeout=30).text
        return found

    def counted(self, role: str, metric: str, **labels: str) -> float:
        """A counter of a process, as /metrics says it; 0 if it is not there yet."""
        wanted = "".join(f'{name}="{value}"' for name, value in labels.items())
        for line in self.metrics().get(role, "").splitlines():
            if line.startswith(metric) and wanted in line:
                return float(line.rsplit(" ", 1)[1])
        return 0.0

    def soap_port(self, name: str) -> int:
        if name == "intake":
            return int(self.environment["PORT"])
        return self.ops_ports.setdefault(f"{name} soap", free_port())

    def soap_url_of(self, name: str) -> str:
        return f"http://127.0.0.1:{self.soap_port(name)}/parnassys/v1"

    def _ops_port(self, name: str) -> int:
        return self.ops_ports.setdefault(name, free_port())


def growth(base: Vitals, now: Vitals) -> list[str]:
    """What is more than warming up can explain: pools of threads and of connections fill once."""
    found = []
    if now.descriptors > base.descriptors + SPARE_DESCRIPTORS:
        found.append(f"holds {now.descriptors} descriptors, and {base.descriptors} at its base")
    if now.threads > base.threads + SPARE_THREADS:
        found.append(f"has {now.threads} threads, and {base.threads} at its base")
    if now.rss_bytes > base.rss_bytes * 1.5 + SPARE_BYTES:
        found.append(f"takes {now.rss_bytes >> 20} MiB, and {base.rss_bytes >> 20} at its base")
    return found


def pause(seconds: float) -> None:
    """While something is broken on purpose: the one thing that nobody can poll for."""
    time.sleep(seconds)


def data_of(folder: Path) -> list[Path]:
    """All files under it; those that vanish meanwhile don't matter."""
    return [path for path in folder.rglob("*") if path.is_file()]
