"""nginx as compose.yaml runs it, with the very configuration of deploy/nginx, as a process."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
import requests

from components.base import Component, Missing, component
from deploy.certificates import Authority, Pair
from deploy.compose import ROOT, read_services

PORT, HELPDESK_PORT, KINDKANS_PORT = 8443, 8444, 8445
CONFIG = ROOT / "deploy" / "nginx" / "nginx.conf"


def find_nginx(_folder: Path) -> Component:
    """For `component`. Raises Missing."""
    binary = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if binary is None:
        raise Missing("no nginx; install Debian's package nginx-light")
    said = subprocess.run([binary, "-v"], check=True, capture_output=True, text=True).stderr
    return Component(
        line=f"nginx {said.strip().partition('/')[2]}, with the configuration of deploy/nginx",
        address={"binary": binary},
    )


class Front:
    """The front on `address`, before the intakes on theirs. Raises Missing, by way of a skip or failure."""

    def __init__(
        self,
        folder: Path,
        address: str,
        intakes: Sequence[str],
        helpdesk: str = "",
        stores: Sequence[str] = (),
    ) -> None:
        self._binary = component("nginx", find_nginx).address["binary"]
        self._folder = folder
        self.temporary = folder / "tmp"
        self.temporary.mkdir(parents=True)
        self.address = address
        self._make_certificates(folder / "secrets")
        self._config = folder / "nginx.conf"
        self._config.write_text(self._translated(intakes, helpdesk or address, stores or [address]))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"https://{self.address}:{PORT}"

    @property
    def helpdesk_url(self) -> str:
        return f"https://{self.address}:{HELPDESK_PORT}"

    @property
    def kindkans_url(self) -> str:
        return f"https://{self.address}:{KINDKANS_PORT}"

    @property
    def log(self) -> str:
        return (self._folder / "log").read_text()

    def start(self) -> None:
        """Returns when it answers."""
        command = read_services()["nginx"].command
        options = ["daemon off; user root;" if word == "daemon off;" else word for word in command[1:]]
        if os.geteuid() != 0:
            options = list(command[1:])  # only root needs to be told to stay who it is
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._binary, "-c", self._config, *options], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        until = time.monotonic() + 60
        while True:
            assert self._process.poll() is None, self.log[-3000:]
            try:
                if requests.get(f"http://{self.address}:8090/healthz", timeout=60).text == "ok\n":
                    return
            except OSError:
                assert time.monotonic() < until, self.log[-3000:]
                time.sleep(0.02)

    def stop(self) -> None:
        """As compose does: by the signal after which it finishes what it has in hand."""
        assert self._process is not None
        self._process.send_signal(signal.Signals[read_services()["nginx"].raw["stop_signal"]])
        assert self._process.wait(timeout=30) == 0, self.log[-3000:]

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            workers = psutil.Process(self._process.pid).children()
            self._process.kill()  # first: it would start others
            self._process.wait(timeout=30)
            for worker in workers:
                with contextlib.suppress(psutil.NoSuchProcess):
                    worker.kill()
            psutil.wait_procs(workers, timeout=30)

    @property
    def resident_bytes(self) -> int:
        assert self._process is not None
        workers = psutil.Process(self._process.pid).children()
        return max(worker.memory_info().rss for worker in workers)

    def session(self, client: Pair | None = None) -> requests.Session:
        """Of a school's side; with the client's certificate unless told otherwise."""
        session = requests.Session()
        session.trust_env = False  # an authority named in the environment would win from ours
        session.cert = (client or self.client).files
        session.verify = str(self.server_authority.certificate)
        return session

    def connect(self, client: Pair | None, *, newest: ssl.TLSVersion | None = None) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=self.server_authority.certificate)
        if newest is not None:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = newest
        if client is not None:
            context.load_cert_chain(*client.files)
        raw = socket.create_connection((self.address, PORT), timeout=60)
        return context.wrap_socket(raw, server_hostname=self.address)

    def _make_certificates(self, folder: Path) -> None:
        self.server_authority = Authority(folder / "server-ca", "server-ca")
        server = self.server_authority.sign("server", address=self.address)
        clients = Authority(folder / "clients-ca", "clients-ca")
        self.client = clients.sign("parnassys")
        self.expired = clients.sign("expired", expired=True)
        self.stranger = Authority(folder / "stranger-ca", "clients-ca").sign("parnassys")
        for source, target in (
            (server.certificate, "server.crt"),
            (server.key, "server.key"),
            (clients.certificate, "clients-ca.crt"),
        ):
            shutil.copy(source, folder / target)

    def _translated(self, intakes: Sequence[str], helpdesk: str, stores: Sequence[str]) -> str:
        """What containers have and processes have not: names, folders, and addresses of their own.

        The parameter `resolve` is of nginx 1.27.3; a distribution's may be older.
        """
        line = "server intake:8080 resolve max_fails=1 fail_timeout=5s;"
        servers = " ".join(line.replace("intake:8080 resolve", f"{intake}:8080") for intake in intakes)
        store = "server kindkans:8083 resolve max_fails=1 fail_timeout=5s;"
        all_stores = " ".join(store.replace("kindkans:8083 resolve", f"{one}:8083") for one in stores)
        text = CONFIG.read_text()
        for old, new in (
            ("/tmp/", f"{self.temporary}/"),
            ("/run/secrets/", f"{self._folder / 'secrets'}/"),
            (line, servers),
            ("server helpdesk:8082 resolve", f"server {helpdesk}:8082"),
            (store, all_stores),
            ("listen 8445 ssl;", f"listen {self.address}:{KINDKANS_PORT} ssl;"),
            ("listen 8444 ssl;", f"listen {self.address}:{HELPDESK_PORT} ssl;"),
            ("listen 8443 ssl;", f"listen {self.address}:{PORT} ssl;"),
            ("listen 127.0.0.1:8090;", f"listen {self.address}:8090;"),
        ):
            assert old in text, old
            text = text.replace(old, new)
        return text
