"""Dossiers that were moved to another organisatie"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verplaatsing",
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("dossiernummer", sa.BigInteger(), nullable=False),
        sa.Column("versie", sa.Integer(), nullable=False),
        sa.Column("van_swv_id", sa.String(length=64), nullable=False),
        sa.Column("van_organisatie_id", sa.String(length=64), nullable=False),
        sa.Column("naar_swv_id", sa.String(length=64), nullable=False),
        sa.Column("naar_organisatie_id", sa.String(length=64), nullable=False),
        sa.Column("moved_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("versie > 0", name=op.f("ck_verplaatsing_versie_is_positive")),
        sa.ForeignKeyConstraint(
            ["dossiernummer"], ["dossier.dossiernummer"], name=op.f("fk_verplaatsing_dossiernummer")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["inbox.event_id"], name=op.f("fk_verplaatsing_event_id")),
        sa.PrimaryKeyConstraint("dossiernummer", "versie", name=op.f("pk_verplaatsing")),
        sa.UniqueConstraint("event_id", name=op.f("uq_verplaatsing_event_id")),
    )


def downgrade() -> None:
    op.drop_table("verplaatsing")
