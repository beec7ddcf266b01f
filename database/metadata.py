"""What all tables of the gateway share: how constraints are named, and the types of numbers and moments."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

# SQLite gives its automatic numbers only to the type INTEGER, which there has 64 bits.
Number = BigInteger().with_variant(Integer(), "sqlite")
Moment = BigInteger()
