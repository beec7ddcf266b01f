"""Whose push brought a version"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "herkomst",
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("dossiernummer", sa.BigInteger(), nullable=False),
        sa.Column("omgeving_id", sa.String(length=64), nullable=False),
        sa.Column("bericht_id", sa.String(length=36), nullable=False),
        sa.Column("hulpvraag_id", sa.String(length=64), nullable=False),
        sa.Column("koppeling_id", sa.String(length=64), nullable=False),
        sa.Column("route_rule", sa.String(length=16), nullable=False),
        sa.Column("brin", sa.String(length=4), nullable=False),
        sa.Column("accepted_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossiernummer"], ["dossier.dossiernummer"], name=op.f("fk_herkomst_dossiernummer")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["inbox.event_id"], name=op.f("fk_herkomst_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_herkomst")),
    )
    op.create_index(op.f("ix_herkomst_dossiernummer"), "herkomst", ["dossiernummer"])


def downgrade() -> None:
    op.drop_index(op.f("ix_herkomst_dossiernummer"), "herkomst")
    op.drop_table("herkomst")
