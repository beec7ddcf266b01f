"""On PostgreSQL too the migrations and the schema say the same, and all may migrate at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData

from components.postgres import create_database, drop_database
from components.racers import race
from database import schema
from database.engine import check_durable, open_engine, reading
from database.migrate import History, check_current, upgrade
from dossier.errors import ConfigurationError
from kindkans import schema as kindkans_schema


@pytest.fixture
def url(postgres_port: int) -> Iterator[str]:
    """Of an empty database, without a schema."""
    url = create_database(postgres_port)
    yield url
    drop_database(postgres_port, url)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("history", "metadata"),
    [(History.GATEWAY, schema.metadata), (History.KINDKANS, kindkans_schema.metadata)],
    ids=["gateway", "kindkans"],
)
def test_the_migrations_make_the_schema(engine: Engine, history: History, metadata: MetaData) -> None:
    upgrade(engine, history)

    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_role_does_not_start_on_an_empty_database(engine: Engine) -> None:
    with pytest.raises(ConfigurationError, match=r"at version none .* run: kindkans-gateway migrate"):
        check_current(engine, History.GATEWAY)


def test_processes_that_upgrade_at_once_all_succeed(url: str, engine: Engine) -> None:
    prepare = "from database.engine import open_engine\nfrom database.migrate import History, upgrade"
    ran = race(prepare, "upgrade(open_engine(sys.argv[1]), History.GATEWAY)", [[url]] * 3)

    assert [(one.returncode, one.stderr) for one in ran] == [(0, "")] * 3
    assert check_current(engine, History.GATEWAY)


def test_a_server_that_keeps_what_it_acknowledges_is_trusted(engine: Engine) -> None:
    check_durable(engine)
