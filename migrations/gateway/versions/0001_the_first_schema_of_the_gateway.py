"""The first schema of the gateway"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column(
            "audit_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=48), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audit")),
    )
    op.create_table(
        "dossier",
        sa.Column(
            "dossiernummer",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("omgeving_id", sa.String(length=64), nullable=False),
        sa.Column("hulpvraag_id", sa.String(length=64), nullable=False),
        sa.Column("swv_id", sa.String(length=64), nullable=False),
        sa.Column("organisatie_id", sa.String(length=64), nullable=False),
        sa.Column("versie", sa.Integer(), nullable=False),
        sa.Column("inhoud_hash", sa.String(length=64), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("dossiernummer > 0", name=op.f("ck_dossier_number_is_positive")),
        sa.CheckConstraint("versie > 0", name=op.f("ck_dossier_versie_is_positive")),
        sa.PrimaryKeyConstraint("dossiernummer", name=op.f("pk_dossier")),
        sa.UniqueConstraint("omgeving_id", "hulpvraag_id", name=op.f("uq_dossier_omgeving_id_hulpvraag_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "listed_school",
        sa.Column("vestiging", sa.String(length=6), nullable=False),
        sa.Column("brin", sa.String(length=4), nullable=False),
        sa.Column("naam", sa.Text(), nullable=False),
        sa.Column("plaats", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.CheckConstraint("origin IN ('lijst', 'helpdesk')", name=op.f("ck_listed_school_origin")),
        sa.CheckConstraint("substr(vestiging, 1, 4) = brin", name=op.f("ck_listed_school_vestiging_of_brin")),
        sa.PrimaryKeyConstraint("vestiging", name=op.f("pk_listed_school")),
    )
    with op.batch_alter_table("listed_school", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_listed_school_brin"), ["brin"], unique=False)

    op.create_table(
        "omgeving",
        sa.Column("omgeving_id", sa.String(length=64), nullable=False),
        sa.Column("naam", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("omgeving_id", name=op.f("pk_omgeving")),
    )
    op.create_table(
        "settings_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_settings_version_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settings_version")),
    )
    op.create_table(
        "swv",
        sa.Column("swv_id", sa.String(length=64), nullable=False),
        sa.Column("naam", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("swv_id", name=op.f("pk_swv")),
    )
    op.create_table(
        "inzending",
        sa.Column("inzending_id", sa.String(length=32), nullable=False),
        sa.Column("omgeving_id", sa.String(length=64), nullable=False),
        sa.Column("bericht_id", sa.String(length=36), nullable=False),
        sa.Column("hulpvraag_id", sa.String(length=64), nullable=False),
        sa.Column("brin", sa.String(length=4), nullable=False),
        sa.Column("schoolnaam", sa.Text(), nullable=False),
        sa.Column("naam_hash", sa.String(length=64), nullable=False),
        sa.Column("uitkomst", sa.String(length=16), nullable=False),
        sa.Column("dossiernummer", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("versie", sa.Integer(), nullable=True),
        sa.Column("inhoud_hash", sa.String(length=64), nullable=True),
        sa.Column("koppeling_id", sa.String(length=64), nullable=True),
        sa.Column("swv_id", sa.String(length=64), nullable=True),
        sa.Column("organisatie_id", sa.String(length=64), nullable=True),
        sa.Column("route_rule", sa.String(length=16), nullable=True),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("decided_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(uitkomst = 'afgewezen' AND dossiernummer IS NULL AND versie IS NULL AND inhoud_hash IS NULL) OR (uitkomst <> 'afgewezen' AND dossiernummer IS NOT NULL AND versie IS NOT NULL AND inhoud_hash IS NOT NULL AND organisatie_id IS NOT NULL AND route_rule IS NOT NULL)",
            name=op.f("ck_inzending_number_if_and_only_if_accepted"),
        ),
        sa.CheckConstraint(
            "uitkomst IN ('nieuw', 'versie', 'dubbel', 'afgewezen')", name=op.f("ck_inzending_uitkomst")
        ),
        sa.ForeignKeyConstraint(
            ["dossiernummer"], ["dossier.dossiernummer"], name=op.f("fk_inzending_dossiernummer")
        ),
        sa.PrimaryKeyConstraint("inzending_id", name=op.f("pk_inzending")),
    )
    with op.batch_alter_table("inzending", schema=None) as batch_op:
        batch_op.create_index(
            "ix_inzending_bericht", ["omgeving_id", "bericht_id", "inzending_id"], unique=False
        )
        batch_op.create_index("ix_inzending_brin", ["brin", "inzending_id"], unique=False)
        batch_op.create_index("ix_inzending_dossier", ["dossiernummer", "versie"], unique=False)
        batch_op.create_index("ix_inzending_naam_hash", ["naam_hash"], unique=False)
        batch_op.create_index(
            "uq_inzending_accepted_bericht",
            ["omgeving_id", "bericht_id"],
            unique=True,
            sqlite_where=sa.text("uitkomst != 'afgewezen'"),
            postgresql_where=sa.text("uitkomst != 'afgewezen'"),
        )

    op.create_table(
        "koppeling",
        sa.Column("koppeling_id", sa.String(length=64), nullable=False),
        sa.Column("omgeving_id", sa.String(length=64), nullable=False),
        sa.Column("swv_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "status IN ('aangevraagd', 'actief', 'inactief')", name=op.f("ck_koppeling_status")
        ),
        sa.ForeignKeyConstraint(
            ["omgeving_id"], ["omgeving.omgeving_id"], name=op.f("fk_koppeling_omgeving_id")
        ),
        sa.ForeignKeyConstraint(["swv_id"], ["swv.swv_id"], name=op.f("fk_koppeling_swv_id")),
        sa.PrimaryKeyConstraint("koppeling_id", name=op.f("pk_koppeling")),
        sa.UniqueConstraint(
            "koppeling_id", "omgeving_id", name=op.f("uq_koppeling_koppeling_id_omgeving_id")
        ),
    )
    with op.batch_alter_table("koppeling", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_koppeling_omgeving_id"), ["omgeving_id"], unique=False)

    op.create_table(
        "organisatie",
        sa.Column("organisatie_id", sa.String(length=64), nullable=False),
        sa.Column("swv_id", sa.String(length=64), nullable=False),
        sa.Column("naam", sa.Text(), nullable=False),
        sa.Column("brin", sa.String(length=4), nullable=True),
        sa.Column("vestiging", sa.String(length=6), nullable=True),
        sa.CheckConstraint(
            "vestiging IS NULL OR (brin IS NOT NULL AND substr(vestiging, 1, 4) = brin)",
            name=op.f("ck_organisatie_vestiging_of_brin"),
        ),
        sa.ForeignKeyConstraint(["swv_id"], ["swv.swv_id"], name=op.f("fk_organisatie_swv_id")),
        sa.PrimaryKeyConstraint("organisatie_id", name=op.f("pk_organisatie")),
    )
    with op.batch_alter_table("organisatie", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisatie_brin"), ["brin"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisatie_swv_id"), ["swv_id"], unique=False)

    op.create_table(
        "inzending_bijlage",
        sa.Column("inzending_id", sa.String(length=32), nullable=False),
        sa.Column("positie", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("naam_characters", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("object_id", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(sha256 IS NULL) = (object_id IS NULL)", name=op.f("ck_inzending_bijlage_hash_with_object")
        ),
        sa.ForeignKeyConstraint(
            ["inzending_id"], ["inzending.inzending_id"], name=op.f("fk_inzending_bijlage_inzending_id")
        ),
        sa.PrimaryKeyConstraint("inzending_id", "positie", name=op.f("pk_inzending_bijlage")),
    )
    op.create_table(
        "inzending_reden",
        sa.Column("inzending_id", sa.String(length=32), nullable=False),
        sa.Column("volgnummer", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("veld", sa.Text(), nullable=False),
        sa.Column("bijlage", sa.Integer(), nullable=True),
        sa.Column("waarde", sa.BigInteger(), nullable=True),
        sa.Column("grens", sa.BigInteger(), nullable=True),
        sa.Column("brin", sa.String(length=6), nullable=False),
        sa.ForeignKeyConstraint(
            ["inzending_id"], ["inzending.inzending_id"], name=op.f("fk_inzending_reden_inzending_id")
        ),
        sa.PrimaryKeyConstraint("inzending_id", "volgnummer", name=op.f("pk_inzending_reden")),
    )
    op.create_table(
        "koppeling_brin",
        sa.Column("omgeving_id", sa.String(length=64), nullable=False),
        sa.Column("brin", sa.String(length=4), nullable=False),
        sa.Column("koppeling_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["koppeling_id", "omgeving_id"],
            ["koppeling.koppeling_id", "koppeling.omgeving_id"],
            name=op.f("fk_koppeling_brin_koppeling_id_omgeving_id"),
        ),
        sa.PrimaryKeyConstraint("omgeving_id", "brin", name=op.f("pk_koppeling_brin")),
    )
    op.create_table(
        "outbox",
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("dossiernummer", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("versie", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("publishes", sa.Integer(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("claim_token", sa.String(length=32), nullable=True),
        sa.Column("claimed_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("dead_code", sa.String(length=32), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("finished_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state = 'dood') = (dead_code IS NOT NULL)", name=op.f("ck_outbox_dead_has_code")
        ),
        sa.CheckConstraint(
            "(state IN ('bezorgd', 'dood')) = (finished_ms IS NOT NULL)", name=op.f("ck_outbox_finished")
        ),
        sa.CheckConstraint(
            "state IN ('wachtend', 'gepubliceerd', 'bezorgd', 'dood')", name=op.f("ck_outbox_state")
        ),
        sa.CheckConstraint(
            "(claim_token IS NULL) = (claimed_until_ms IS NULL)", name=op.f("ck_outbox_lease_is_whole")
        ),
        sa.ForeignKeyConstraint(
            ["dossiernummer"], ["dossier.dossiernummer"], name=op.f("fk_outbox_dossiernummer")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["inzending.inzending_id"], name=op.f("fk_outbox_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dossiernummer", "versie", name=op.f("uq_outbox_dossiernummer_versie")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_dead",
            ["finished_ms"],
            unique=False,
            sqlite_where=sa.text("state = 'dood'"),
            postgresql_where=sa.text("state = 'dood'"),
        )
        batch_op.create_index(
            "ix_outbox_open",
            ["due_ms"],
            unique=False,
            sqlite_where=sa.text("state IN ('wachtend', 'gepubliceerd')"),
            postgresql_where=sa.text("state IN ('wachtend', 'gepubliceerd')"),
        )

    op.create_table(
        "outbox_gebeurtenis",
        sa.Column(
            "gebeurtenis_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("gebeurtenis", sa.String(length=24), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["outbox.event_id"], name=op.f("fk_outbox_gebeurtenis_event_id")
        ),
        sa.PrimaryKeyConstraint("gebeurtenis_id", name=op.f("pk_outbox_gebeurtenis")),
    )
    with op.batch_alter_table("outbox_gebeurtenis", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_gebeurtenis_event_id"), ["event_id"], unique=False)

    op.create_table(
        "outbox_payload",
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["outbox.event_id"], name=op.f("fk_outbox_payload_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_outbox_payload")),
    )
    op.execute("INSERT INTO settings_version (id, version) VALUES (1, 1)")


def downgrade() -> None:
    op.drop_table("outbox_payload")
    with op.batch_alter_table("outbox_gebeurtenis", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_gebeurtenis_event_id"))

    op.drop_table("outbox_gebeurtenis")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_open",
            sqlite_where=sa.text("state IN ('wachtend', 'gepubliceerd')"),
            postgresql_where=sa.text("state IN ('wachtend', 'gepubliceerd')"),
        )
        batch_op.drop_index(
            "ix_outbox_dead",
            sqlite_where=sa.text("state = 'dood'"),
            postgresql_where=sa.text("state = 'dood'"),
        )

    op.drop_table("outbox")
    op.drop_table("koppeling_brin")
    op.drop_table("inzending_reden")
    op.drop_table("inzending_bijlage")
    with op.batch_alter_table("organisatie", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisatie_swv_id"))
        batch_op.drop_index(batch_op.f("ix_organisatie_brin"))

    op.drop_table("organisatie")
    with op.batch_alter_table("koppeling", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_koppeling_omgeving_id"))

    op.drop_table("koppeling")
    with op.batch_alter_table("inzending", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_inzending_accepted_bericht",
            sqlite_where=sa.text("uitkomst != 'afgewezen'"),
            postgresql_where=sa.text("uitkomst != 'afgewezen'"),
        )
        batch_op.drop_index("ix_inzending_naam_hash")
        batch_op.drop_index("ix_inzending_dossier")
        batch_op.drop_index("ix_inzending_brin")
        batch_op.drop_index("ix_inzending_bericht")

    op.drop_table("inzending")
    op.drop_table("swv")
    op.drop_table("settings_version")
    op.drop_table("omgeving")
    with op.batch_alter_table("listed_school", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_listed_school_brin"))

    op.drop_table("listed_school")
    op.drop_table("dossier")
    op.drop_table("audit")
