"""Brings the store's database to the schema of this version."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from database.engine import reading, writing
from dossier.errors import ConfigurationError


def upgrade(engine: Engine) -> None:
    """To the latest version; does nothing when already there. Safe when two processes start at once."""
    with writing(engine) as connection:
        command.upgrade(_config(connection), "head")


def check_current(engine: Engine) -> None:
    """Raises ConfigurationError unless the database has exactly this version's schema."""
    with reading(engine) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    if found != wanted:
        raise ConfigurationError(
            f"the store's database is at version {found or 'none'} and this program needs {wanted}; "
            "run: kindkans-gateway migrate"
        )


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "migrations:kindkans")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
