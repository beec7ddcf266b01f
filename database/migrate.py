"""Brings a database to the schema of this version: alembic, in one transaction of ours."""

from __future__ import annotations

from enum import Enum

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from database.engine import reading, writing
from dossier.errors import ConfigurationError

_LOCK = 0x6B696E64  # any number will do, so long as it is always this one


class History(Enum):
    """The gateway and the core store each have a database, and a history, of their own."""

    GATEWAY = "migrations:gateway"
    KINDKANS = "migrations:kindkans"


def upgrade(engine: Engine, history: History) -> None:
    """To the latest version; does nothing when already there or beyond. Safe when two start at once."""
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":  # SQLite has let us in alone
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if (_revision(connection) or "") < _head(history):
            command.upgrade(_config(history, connection), "head")


def check_current(engine: Engine, history: History) -> str:
    """Raises ConfigurationError if the database is older than this program. Returns its version.

    A later one is fine, so that a new version can be rolled out while the old one runs: a migration
    only adds what the version before it can do without (docs/how-to/operations.md).
    """
    with reading(engine) as connection:
        found = _revision(connection)
    wanted = _head(history)
    if found is None or found < wanted:
        raise ConfigurationError(
            f"the database of {history.name.lower()} is at version {found or 'none'} and this program "
            f"needs {wanted}; run: kindkans-gateway migrate"
        )
    return found


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _head(history: History) -> str:
    return ScriptDirectory.from_config(_config(history)).get_current_head() or ""


def _config(history: History, connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", history.value)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
