"""The types of columns that every schema has."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer

# SQLite gives its automatic numbers only to the type INTEGER, which there has 64 bits.
Number = BigInteger().with_variant(Integer(), "sqlite")
Moment = BigInteger()
