"""The first schema of the store"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dossier",
        sa.Column("dossiernummer", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("swv_id", sa.String(length=64), nullable=False),
        sa.Column("organisatie_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("huidige_versie", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('aanmelding')", name=op.f("ck_dossier_status")),
        sa.CheckConstraint("dossiernummer > 0", name=op.f("ck_dossier_number_is_positive")),
        sa.CheckConstraint("huidige_versie > 0", name=op.f("ck_dossier_versie_is_positive")),
        sa.PrimaryKeyConstraint("dossiernummer", name=op.f("pk_dossier")),
    )
    op.create_index(op.f("ix_dossier_organisatie_id"), "dossier", ["organisatie_id"])
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_inbox")),
    )
    op.create_table(
        "mislukking",
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_mislukking")),
    )
    op.create_table(
        "versie",
        sa.Column("dossiernummer", sa.BigInteger(), nullable=False),
        sa.Column("versie", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("inhoud_hash", sa.String(length=64), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("versie > 0", name=op.f("ck_versie_versie_is_positive")),
        sa.ForeignKeyConstraint(
            ["dossiernummer"], ["dossier.dossiernummer"], name=op.f("fk_versie_dossiernummer")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["inbox.event_id"], name=op.f("fk_versie_event_id")),
        sa.PrimaryKeyConstraint("dossiernummer", "versie", name=op.f("pk_versie")),
        sa.UniqueConstraint("event_id", name=op.f("uq_versie_event_id")),
    )
    op.create_table(
        "bijlage",
        sa.Column("dossiernummer", sa.BigInteger(), nullable=False),
        sa.Column("versie", sa.Integer(), nullable=False),
        sa.Column("positie", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("copy_id", sa.String(length=32), nullable=False),
        sa.Column("object_id", sa.String(length=80), nullable=False),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_bijlage_not_empty")),
        sa.ForeignKeyConstraint(
            ["dossiernummer", "versie"],
            ["versie.dossiernummer", "versie.versie"],
            name=op.f("fk_bijlage_dossiernummer_versie"),
        ),
        sa.PrimaryKeyConstraint("dossiernummer", "versie", "positie", name=op.f("pk_bijlage")),
    )
    op.create_index(op.f("ix_bijlage_copy_id"), "bijlage", ["copy_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_bijlage_copy_id"), "bijlage")
    op.drop_table("bijlage")
    op.drop_table("versie")
    op.drop_table("mislukking")
    op.drop_table("inbox")
    op.drop_index(op.f("ix_dossier_organisatie_id"), "dossier")
    op.drop_table("dossier")
