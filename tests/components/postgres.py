"""PostgreSQL: a server of our own from the installed binaries, or the one on the usual port."""

from __future__ import annotations

import itertools
import os
import pwd
import signal
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psutil
import psycopg

from components.base import Component, Missing

_USER = "postgres"
_CONFIG = """\
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
shared_buffers = 32MB
max_connections = {max_connections}
max_wal_size = 256MB
log_min_messages = fatal
"""
_START_SECONDS = "120"
_numbers = itertools.count(1)


class PostgresServer:
    """A server on a folder and a port of its own. Durable, as PostgreSQL is by default."""

    def __init__(self, folder: Path, *, max_connections: int = 100) -> None:
        self._data = folder / "data"
        self._log = folder / "postgres.log"
        self._bin = _binaries()
        self._max_connections = max_connections
        self.port = free_port()

    def create(self) -> None:
        """Raises Missing if the binaries are not installed."""
        folder = self._data.parent
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:  # initdb refuses root
            user = pwd.getpwnam(_USER)
            os.chown(folder, user.pw_uid, user.pw_gid)
        self._run(
            "initdb", "-D", str(self._data), "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"
        )
        config = _CONFIG.format(port=self.port, max_connections=self._max_connections)
        with (self._data / "postgresql.conf").open("a") as file:
            file.write(config)

    def start(self) -> None:
        """Returns when it answers; also after a crash, when it has recovered."""
        self._run("pg_ctl", "-D", str(self._data), "-l", str(self._log), "-w", "-t", _START_SECONDS, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", "fast", "stop")

    def restart_immediate(self) -> None:
        """As after a crash: without a checkpoint, and every connection is cut."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", "immediate", "-l", str(self._log), "restart")

    def kill(self) -> None:
        """SIGKILL to all its processes at once."""
        processes = self._processes()
        for process in processes:
            process.kill()
        psutil.wait_procs(processes, timeout=20)

    def kill_backend(self, pid: int) -> None:
        """SIGKILL to one: the server ends all others, and recovers as after a crash."""
        assert pid in {process.pid for process in self._processes()}
        psutil.Process(pid).kill()

    def freeze(self) -> None:
        """It stays connected and says nothing, until `thaw`."""
        for process in self._processes():
            process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        for process in self._processes():
            process.send_signal(signal.SIGCONT)

    @property
    def pid(self) -> int:
        return int((self._data / "postmaster.pid").read_text().split()[0])

    @property
    def data(self) -> Path:
        """PGDATA, for who copies it or looks for words in it."""
        return self._data

    def _processes(self) -> list[psutil.Process]:
        parent = psutil.Process(self.pid)
        return [parent, *parent.children(recursive=True)]

    def _run(self, program: str, *arguments: str) -> None:
        user = _USER if os.geteuid() == 0 else None
        found = subprocess.run(
            [str(self._bin / program), *arguments],
            user=user,
            group=user,
            extra_groups=[] if user else None,
            cwd=self._data.parent,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
            text=True,
        )
        assert found.returncode == 0, f"{program}: {found.stderr}"


def start_postgres(folder: Path) -> Component:
    """For `component`. Raises Missing."""
    try:
        server = PostgresServer(folder, max_connections=300)
    except Missing:
        return _usual_port()
    server.create()
    server.start()
    version = _version(server.port)
    return Component(
        line=f"PostgreSQL {version}, started for this run",
        address={"host": "127.0.0.1", "port": str(server.port)},
        pids=(server.pid,),
    )


def execute(port: int, *statements: str, database: str = "postgres") -> list[tuple[object, ...]]:
    """Each by itself, as the server's owner; the rows of the last."""
    address = f"host=127.0.0.1 port={port} user={_USER} dbname={database} connect_timeout=10"
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            found = connection.execute(statement)  # type: ignore[call-overload]
        return list(found.fetchall()) if found.description else []


def create_database(port: int, template: str = "template1") -> str:
    """A new database; its URL."""
    name = f"t{os.getpid()}_{next(_numbers)}"
    execute(port, f"CREATE DATABASE {name} TEMPLATE {template}")
    return url_of(port, name)


def drop_database(port: int, url: str) -> None:
    execute(port, f"DROP DATABASE IF EXISTS {name_of(url)} WITH (FORCE)")


def url_of(port: int, name: str) -> str:
    return f"postgresql://{_USER}@127.0.0.1:{port}/{name}"


def name_of(url: str) -> str:
    return url.rsplit("/", 1)[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _binaries() -> Path:
    found: Sequence[Path] = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name)
    )
    if not found or not (found[-1] / "initdb").exists():
        raise Missing("no initdb under /usr/lib/postgresql; install Debian's package postgresql")
    return found[-1]


def _usual_port() -> Component:
    try:
        version = _version(5432)
    except psycopg.OperationalError as exc:
        raise Missing("no binaries, and nobody lets user postgres in on port 5432") from exc
    return Component(
        line=f"PostgreSQL {version}, which was there on port 5432",
        address={"host": "127.0.0.1", "port": "5432"},
    )


def _version(port: int) -> str:
    return str(execute(port, "SHOW server_version")[0][0]).split()[0]
