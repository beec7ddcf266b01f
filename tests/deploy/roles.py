"""The services of compose.yaml that are ours, as processes: their very commands, variables and secrets."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import requests

from deploy.backing import Backing
from deploy.compose import ROOT, Service, read_services

_PROGRAM = Path(sys.executable).parent / "kindkans-gateway"
_READY_SECONDS = 120.0


class Roles:
    """Each replica has an address of its own in 127.0.0.0/8, as each container has: so ports are the same."""

    def __init__(self, folder: Path, secrets: Path, backing: Backing) -> None:
        self._folder = folder
        self._secrets = secrets
        self._backing = backing
        self._services = read_services()
        self._network = f"127.{100 + os.getpid() % 100}.{os.getpid() // 100 % 250}"
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def replicas(self, name: str) -> list[str]:
        return [f"{name}-{number}" for number in range(1, self._services[name].replicas + 1)]

    def address(self, replica: str) -> str:
        """nginx is .1; intakes are .11 and .12, relays .21 and .22, stores .31 and .32, the helpdesk .41."""
        name, _, number = replica.partition("-")
        tens = {"nginx": 0, "intake": 10, "relay": 20, "kindkans": 30, "helpdesk": 40}[name]
        return f"{self._network}.{tens + int(number or 1)}"

    def start(self, replica: str, *, wait: bool = True) -> None:
        service = self._services[replica.partition("-")[0]]
        with self.log(replica).open("ab") as log:
            self.running[replica] = subprocess.Popen(
                [_PROGRAM, *service.command],
                env=self._environment(service, replica, self.address(replica)),
                cwd=self._folder,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        if wait:
            self.wait_ready(replica)

    def wait_ready(self, *replicas: str) -> None:
        """By the very health check of compose.yaml."""
        until = time.monotonic() + _READY_SECONDS
        for replica in replicas:
            test = self._services[replica.partition("-")[0]].raw["healthcheck"]["test"][1:]
            check = [word.replace("127.0.0.1", self.address(replica)) for word in test]
            check[0] = sys.executable
            while subprocess.run(check, check=False, capture_output=True).returncode != 0:
                assert self.running[replica].poll() is None, self.log(replica).read_text()[-3000:]
                assert time.monotonic() < until, self.log(replica).read_text()[-3000:]
                time.sleep(0.1)

    def once(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A service that ends by itself, such as migrate; for admin with a command of ours."""
        service = self._services[name]
        entrypoint = [_PROGRAM, *(arguments or service.command)]
        if "entrypoint" in service.raw:
            entrypoint = [sys.executable, ROOT / "deploy" / "make_bucket.py"]
        return subprocess.run(
            entrypoint,
            env=self._environment(service, name, "127.0.0.1"),
            cwd=self._folder,
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def kill(self, replica: str) -> None:
        process = self.running.pop(replica)
        process.kill()
        process.wait(timeout=30)

    def stop(self, *replicas: str) -> None:
        """As compose does: SIGTERM, and then no longer than the grace that is given there."""
        for replica in replicas:
            self.running[replica].send_signal(signal.SIGTERM)
        for replica in replicas:
            grace = self._services[replica.partition("-")[0]].raw["stop_grace_period"]
            process = self.running.pop(replica)
            assert process.wait(timeout=int(grace.removesuffix("s"))) == 0, self.log(replica).read_text()[
                -3000:
            ]

    def close(self) -> None:
        for replica in list(self.running):
            self.kill(replica)

    def password(self, user: str) -> str:
        """Of a user of the database."""
        return (self._secrets / "postgres" / user).read_text()

    def secrets(self) -> list[str]:
        """All that are words: neither keys nor certificates."""
        paths = [path for path in self._secrets.rglob("*") if path.is_file() and not path.suffix]
        return [path.read_text() for path in paths]

    def log(self, replica: str) -> Path:
        return self._folder / f"{replica}.log"

    def metric(self, replica: str, start: str) -> float:
        """The sum of the lines that start so."""
        text = requests.get(f"http://{self.address(replica)}:8081/metrics", timeout=60).text
        return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(start))

    def _environment(self, service: Service, replica: str, address: str) -> Mapping[str, str]:
        data = self._folder / ("data" if self._backing.shared_data else f"data-{replica}")
        environment = {"PATH": "/usr/bin:/bin"} | {
            name: value.replace("/data", str(data))
            .replace("/run/secrets", str(self._secrets_of(service)))
            .replace("0.0.0.0", address)
            for name, value in service.environment.items()
        }
        for name, value in environment.items():
            for host, real in self._backing.hosts.items():
                environment[name] = environment[name].replace(host, real) if "://" in value else value
        for name, instead in self._backing.instead.items():
            if instead is None:
                environment.pop(name, None)
            elif name in environment or name.removesuffix("_TOKEN") + "_URL" in environment:
                environment[name] = instead
        return environment

    def _secrets_of(self, service: Service) -> Path:
        """A folder with the service's secrets and no others, by the names that it knows them by."""
        folder = self._folder / "secrets" / service.name
        if not folder.exists():
            folder.mkdir(parents=True)
            for secret in service.secrets:
                shutil.copy(self._secrets / secret.path, folder / secret.target)
                (folder / secret.target).chmod(0o400)
        return folder
