"""The counter of dossiernummers. A restored database has an older one: it must never give a number again."""

from __future__ import annotations

from sqlalchemy import Connection, func, select, text

from database.schema import dossier

_SERIAL = "CAST(pg_get_serial_sequence('dossier', 'dossiernummer') AS regclass)"
_POSITION = {
    "sqlite": text("SELECT max(seq) FROM sqlite_sequence WHERE name = 'dossier'"),
    "postgresql": text(f"SELECT pg_sequence_last_value({_SERIAL})"),
}


def position(connection: Connection) -> int:
    """No number up to this one will be given; 0 if none ever was."""
    found: int | None = connection.execute(_POSITION[connection.dialect.name]).scalar_one()
    return found or 0


def highest_number(connection: Connection) -> int:
    """Of the dossiers that are here; 0 if there are none."""
    found: int | None = connection.execute(select(func.max(dossier.c.dossiernummer))).scalar_one()
    return found or 0


def advance(connection: Connection, number: int) -> bool:
    """No number up to `number` will be given. False if that was so already; never goes back."""
    if connection.dialect.name == "postgresql":  # whoever gives a number now waits
        connection.execute(text("LOCK TABLE dossier IN EXCLUSIVE MODE"))
    here = position(connection)
    if here >= number:
        return False
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT setval({_SERIAL}, :number)"), {"number": number})
        return True
    values = {"number": number}
    moved = connection.execute(
        text("UPDATE sqlite_sequence SET seq = :number WHERE name = 'dossier'"), values
    )
    if moved.rowcount == 0:  # no number was ever given
        connection.execute(text("INSERT INTO sqlite_sequence VALUES ('dossier', :number)"), values)
    return True
