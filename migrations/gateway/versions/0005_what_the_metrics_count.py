"""What the metrics count: the pushes of which retention has taken the event"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_DELIVERED_OF_OLD = sa.text("bezorgd_ms IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_inzending_bezorgd",
        "inzending",
        ["bezorgd_ms"],
        sqlite_where=_DELIVERED_OF_OLD,
        postgresql_where=_DELIVERED_OF_OLD,
    )


def downgrade() -> None:
    op.drop_index("ix_inzending_bezorgd", table_name="inzending")
