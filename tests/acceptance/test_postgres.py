"""What is PostgreSQL's own: a database without a schema, and a password. The promises: test_sets."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.process import Gateway
from adapters.parnassys.standin.messages import Push, indienen
from components.postgres import create_database, drop_database, execute, name_of, url_of

PASSWORD = secrets.token_hex(8)


@pytest.fixture
def gateway(tmp_path: Path, postgres_port: int) -> Iterator[Gateway]:
    ours, theirs = create_database(postgres_port), create_database(postgres_port)
    gateway = Gateway(tmp_path / "data", environment={"DATABASE_URL": ours, "KINDKANS_DATABASE_URL": theirs})
    yield gateway
    gateway.close()
    for url in (ours, theirs):
        drop_database(postgres_port, url)


def test_a_role_says_what_to_do_on_a_database_without_a_schema(gateway: Gateway) -> None:
    started = gateway.cli("up")

    assert started.returncode == 2
    assert "run: kindkans-gateway migrate" in started.stderr


def test_a_password_apart_from_the_url_gets_in_and_is_shown_nowhere(
    gateway: Gateway, postgres_port: int
) -> None:
    role = f"r{secrets.token_hex(4)}"
    execute(postgres_port, f"CREATE ROLE {role} LOGIN SUPERUSER PASSWORD '{PASSWORD}'")
    name = name_of(gateway.environment["DATABASE_URL"])
    gateway.environment["DATABASE_URL"] = url_of(postgres_port, name).replace("postgres@", f"{role}@")
    gateway.environment["DATABASE_PASSWORD"] = PASSWORD
    gateway.make_world()
    gateway.start()
    gateway.post(indienen(Push(brin="17GU")).body)
    gateway.stop()
    gateway.environment["DATABASE_URL"] = f"postgresql://{role}:{PASSWORD}@127.0.0.1:1/x"
    refused = gateway.cli("up")

    assert refused.returncode == 2
    assert "database unavailable" in refused.stderr
    assert PASSWORD not in gateway.log().read_text() + refused.stderr + refused.stdout
    execute(postgres_port, f"DROP OWNED BY {role} CASCADE", f"DROP ROLE {role}", database=name)
