"""The snapshot of all settings that routing reads."""

from __future__ import annotations

from sqlalchemy import Connection

from database.koppelingen import list_koppelingen
from database.listed_schools import listed_brins
from database.organisaties import list_organisaties
from database.settings_version import read_version
from routing.tables import Tables


def read_tables(connection: Connection) -> Tables:
    return Tables.build(
        version=read_version(connection),
        brins=listed_brins(connection),
        organisaties=list_organisaties(connection),
        koppelingen=list_koppelingen(connection),
    )
