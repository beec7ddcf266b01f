"""The part of the store's schema that is about people: accounts and sessions as in the helpdesk's database,
and what a role may."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, PrimaryKeyConstraint, String, Table, Text

from database.people_schema import people_tables
from kindkans.metadata import Moment, metadata

# An account's role is one of table rol: there is no list of them in a CHECK, for roles are data.
people_tables(metadata, rollen=None, swv_foreign_key=False)

rol = Table(
    "rol",
    metadata,
    Column("rol_id", String(24), primary_key=True),
    Column("naam", Text, nullable=False, unique=True),
    Column("type", String(8), nullable=False),
    CheckConstraint("type IN ('Rest', 'Beheer', 'Super')", name="type"),
)
recht = Table(
    "recht",
    metadata,
    Column("rol_id", String(24), ForeignKey("rol.rol_id"), nullable=False),
    Column("bereik", String(8), nullable=False),
    Column("tab", String(24), nullable=False),
    Column("mag", String(8), nullable=False),
    PrimaryKeyConstraint("rol_id", "bereik", "tab"),
    CheckConstraint("bereik IN ('eigen', 'swv', 'extern')", name="bereik"),
    CheckConstraint("mag IN ('zien', 'wijzigen')", name="mag"),
)
systeemrecht = Table(
    "systeemrecht",
    metadata,
    Column("rol_id", String(24), ForeignKey("rol.rol_id"), nullable=False),
    Column("recht", String(24), nullable=False),
    PrimaryKeyConstraint("rol_id", "recht"),
)

# What an account has besides account.rol, which is its rol_id.
lid = Table(
    "lid",
    metadata,
    Column("account_id", String(32), ForeignKey("account.account_id"), primary_key=True),
    Column("organisatie_id", String(64), ForeignKey("organisatie.organisatie_id"), index=True),
    Column("externe_rol_id", String(24), ForeignKey("rol.rol_id")),
)

# A key to the JSON API, of one account; the key itself is shown once.
api_sleutel = Table(
    "api_sleutel",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", String(32), ForeignKey("account.account_id"), nullable=False, index=True),
    Column("naam", Text, nullable=False),
    Column("created_ms", Moment, nullable=False),
    Column("ended_ms", Moment),
)
