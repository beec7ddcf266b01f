"""Brings a database to the schema of this version: alembic, in one transaction of ours."""

from __future__ import annotations

from enum import Enum

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from database.engine import reading, writing
from dossier.errors import ConfigurationError


class History(Enum):
    """The gateway and the core store each have a database, and a history, of their own."""

    GATEWAY = "migrations:gateway"
    KINDKANS = "migrations:kindkans"


def bring_up_to_date(engine: Engine, history: History) -> None:
    """SQLite, which only we use, is upgraded; of another database it is checked that somebody did."""
    if engine.dialect.name == "sqlite":
        upgrade(engine, history)
    else:
        check_current(engine, history)


def upgrade(engine: Engine, history: History) -> None:
    """To the latest version; does nothing when already there. Safe when two processes start at once."""
    with writing(engine) as connection:
        command.upgrade(_config(history, connection), "head")


def check_current(engine: Engine, history: History) -> None:
    """Raises ConfigurationError unless the database has exactly this version's schema."""
    with reading(engine) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    wanted = ScriptDirectory.from_config(_config(history)).get_current_head()
    if found != wanted:
        raise ConfigurationError(
            f"the database of {history.name.lower()} is at version {found or 'none'} and this program "
            f"needs {wanted}; run: kindkans-gateway migrate"
        )


def _config(history: History, connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", history.value)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
