"""The tables about people: who did what, who may in, who is logged in. Each database of a site has them.

Statements (accounts.py, sessions.py, login_failures.py, audit.py) name the tables at the end of this file:
what they ask is the same in every database with tables of these names. What each database refuses is its
schema's to say: `people_tables`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from database.columns import Moment, Number


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleTables:
    audit: Table
    account: Table
    sessie: Table
    login_mislukking: Table


def people_tables(
    metadata: MetaData, *, rollen: tuple[str, ...] | None, swv_foreign_key: bool
) -> PeopleTables:
    """`rollen` are those that an account can have; None: its database does not know them.

    `swv_foreign_key`: whether `metadata` has a table swv, that an account's SWV must be in.
    """
    return PeopleTables(
        audit=_audit(metadata),
        account=_account(metadata, rollen, swv_foreign_key),
        sessie=_sessie(metadata),
        login_mislukking=_login_mislukking(metadata),
    )


def _audit(metadata: MetaData) -> Table:
    table = Table(
        "audit",
        metadata,
        Column("audit_id", Number, primary_key=True, autoincrement=True),
        Column("at_ms", Moment, nullable=False),
        Column("actor", Text, nullable=False),
        Column("action", String(48), nullable=False),
        Column("subject", Text, nullable=False),
        Column("detail", Text, nullable=False),
    )
    Index("ix_audit_subject", table.c.subject, table.c.audit_id)
    Index("ix_audit_actor", table.c.actor, table.c.audit_id)
    return table


def _account(metadata: MetaData, rollen: tuple[str, ...] | None, swv_foreign_key: bool) -> Table:
    """Local accounts; who logs in by OIDC has none."""
    swv = [ForeignKey("swv.swv_id")] if swv_foreign_key else []
    return Table(
        "account",
        metadata,
        Column("account_id", String(32), primary_key=True),
        Column("gebruikersnaam", String(64), nullable=False, unique=True),  # lower case
        Column("naam", Text, nullable=False),
        Column("rol", String(24), nullable=False),
        Column("swv_id", String(64), *swv, index=True),
        Column("status", String(16), nullable=False),
        Column("secret_hash", Text, nullable=False),  # of the password
        # The second factor's key, sealed for this account.
        Column("totp_key_id", String(64), nullable=False),
        Column("totp_nonce", LargeBinary, nullable=False),
        Column("totp_ciphertext", LargeBinary, nullable=False),
        Column("totp_step", BigInteger, nullable=False),  # the last that was used: each code works once
        Column("created_ms", Moment, nullable=False),
        Column("changed_ms", Moment, nullable=False),
        *_rol_check(rollen),
        CheckConstraint("status IN ('actief', 'geblokkeerd')", name="status"),
    )


def _rol_check(rollen: tuple[str, ...] | None) -> list[CheckConstraint]:
    if rollen is None:
        return []
    quoted = ", ".join(f"'{rol}'" for rol in rollen)
    return [CheckConstraint(f"rol IN ({quoted})", name="rol")]


def _sessie(metadata: MetaData) -> Table:
    return Table(
        "sessie",
        metadata,
        Column("token_hash", String(64), primary_key=True),
        Column("actor", Text, nullable=False, index=True),
        Column("account_id", String(32), ForeignKey("account.account_id"), index=True),  # None: by OIDC
        Column("naam", Text, nullable=False),
        Column("rol", String(24), nullable=False),
        Column("swv_id", String(64)),
        Column("csrf", String(64), nullable=False),
        Column("created_ms", Moment, nullable=False),
        Column("seen_ms", Moment, nullable=False),
        Column("ended_ms", Moment),
    )


def _login_mislukking(metadata: MetaData) -> Table:
    """Failed logins, by a hash of the name or of the address that tried."""
    return Table(
        "login_mislukking",
        metadata,
        Column("sleutel", String(64), primary_key=True),
        Column("tries", Integer, nullable=False),
        Column("last_ms", Moment, nullable=False),
    )


# For statements: by these names, whichever database the connection is of.
_BY_NAME = people_tables(MetaData(), rollen=None, swv_foreign_key=False)
audit, account, sessie = _BY_NAME.audit, _BY_NAME.account, _BY_NAME.sessie
login_mislukking = _BY_NAME.login_mislukking
