"""The routing tables in memory, read again whenever the settings have changed."""

from __future__ import annotations

from sqlalchemy import Connection

from database.routing_tables import read_tables
from database.settings_version import read_version
from routing.tables import Tables


class Snapshots:
    def __init__(self) -> None:
        self._tables: Tables | None = None

    def at(self, connection: Connection) -> Tables:
        """The tables as this transaction sees them: one small query when nothing has changed."""
        tables = self._tables
        if tables is None or tables.version != read_version(connection):
            tables = self._tables = read_tables(connection)
        return tables
