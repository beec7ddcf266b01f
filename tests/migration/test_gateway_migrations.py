"""The migrations and the schema say the same; and anybody may bring a database up to date, twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, text

from components.racers import race
from database import migrate, schema
from database.engine import open_engine, reading, writing
from database.migrate import History, check_current, upgrade
from database.settings_version import read_version
from dossier.errors import ConfigurationError
from kindkans import schema as kindkans_schema

BOTH = pytest.mark.parametrize(
    ("history", "metadata"),
    [(History.GATEWAY, schema.metadata), (History.KINDKANS, kindkans_schema.metadata)],
    ids=["gateway", "kindkans"],
)
OpenAt = Callable[[str], Engine]


@pytest.fixture
def open_at(tmp_path: Path) -> Iterator[OpenAt]:
    engines: list[Engine] = []

    def open_(name: str) -> Engine:
        engines.append(open_engine(f"sqlite:///{tmp_path}/{name}.db"))
        return engines[-1]

    yield open_
    for engine in engines:
        engine.dispose()


def clauses(sql: str) -> frozenset[str]:
    """What a CREATE statement says, in whatever order and on however many lines."""
    plain = re.sub(r"\s+", " ", sql.replace('"', "")).strip()
    head, _, body = plain.partition("(")
    parts, depth, part = [head.strip()], 0, ""
    for c in body.rpartition(")")[0]:
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            parts.append(part.strip())
            part = ""
        else:
            part += c
    return frozenset([*parts, part.strip(), body.rpartition(")")[2].strip()])


def tables_of(connection: Connection) -> dict[str, frozenset[str]]:
    rows = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    )
    return {row.name: clauses(row.sql) for row in rows if row.name != "alembic_version"}


def differences(connection: Connection, metadata: MetaData) -> Any:
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    return compare_metadata(context, metadata)


@BOTH
def test_the_migrations_make_what_the_schema_says(
    open_at: OpenAt, history: History, metadata: MetaData
) -> None:
    engine = open_at("migrated")
    upgrade(engine, history)

    with reading(engine) as connection:
        assert differences(connection, metadata) == []


@BOTH
def test_they_agree_to_the_letter_of_every_check_and_index(
    open_at: OpenAt, history: History, metadata: MetaData
) -> None:
    migrated, made = open_at("migrated"), open_at("made")
    upgrade(migrated, history)
    with writing(made) as connection:
        metadata.create_all(connection)

    with reading(migrated) as one, reading(made) as other:
        assert tables_of(one) == tables_of(other)
        assert len(tables_of(one)) > 5


def test_the_comparison_sees_a_check_that_is_missing(open_at: OpenAt) -> None:
    one, other = open_at("one"), open_at("other")
    with writing(one) as a, writing(other) as b:
        a.execute(text("CREATE TABLE t (x INTEGER, y TEXT, CONSTRAINT c CHECK (x > 0 AND y <> ','))"))
        b.execute(text('CREATE TABLE "t" (\n  y TEXT,\n x INTEGER)'))

    with reading(one) as a, reading(other) as b:
        assert tables_of(a)["t"] - tables_of(b)["t"] == {"CONSTRAINT c CHECK (x > 0 AND y <> ',')"}


@BOTH
def test_the_newest_version_and_that_of_a_database_are_what_alembic_says(
    open_at: OpenAt, history: History, metadata: MetaData
) -> None:
    engine = open_at("ours")
    upgrade(engine, history)

    with reading(engine) as connection:
        config = migrate._config(history, connection)
        assert migrate.newest(history) == ScriptDirectory.from_config(config).get_current_head()
        assert check_current(engine, history) == MigrationContext.configure(connection).get_current_revision()


@BOTH
def test_upgrading_twice_changes_nothing(open_at: OpenAt, history: History, metadata: MetaData) -> None:
    engine = open_at("migrated")
    upgrade(engine, history)
    with reading(engine) as connection:
        before = tables_of(connection)
    upgrade(engine, history)

    check_current(engine, history)
    with reading(engine) as connection:
        assert tables_of(connection) == before


@BOTH
def test_all_the_way_down_leaves_no_table_and_up_again_makes_them(
    open_at: OpenAt, history: History, metadata: MetaData
) -> None:
    engine = open_at("migrated")
    upgrade(engine, history)
    with reading(engine) as connection:
        before = tables_of(connection)
    with writing(engine) as connection:
        command.downgrade(migrate._config(history, connection), "base")
    with reading(engine) as connection:
        assert tables_of(connection) == {}
    upgrade(engine, history)

    with reading(engine) as connection:
        assert tables_of(connection) == before


def test_a_new_database_has_one_version_of_the_settings(open_at: OpenAt) -> None:
    engine = open_at("migrated")
    upgrade(engine, History.GATEWAY)

    with reading(engine) as connection:
        assert read_version(connection) == 1


def test_processes_that_upgrade_at_once_all_succeed(tmp_path: Path, open_at: OpenAt) -> None:
    url = f"sqlite:///{tmp_path}/shared.db"
    prepare = "from database.engine import open_engine\nfrom database.migrate import History, upgrade"
    ran = race(prepare, "upgrade(open_engine(sys.argv[1]), History.GATEWAY)", [[url]] * 3)

    assert [(one.returncode, one.stderr) for one in ran] == [(0, "")] * 3
    check_current(open_at("shared"), History.GATEWAY)


@BOTH
def test_a_database_without_a_schema_is_refused_with_the_remedy(
    open_at: OpenAt, history: History, metadata: MetaData
) -> None:
    with pytest.raises(
        ConfigurationError, match=r"at version none .* needs 0\d{3}; run: kindkans-gateway migrate"
    ):
        check_current(open_at("empty"), history)


def test_a_later_version_is_left_alone_so_that_the_old_program_runs_on_while_the_new_one_comes(
    open_at: OpenAt,
) -> None:
    engine = open_at("newer")
    upgrade(engine, History.GATEWAY)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    upgrade(engine, History.GATEWAY)

    assert check_current(engine, History.GATEWAY) == "9999"


def test_an_earlier_version_is_refused(open_at: OpenAt) -> None:
    engine = open_at("older")
    upgrade(engine, History.GATEWAY)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    with pytest.raises(ConfigurationError, match=r"at version 0000 .* needs 0\d{3}; run"):
        check_current(engine, History.GATEWAY)


def test_an_upgrade_that_fails_half_way_leaves_nothing(open_at: OpenAt) -> None:
    engine = open_at("half")
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE outbox (x INTEGER)"))

    with pytest.raises(Exception, match="unavailable"):
        upgrade(engine, History.GATEWAY)
    with reading(engine) as connection:
        assert set(tables_of(connection)) == {"outbox"}
