"""Brings a database to the schema of this version: alembic, in one transaction of ours.

alembic is imported only when there is something to bring: it was a quarter of what a role imports, and every
role looks at its database when it starts. A test holds our answer to alembic's.
"""

from __future__ import annotations

from enum import Enum
from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from database.engine import reading, writing
from dossier.errors import ConfigurationError

if TYPE_CHECKING:
    from alembic.config import Config

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
        if (_revision(connection) or "") < newest(history):
            from alembic import command

            command.upgrade(_config(history, connection), "head")


def check_current(engine: Engine, history: History) -> str:
    """Raises ConfigurationError if the database is older than this program. Returns its version.

    A later one is fine, so that a new version can be rolled out while the old one runs: a migration
    only adds what the version before it can do without (docs/how-to/operations.md).
    """
    with reading(engine) as connection:
        found = _revision(connection)
    wanted = newest(history)
    if found is None or found < wanted:
        raise ConfigurationError(
            f"the database of {history.name.lower()} is at version {found or 'none'} and this program "
            f"needs {wanted}; run: kindkans-gateway migrate"
        )
    return found


def newest(history: History) -> str:
    """The version of this program: the number that its last migration's file begins with."""
    package, name = history.value.split(":")
    scripts = (files(package) / name / "versions").iterdir()
    return max(script.name.split("_")[0] for script in scripts if script.name[:1].isdigit())


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _config(history: History, connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", history.value)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
