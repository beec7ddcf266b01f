"""Table settings_version: one number that grows with every change of a setting that routing reads.

Intake compares it in each transaction, so that an accept is always judged by the settings that hold
at its own commit.
"""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from database.schema import settings_version

_READ = select(settings_version.c.version)
_LOCK = _READ.with_for_update()
_BUMP = update(settings_version).values(version=settings_version.c.version + 1)


def read_version(connection: Connection) -> int:
    return int(connection.execute(_READ).scalar_one())


def lock_settings(connection: Connection) -> None:
    """Until the end of this transaction nobody else changes a setting: first look, then change.

    SQLite has one writer at a time already.
    """
    connection.execute(_LOCK)


def bump_version(connection: Connection) -> None:
    connection.execute(_BUMP)
