"""What the roles of compose.yaml stand on here: where each host is, and what is still other than there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from components.base import Component, component
from components.postgres import PostgresServer, execute, free_port
from deploy.compose import ROOT, read_services
from gateway.settings import Settings

# Whether the settings know RabbitMQ and S3, as compose.yaml does.
PRODUCTION = {"storage_url", "broker_password"} <= set(Settings.model_fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backing:
    hosts: Mapping[str, str]  # "postgres:5432" -> "127.0.0.1:40123"
    instead: Mapping[str, str | None] = field(default_factory=dict)  # None: the variable is left out
    shared_data: bool = False  # one data folder for all roles, for files are where the bijlagen are


def postgres_of_compose(secrets: Path) -> str:
    """A server that asks for passwords, set up by the very file that the container runs. Its address."""

    def start(folder: Path) -> Component:
        server = PostgresServer(folder)
        server.create()
        hba = "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        (server.data / "pg_hba.conf").write_text(hba)
        server.start()
        set_up = psql(
            f"postgresql://postgres@127.0.0.1:{server.port}/postgres",
            "--file",
            str(ROOT / "deploy" / "postgres" / "10-databases.sql"),
            SECRETS_FOLDER=str(secrets / "postgres"),
        )
        assert set_up.returncode == 0, set_up.stderr
        return Component(
            line="PostgreSQL with passwords and the users of deploy/postgres, started for this run",
            address={"port": str(server.port)},
            pids=(server.pid,),
        )

    return f"127.0.0.1:{component('postgres of compose', start).address['port']}"


def psql(url: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["psql", "--no-psqlrc", "--quiet", url, *arguments],
        env={"PATH": "/usr/bin:/bin", **environment},
        check=False,
        capture_output=True,
        text=True,
    )


@contextmanager
def embedded(postgres: str, nats: Mapping[str, str]) -> Iterator[Backing]:
    """Until RabbitMQ and S3: NATS for a broker, and files."""
    storage = [name for name in read_services()["intake"].environment if name.startswith("STORAGE_")]
    instead: dict[str, str | None] = dict.fromkeys([*storage, "KINDKANS_STORAGE_URL"])
    instead |= {"BROKER_URL": nats["url"], "BROKER_TOKEN": nats["token"]}
    yield Backing(hosts={"postgres:5432": postgres}, instead=instead, shared_data=True)


@contextmanager
def production(postgres: str, secrets: Path) -> Iterator[Backing]:
    """RabbitMQ with the users of deploy/make-secrets, and moto for S3."""
    from components.rabbitmq import run_rabbitmq

    with ExitStack() as stack:
        port, api = run_rabbitmq()
        api.call("POST", "/definitions", json.loads((secrets / "rabbitmq" / "definitions.json").read_text()))
        stack.callback(api.delete_vhost, "kindkans")
        moto = free_port()
        server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(moto)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(server.wait, 30)
        stack.callback(server.kill)
        yield Backing(
            hosts={
                "postgres:5432": postgres,
                "rabbitmq:5672": f"127.0.0.1:{port}",
                "s3:9000": f"127.0.0.1:{moto}",
            }
        )


def connections(postgres: str) -> Mapping[str, int]:
    """How many each user of the database has."""
    rows = execute(
        int(postgres.rpartition(":")[2]),
        "SELECT usename, count(*) FROM pg_stat_activity WHERE usename IS NOT NULL GROUP BY usename",
    )
    return {str(name): int(str(number)) for name, number in rows}
