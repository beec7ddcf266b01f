"""What retention has removed, and the indexes by which it finds what is due"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_inzending_afgewezen": ("inzending", "decided_ms", "uitkomst = 'afgewezen'"),
    "ix_outbox_bezorgd": ("outbox", "finished_ms", "state = 'bezorgd' AND inhoud_verwijderd_ms IS NULL"),
    "ix_outbox_leeg": ("outbox", "finished_ms", "inhoud_verwijderd_ms IS NOT NULL"),
}


def upgrade() -> None:
    # With its check in one statement: SQLite can add no other constraint without a new table.
    op.execute(
        "ALTER TABLE inzending ADD COLUMN bezorgd_ms BIGINT CONSTRAINT ck_inzending_bezorgd"
        " CHECK (bezorgd_ms IS NULL OR uitkomst IN ('nieuw', 'versie'))"
    )
    op.execute(
        "ALTER TABLE outbox ADD COLUMN inhoud_verwijderd_ms BIGINT CONSTRAINT ck_outbox_inhoud_verwijderd"
        " CHECK (inhoud_verwijderd_ms IS NULL OR state = 'bezorgd')"
    )
    for name, (table, column, where) in _INDEXES.items():
        op.create_index(name, table, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    for name, (table, _, _) in _INDEXES.items():
        op.drop_index(name, table_name=table)
    op.execute("ALTER TABLE outbox DROP COLUMN inhoud_verwijderd_ms")
    op.execute("ALTER TABLE inzending DROP COLUMN bezorgd_ms")
