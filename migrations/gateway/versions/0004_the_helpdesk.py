"""The helpdesk: accounts, sessions, moves of dossiers, and the indexes that searching needs"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_inzending_hulpvraag": ("inzending", ["omgeving_id", "hulpvraag_id", "inzending_id"]),
    "ix_inzending_swv": ("inzending", ["swv_id", "inzending_id"]),
    "ix_inzending_school": ("inzending", ["schoolnaam", "inzending_id"]),
    "ix_inzending_reden_code": ("inzending_reden", ["code", "inzending_id"]),
    "ix_audit_subject": ("audit", ["subject", "audit_id"]),
    "ix_audit_actor": ("audit", ["actor", "audit_id"]),
}
# Of 0001, with other columns: found by a berichtId alone; in order of number and then of time.
_CHANGED = {
    "ix_inzending_bericht": (
        ["omgeving_id", "bericht_id", "inzending_id"],
        ["bericht_id", "omgeving_id", "inzending_id"],
    ),
    "ix_inzending_dossier": (["dossiernummer", "versie"], ["dossiernummer", "inzending_id"]),
}
_OTHERWISE = sa.text("uitkomst IN ('afgewezen', 'dubbel')")
_FK = "CONSTRAINT fk_outbox_event_id FOREIGN KEY(event_id) REFERENCES inzending (inzending_id)"


def upgrade() -> None:
    op.execute("ALTER TABLE inzending ADD COLUMN vestiging VARCHAR(6)")
    for name, (table, columns) in _INDEXES.items():
        op.create_index(name, table, columns)
    op.create_index(
        "ix_inzending_anders",
        "inzending",
        ["uitkomst", "inzending_id"],
        sqlite_where=_OTHERWISE,
        postgresql_where=_OTHERWISE,
    )
    for name, (_, columns) in _CHANGED.items():
        op.drop_index(name, table_name="inzending")
        op.create_index(name, "inzending", columns)
    _create_tables()
    # An event is of an inzending or of a verplaatsing: a foreign key cannot say "or".
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_outbox_event_id", "outbox", type_="foreignkey")
    else:
        _rewrite_outbox(lambda sql: sql.replace(f"{_FK}, ", ""))


def downgrade() -> None:
    op.execute("DELETE FROM outbox_payload WHERE event_id IN (SELECT event_id FROM verplaatsing)")
    op.execute("DELETE FROM outbox_gebeurtenis WHERE event_id IN (SELECT event_id FROM verplaatsing)")
    op.execute("DELETE FROM outbox WHERE event_id IN (SELECT event_id FROM verplaatsing)")
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key("fk_outbox_event_id", "outbox", "inzending", ["event_id"], ["inzending_id"])
    else:
        primary = "CONSTRAINT pk_outbox"
        _rewrite_outbox(lambda sql: sql.replace(primary, f"{_FK}, \n\t{primary}"))
    for table in ("login_mislukking", "sessie", "account", "verplaatsing"):
        op.drop_table(table)
    for name, (table, _) in _INDEXES.items():
        op.drop_index(name, table_name=table)
    op.drop_index("ix_inzending_anders", table_name="inzending")
    for name, (columns, _) in _CHANGED.items():
        op.drop_index(name, table_name="inzending")
        op.create_index(name, "inzending", columns)
    op.execute("ALTER TABLE inzending DROP COLUMN vestiging")


def _rewrite_outbox(change: Callable[[str], str]) -> None:
    """SQLite takes no constraint from a table, but says how to where no row changes (its documentation of
    ALTER TABLE, part 7): by changing the text that it keeps of the table."""
    bind = op.get_bind()
    table = "type = 'table' AND name = 'outbox'"
    old = bind.execute(sa.text(f"SELECT sql FROM sqlite_master WHERE {table}")).scalar_one()  # noqa: S608
    new = change(old)
    if new == old:
        raise AssertionError("the table outbox is not as 0003 left it")
    version = bind.execute(sa.text("PRAGMA schema_version")).scalar_one()
    bind.execute(sa.text("PRAGMA writable_schema = ON"))
    bind.execute(sa.text(f"UPDATE sqlite_master SET sql = :new WHERE {table}"), {"new": new})  # noqa: S608
    bind.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    bind.execute(sa.text("PRAGMA writable_schema = OFF"))
    if bind.execute(sa.text("PRAGMA integrity_check")).scalars().all() != ["ok"]:
        raise AssertionError("the database is not whole after the change of the table outbox")


def _create_tables() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "verplaatsing",
        sa.Column("event_id", sa.String(32), nullable=False),
        sa.Column("dossiernummer", number, nullable=False),
        sa.Column("versie", sa.Integer(), nullable=False),
        sa.Column("van_swv_id", sa.String(64), nullable=False),
        sa.Column("van_organisatie_id", sa.String(64), nullable=False),
        sa.Column("naar_swv_id", sa.String(64), nullable=False),
        sa.Column("naar_organisatie_id", sa.String(64), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("toelichting", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("bezorgd_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("event_id", name="pk_verplaatsing"),
        sa.ForeignKeyConstraint(
            ["dossiernummer"], ["dossier.dossiernummer"], name="fk_verplaatsing_dossiernummer"
        ),
        sa.UniqueConstraint("dossiernummer", "versie", name="uq_verplaatsing_dossiernummer_versie"),
        sa.CheckConstraint("van_organisatie_id <> naar_organisatie_id", name=op.f("ck_verplaatsing_moves")),
    )
    op.create_table(
        "account",
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("gebruikersnaam", sa.String(64), nullable=False),
        sa.Column("naam", sa.Text(), nullable=False),
        sa.Column("rol", sa.String(24), nullable=False),
        sa.Column("swv_id", sa.String(64)),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("totp_key_id", sa.String(64), nullable=False),
        sa.Column("totp_nonce", sa.LargeBinary(), nullable=False),
        sa.Column("totp_ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_account"),
        sa.UniqueConstraint("gebruikersnaam", name="uq_account_gebruikersnaam"),
        sa.ForeignKeyConstraint(["swv_id"], ["swv.swv_id"], name="fk_account_swv_id"),
        sa.CheckConstraint(
            "rol IN ('helpdesk', 'applicatiebeheerder', 'auditor', 'beheerder')", name=op.f("ck_account_rol")
        ),
        sa.CheckConstraint("status IN ('actief', 'geblokkeerd')", name=op.f("ck_account_status")),
        sa.CheckConstraint(
            "rol <> 'applicatiebeheerder' OR swv_id IS NOT NULL",
            name=op.f("ck_account_applicatiebeheerder_of_swv"),
        ),
        sa.CheckConstraint(
            "rol NOT IN ('helpdesk', 'beheerder') OR swv_id IS NULL", name=op.f("ck_account_others_of_all")
        ),
    )
    op.create_index("ix_account_swv_id", "account", ["swv_id"])
    op.create_table(
        "sessie",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("account_id", sa.String(32)),
        sa.Column("naam", sa.Text(), nullable=False),
        sa.Column("rol", sa.String(24), nullable=False),
        sa.Column("swv_id", sa.String(64)),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessie"),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name="fk_sessie_account_id"),
    )
    op.create_index("ix_sessie_actor", "sessie", ["actor"])
    op.create_index("ix_sessie_account_id", "sessie", ["account_id"])
    op.create_table(
        "login_mislukking",
        sa.Column("sleutel", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sleutel", name="pk_login_mislukking"),
    )
