"""A gateway as its users meet it: processes, ports, files. What the acceptance tests share."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from acceptance.warm import Running, start, warm_cli
from adapters.parnassys.standin.client import ParnasSys
from components.nats import used_nats
from database.engine import reading, writing
from gateway import configuration
from gateway.commands.submissions import run_reconcile
from gateway.databases import migrate_databases, open_gateway_database, open_store_database
from gateway.reconcile import Report
from gateway.settings import Settings, read_settings
from storage.keyring import sync_folder

WORLD = Path(configuration.__file__).parent / "demo" / "world.yaml"
_FILES = ("gateway.db", "kindkans.db")
_ELSEWHERE = {"DATABASE_URL", "KINDKANS_DATABASE_URL"}
_world: list[tuple[dict[str, bytes], dict[str, str]]] = []  # files and secrets, once they were made


def wait_for(condition: Callable[[], Any], seconds: float = 120.0) -> Any:
    """What `condition` gives once it is true; AssertionError when it is not in time.

    To ask takes time from who is asked: a question that takes long is put less often.
    """
    until = time.monotonic() + seconds
    while True:
        asked = time.monotonic()
        if found := condition():
            return found
        now = time.monotonic()
        assert now < until, f"waited {seconds} s in vain"
        time.sleep(max(0.02, min(2 * (now - asked), 0.5)))


def refuses(url: str) -> bool:
    """Nobody takes a connection there any more."""
    try:
        requests.get(f"{url}?wsdl", timeout=60)
    except requests.ConnectionError:
        return True
    return False


@dataclass
class Gateway:
    """One data folder and the processes that run on it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    running: dict[str, Running] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        ours = {name.lower(): value for name, value in self.environment.items()}
        own = {name: value for name, value in ours.items() if name in Settings.model_fields}
        return read_settings(
            **{"data_folder": self.folder, "port": 0, "ops_port": 0, "helpdesk_port": 0, "kindkans_port": 0}
            | own
        )

    def make_world(self, world: Path = WORLD) -> None:
        """The demo's is made once per process; after that its files are copied."""
        copied = world == WORLD and not self.environment.keys() & _ELSEWHERE
        if copied and _world:
            self._copy_world()
            return
        self._make_world(world)
        if copied:
            _world.append(({name: (self.folder / name).read_bytes() for name in _FILES}, dict(self.secrets)))

    def _copy_world(self) -> None:
        [(files, secrets)] = _world
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in files.items():
            with (self.folder / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())  # as the database would: some tests cut the power
        sync_folder(self.folder)
        self.secrets |= secrets

    def _make_world(self, world: Path) -> None:
        migrate_databases(self.settings)
        engine = open_gateway_database(self.settings)
        with writing(engine) as connection:
            changes = configuration.diff(connection, configuration.read_file(world), world.parent)
            given = [change.apply(connection, "test") for change in changes]
        engine.dispose()
        self.secrets |= dict(secret.split(": ", 1) for secret in given if secret)

    def start(self, role: str = "up", *, wait: bool = True) -> None:
        if role in ("up", "broker"):
            used_nats("the gateway's own")
        (self.folder / f"running-{role}.json").unlink(missing_ok=True)
        self.running[role] = start([role], self.full_environment(), self.log(role))
        if wait:
            wait_for(lambda: self.ready(role))

    def start_all(self, *roles: str) -> None:
        """At once, but for the broker: the others find it by what it wrote down."""
        for role in roles:
            self.start(role, wait=role == "broker")
        for role in roles:
            wait_for(lambda role=role: self.ready(role))

    def full_environment(self) -> dict[str, str]:
        ports = dict.fromkeys(("PORT", "OPS_PORT", "HELPDESK_PORT", "KINDKANS_PORT"), "0")
        environment = {**os.environ, "DATA_FOLDER": str(self.folder), **ports}
        environment["KINDKANS_PAGES"] = "false"  # they take most of a second to start; who opens them says so
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # it would triple the time to start
        return environment | self.environment

    def ready(self, role: str = "up") -> bool:
        assert self.running[role].poll() is None, self.log(role).read_text()[-3000:]
        try:
            return requests.get(f"{self.address(role)['ops_url']}/readyz", timeout=30).ok
        except (OSError, ValueError):
            return False

    def address(self, role: str = "up") -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / f"running-{role}.json").read_text())
        return found

    def url(self, role: str = "up") -> str:
        return str(self.address(role)["soap_url"])

    def log(self, role: str = "up") -> Path:
        return self.folder / f"{role}.log"

    def stop(self, *roles: str) -> None:
        """By SIGTERM; each must end cleanly."""
        for role in roles or tuple(self.running):
            process = self.running.pop(role)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=120) == 0, self.log(role).read_text()[-3000:]

    def kill(self, role: str = "up") -> None:
        process = self.running.pop(role)
        process.kill()
        process.wait(timeout=30)

    def close(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait(timeout=30)

    def parnassys(self, omgeving: str = "parnassys-gong", *, role: str = "up", **options: Any) -> ParnasSys:
        return ParnasSys(f"{self.url(role)}?wsdl", omgeving, self.secrets[omgeving], **options)

    def authorization(self, omgeving: str = "parnassys-gong") -> str:
        pair = f"{omgeving}:{self.secrets[omgeving]}".encode()
        return "Basic " + base64.b64encode(pair).decode()

    def post(self, body: bytes, *, role: str = "up", path: str = "", **headers: str) -> requests.Response:
        fields = {
            "Authorization": self.authorization(),
            "Content-Type": "text/xml; charset=utf-8",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return requests.post(self.url(role) + path, data=body, headers=fields, timeout=120)

    def begin(self, body: bytes, *, role: str = "up") -> tuple[socket.socket, bytes]:
        """A push of which a part is sent, and the rest of it."""
        url = urlsplit(self.url(role))
        sock = socket.create_connection((str(url.hostname), url.port or 0), timeout=60)
        sock.sendall(
            f"POST {url.path} HTTP/1.1\r\nHost: x\r\nAuthorization: {self.authorization()}\r\n"
            f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body[:500]
        )
        return sock, body[500:]

    def reconciled(self, seconds: float = 120.0) -> Report:
        """The proof, as soon as it holds."""
        found: list[Report] = []

        def proven() -> bool:
            found[:] = [run_reconcile(self.settings)]
            return found[0].proven

        try:
            wait_for(proven, seconds)
        except AssertionError:
            raise AssertionError(f"not proven: {found}") from None
        return found[0]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Of the gateway's database."""
        return self._rows(open_gateway_database, query)

    def store_rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._rows(open_store_database, query)

    def objects(self) -> Sequence[Path]:
        """Every bijlage, whole or half, that the gateway holds."""
        return [path for path in (self.folder / "bijlagen").rglob("*") if path.is_file()]

    def cli(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return warm_cli(arguments, self.full_environment(), stdin)

    def _rows(self, opener: Any, query: str) -> list[tuple[Any, ...]]:
        engine = opener(self.settings)
        try:
            with reading(engine) as connection:
                return [tuple(row) for row in connection.exec_driver_sql(query)]
        finally:
            engine.dispose()


def break_delivery(gateway: Gateway) -> None:
    """As if the store never had a thing, and every bijlage were damaged on the way. While nothing runs."""
    store = open_store_database(gateway.settings)
    with writing(store) as connection:
        for table in ("bijlage", "herkomst", "verplaatsing", "versie", "dossier", "inbox"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    store.dispose()
    engine = open_gateway_database(gateway.settings)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE outbox SET state = 'wachtend', finished_ms = NULL, due_ms = 0")
    engine.dispose()
    for path in gateway.objects():
        path.rename(path.with_suffix(".good"))
        path.write_bytes(b"damaged")


def mend_delivery(gateway: Gateway) -> None:
    for path in gateway.objects():
        if path.suffix == ".good":
            path.replace(path.with_suffix(""))
