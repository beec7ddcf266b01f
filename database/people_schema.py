"""The part of the schema (schema.py) that is about people: who did what, who may in, who is logged in."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from database.metadata import Moment, Number, metadata

audit = Table(
    "audit",
    metadata,
    Column("audit_id", Number, primary_key=True, autoincrement=True),
    Column("at_ms", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(48), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
Index("ix_audit_subject", audit.c.subject, audit.c.audit_id)
Index("ix_audit_actor", audit.c.actor, audit.c.audit_id)

# Local accounts; who logs in by OIDC has none.
account = Table(
    "account",
    metadata,
    Column("account_id", String(32), primary_key=True),
    Column("gebruikersnaam", String(64), nullable=False, unique=True),  # lower case
    Column("naam", Text, nullable=False),
    Column("rol", String(24), nullable=False),
    Column("swv_id", String(64), ForeignKey("swv.swv_id"), index=True),
    Column("status", String(16), nullable=False),
    Column("secret_hash", Text, nullable=False),  # of the password
    # The second factor's key, sealed for this account.
    Column("totp_key_id", String(64), nullable=False),
    Column("totp_nonce", LargeBinary, nullable=False),
    Column("totp_ciphertext", LargeBinary, nullable=False),
    Column("totp_step", BigInteger, nullable=False),  # the last that was used: each code works once
    Column("created_ms", Moment, nullable=False),
    Column("changed_ms", Moment, nullable=False),
    CheckConstraint("rol IN ('helpdesk', 'applicatiebeheerder', 'auditor', 'beheerder')", name="rol"),
    CheckConstraint("status IN ('actief', 'geblokkeerd')", name="status"),
    CheckConstraint("rol <> 'applicatiebeheerder' OR swv_id IS NOT NULL", name="applicatiebeheerder_of_swv"),
    CheckConstraint("rol NOT IN ('helpdesk', 'beheerder') OR swv_id IS NULL", name="others_of_all"),
)

sessie = Table(
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

# Failed logins, by a hash of the name or of the address that tried.
login_mislukking = Table(
    "login_mislukking",
    metadata,
    Column("sleutel", String(64), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("last_ms", Moment, nullable=False),
)
