"""Table key_fingerprint, in both databases: which keys what is sealed there was sealed with.

A database goes with one key file. Without this table a lost or wrong one would be taken for a new
one: every repeat of a push would then look like other content.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, select, text


def key_fingerprint_table(metadata: MetaData) -> Table:
    """The same in the gateway's schema and in the store's."""
    return Table(
        "key_fingerprint",
        metadata,
        Column("key_id", String(64), primary_key=True),
        Column("fingerprint", String(64), nullable=False),  # an HMAC under the key; tells nothing of it
    )


_LOCK = 0x6B657973  # any number will do, so long as it is always this one


def lock_fingerprints(connection: Connection) -> None:
    """Whoever else starts waits here until we have committed; SQLite has let us in alone."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def read_fingerprints(connection: Connection, table: Table) -> dict[str, str]:
    """By key id; empty if no key was ever used here."""
    return {row.key_id: row.fingerprint for row in connection.execute(select(table))}


def add_fingerprints(connection: Connection, table: Table, fingerprints: Mapping[str, str]) -> None:
    if fingerprints:
        rows = [{"key_id": key_id, "fingerprint": value} for key_id, value in fingerprints.items()]
        connection.execute(insert(table), rows)


def holds_rows(connection: Connection, table: Table) -> bool:
    return connection.execute(select(table.c[0]).limit(1)).first() is not None
