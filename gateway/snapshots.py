"""The routing tables in memory, read again whenever the settings have changed."""

from __future__ import annotations

from sqlalchemy import Connection

from database.routing_tables import read_tables
from routing.tables import Tables


class Snapshots:
    def __init__(self) -> None:
        self._tables: Tables | None = None

    def at(self, version: int, connection: Connection) -> Tables:
        """The tables of `version`, which this transaction saw, or of a later one; read only when new."""
        tables = self._tables
        if tables is None or tables.version != version:
            tables = self._tables = read_tables(connection)
        return tables
