"""The snapshot of all settings that routing reads."""

from __future__ import annotations

from sqlalchemy import Connection

from database.koppelingen import list_koppelingen
from database.listed_schools import listed_brins
from database.organisaties import list_organisaties
from database.settings_version import read_version
from routing.tables import Tables


def read_tables(connection: Connection) -> Tables:
    """All of one version, also where each statement sees what was committed meanwhile (PostgreSQL).

    Every change of these tables bumps the version in its own transaction: the same version before and
    after means that nothing came between.
    """
    while True:
        version = read_version(connection)
        brins = listed_brins(connection)
        organisaties = list_organisaties(connection)
        koppelingen = list_koppelingen(connection)
        if read_version(connection) == version:
            return Tables.build(
                version=version, brins=brins, organisaties=organisaties, koppelingen=koppelingen
            )
