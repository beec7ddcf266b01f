"""THE schema of the gateway. The database refuses impossible rows; a moment is milliseconds since 1970, UTC.

No column holds a name or other word of a leerling but sealed (`outbox_payload.body`) or as a keyed
hash (`naam_hash`, `inhoud_hash`). A change here needs a migration: a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from database.columns import Moment, Number
from database.gateway_people import account, audit, login_mislukking, sessie
from database.key_fingerprints import key_fingerprint_table
from database.metadata import metadata

__all__ = [
    "account", "audit", "dossier", "inzending", "inzending_bijlage", "inzending_reden", "key_fingerprint",
    "koppeling", "koppeling_brin", "listed_school", "login_mislukking", "metadata", "omgeving", "organisatie",
    "outbox", "outbox_gebeurtenis", "outbox_payload", "sessie", "settings_version", "swv", "verplaatsing",
]  # fmt: skip

# Settings ------------------------------------------------------------------------------------

settings_version = Table(
    "settings_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

swv = Table(
    "swv",
    metadata,
    Column("swv_id", String(64), primary_key=True),
    Column("naam", Text, nullable=False),
)

organisatie = Table(
    "organisatie",
    metadata,
    Column("organisatie_id", String(64), primary_key=True),
    Column("swv_id", String(64), ForeignKey("swv.swv_id"), nullable=False, index=True),
    Column("naam", Text, nullable=False),
    Column("brin", String(4), index=True),
    Column("vestiging", String(6)),
    CheckConstraint(
        "vestiging IS NULL OR (brin IS NOT NULL AND substr(vestiging, 1, 4) = brin)", name="vestiging_of_brin"
    ),
)

omgeving = Table(
    "omgeving",
    metadata,
    Column("omgeving_id", String(64), primary_key=True),
    Column("naam", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("created_ms", Moment, nullable=False),
)

koppeling = Table(
    "koppeling",
    metadata,
    Column("koppeling_id", String(64), primary_key=True),
    Column("omgeving_id", String(64), ForeignKey("omgeving.omgeving_id"), nullable=False, index=True),
    Column("swv_id", String(64), ForeignKey("swv.swv_id"), nullable=False),
    Column("status", String(16), nullable=False),
    Column("changed_ms", Moment, nullable=False),
    UniqueConstraint("koppeling_id", "omgeving_id"),
    CheckConstraint("status IN ('aangevraagd', 'actief', 'inactief')", name="status"),
)

koppeling_brin = Table(
    "koppeling_brin",
    metadata,
    Column("omgeving_id", String(64), nullable=False),
    Column("brin", String(4), nullable=False),
    Column("koppeling_id", String(64), nullable=False),
    # An omgeving has each BRIN in one koppeling, so that it leads to one SWV.
    PrimaryKeyConstraint("omgeving_id", "brin"),
    ForeignKeyConstraint(
        ["koppeling_id", "omgeving_id"], ["koppeling.koppeling_id", "koppeling.omgeving_id"]
    ),
)

listed_school = Table(
    "listed_school",
    metadata,
    Column("vestiging", String(6), primary_key=True),
    Column("brin", String(4), nullable=False, index=True),
    Column("naam", Text, nullable=False),
    Column("plaats", Text, nullable=False),
    Column("origin", String(16), nullable=False),
    CheckConstraint("origin IN ('lijst', 'helpdesk')", name="origin"),
    CheckConstraint("substr(vestiging, 1, 4) = brin", name="vestiging_of_brin"),
)

# Submissions ---------------------------------------------------------------------------------

dossier = Table(
    "dossier",
    metadata,
    Column("dossiernummer", Number, primary_key=True, autoincrement=True),
    Column("omgeving_id", String(64), nullable=False),
    Column("hulpvraag_id", String(64), nullable=False),
    Column("swv_id", String(64), nullable=False),
    Column("organisatie_id", String(64), nullable=False),
    Column("versie", Integer, nullable=False),  # the latest
    Column("inhoud_hash", String(64), nullable=False),  # of the latest
    Column("created_ms", Moment, nullable=False),
    UniqueConstraint("omgeving_id", "hulpvraag_id"),
    CheckConstraint("dossiernummer > 0", name="number_is_positive"),
    CheckConstraint("versie > 0", name="versie_is_positive"),
    sqlite_autoincrement=True,
)

inzending = Table(
    "inzending",
    metadata,
    Column("inzending_id", String(32), primary_key=True),
    Column("omgeving_id", String(64), nullable=False),
    Column("bericht_id", String(36), nullable=False),
    Column("hulpvraag_id", String(64), nullable=False),
    Column("brin", String(4), nullable=False),  # "" if what was sent is no BRIN
    Column("schoolnaam", Text, nullable=False),
    Column("naam_hash", String(64), nullable=False),
    Column("uitkomst", String(16), nullable=False),
    Column("dossiernummer", Number, ForeignKey("dossier.dossiernummer")),
    Column("versie", Integer),
    Column("inhoud_hash", String(64)),
    Column("koppeling_id", String(64)),
    Column("swv_id", String(64)),
    Column("organisatie_id", String(64)),
    Column("route_rule", String(16)),
    Column("received_ms", Moment, nullable=False),
    Column("decided_ms", Moment, nullable=False),
    Column("vestiging", String(6)),  # None: none was sent, or it came before there was this column
    # When the store confirmed it; filled when retention takes its outbox row, which said so until then.
    Column(
        "bezorgd_ms",
        Moment,
        CheckConstraint("bezorgd_ms IS NULL OR uitkomst IN ('nieuw', 'versie')", name="bezorgd"),
    ),
    CheckConstraint("uitkomst IN ('nieuw', 'versie', 'dubbel', 'afgewezen')", name="uitkomst"),
    CheckConstraint(
        "(uitkomst = 'afgewezen' AND dossiernummer IS NULL AND versie IS NULL AND inhoud_hash IS NULL)"
        " OR (uitkomst <> 'afgewezen' AND dossiernummer IS NOT NULL AND versie IS NOT NULL"
        " AND inhoud_hash IS NOT NULL AND organisatie_id IS NOT NULL AND route_rule IS NOT NULL)",
        name="number_if_and_only_if_accepted",
    ),
)
_accepted = inzending.c.uitkomst != "afgewezen"
Index(
    "uq_inzending_accepted_bericht",
    inzending.c.omgeving_id,
    inzending.c.bericht_id,
    unique=True,
    sqlite_where=_accepted,
    postgresql_where=_accepted,
)
Index("ix_inzending_bericht", inzending.c.bericht_id, inzending.c.omgeving_id, inzending.c.inzending_id)
Index("ix_inzending_dossier", inzending.c.dossiernummer, inzending.c.inzending_id)
Index("ix_inzending_naam_hash", inzending.c.naam_hash)
Index("ix_inzending_brin", inzending.c.brin, inzending.c.inzending_id)
Index("ix_inzending_hulpvraag", inzending.c.omgeving_id, inzending.c.hulpvraag_id, inzending.c.inzending_id)
Index("ix_inzending_swv", inzending.c.swv_id, inzending.c.inzending_id)
Index("ix_inzending_school", inzending.c.schoolnaam, inzending.c.inzending_id)
_refused = inzending.c.uitkomst == "afgewezen"
Index("ix_inzending_afgewezen", inzending.c.decided_ms, sqlite_where=_refused, postgresql_where=_refused)
# For the helpdesk's lists of what went otherwise than it should; what went well is not in it.
_otherwise = inzending.c.uitkomst.in_(("afgewezen", "dubbel"))
Index(
    "ix_inzending_anders",
    inzending.c.uitkomst,
    inzending.c.inzending_id,
    sqlite_where=_otherwise,
    postgresql_where=_otherwise,
)
# For the metrics, which count these; only retention writes here, never the intake.
_delivered_of_old = inzending.c.bezorgd_ms.is_not(None)
Index(
    "ix_inzending_bezorgd",
    inzending.c.bezorgd_ms,
    sqlite_where=_delivered_of_old,
    postgresql_where=_delivered_of_old,
)

inzending_reden = Table(
    "inzending_reden",
    metadata,
    Column("inzending_id", String(32), ForeignKey("inzending.inzending_id"), nullable=False),
    Column("volgnummer", Integer, nullable=False),
    Column("code", String(32), nullable=False),
    Column("veld", Text, nullable=False),
    Column("bijlage", Integer),
    Column("waarde", BigInteger),
    Column("grens", BigInteger),
    Column("brin", String(6), nullable=False),
    PrimaryKeyConstraint("inzending_id", "volgnummer"),
    Index("ix_inzending_reden_code", "code", "inzending_id"),
)

inzending_bijlage = Table(
    "inzending_bijlage",
    metadata,
    Column("inzending_id", String(32), ForeignKey("inzending.inzending_id"), nullable=False),
    Column("positie", Integer, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("naam_characters", Integer, nullable=False),  # never the name: it is personal data
    Column("sha256", String(64)),  # with object_id, only of what was accepted
    Column("object_id", String(80)),
    PrimaryKeyConstraint("inzending_id", "positie"),
    CheckConstraint("(sha256 IS NULL) = (object_id IS NULL)", name="hash_with_object"),
)

# A helpdesk moved a dossier to another organisatie: a version without content of its own (FAQ 2).
verplaatsing = Table(
    "verplaatsing",
    metadata,
    Column("event_id", String(32), primary_key=True),
    Column("dossiernummer", Number, ForeignKey("dossier.dossiernummer"), nullable=False),
    Column("versie", Integer, nullable=False),
    Column("van_swv_id", String(64), nullable=False),
    Column("van_organisatie_id", String(64), nullable=False),
    Column("naar_swv_id", String(64), nullable=False),
    Column("naar_organisatie_id", String(64), nullable=False),
    Column("actor", Text, nullable=False),
    Column("toelichting", Text, nullable=False),  # never a word about a leerling
    Column("at_ms", Moment, nullable=False),
    Column("bezorgd_ms", Moment),  # as inzending.bezorgd_ms
    UniqueConstraint("dossiernummer", "versie"),
    CheckConstraint("van_organisatie_id <> naar_organisatie_id", name="moves"),
)

# Outbox --------------------------------------------------------------------------------------

outbox = Table(
    "outbox",
    metadata,
    Column("event_id", String(32), primary_key=True),  # of an inzending, or of a verplaatsing
    Column("dossiernummer", Number, ForeignKey("dossier.dossiernummer"), nullable=False),
    Column("versie", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),  # refused by the broker; broker down is no attempt
    Column("publishes", Integer, nullable=False),  # confirmed by the broker
    Column("due_ms", Moment, nullable=False),
    Column("claim_token", String(32)),
    Column("claimed_until_ms", Moment),
    Column("dead_code", String(32)),
    Column("created_ms", Moment, nullable=False),
    Column("finished_ms", Moment),
    # When retention took payload and bijlagen. What has no content can never be open again.
    Column(
        "inhoud_verwijderd_ms",
        Moment,
        CheckConstraint("inhoud_verwijderd_ms IS NULL OR state = 'bezorgd'", name="inhoud_verwijderd"),
    ),
    UniqueConstraint("dossiernummer", "versie"),
    CheckConstraint("state IN ('wachtend', 'gepubliceerd', 'bezorgd', 'dood')", name="state"),
    CheckConstraint("(claim_token IS NULL) = (claimed_until_ms IS NULL)", name="lease_is_whole"),
    CheckConstraint("(state = 'dood') = (dead_code IS NOT NULL)", name="dead_has_code"),
    CheckConstraint("(state IN ('bezorgd', 'dood')) = (finished_ms IS NOT NULL)", name="finished"),
)
_open = outbox.c.state.in_(("wachtend", "gepubliceerd"))
Index("ix_outbox_open", outbox.c.due_ms, sqlite_where=_open, postgresql_where=_open)
_dead = outbox.c.state == "dood"
Index("ix_outbox_dead", outbox.c.finished_ms, sqlite_where=_dead, postgresql_where=_dead)

# A delivered row is in one of these two: what retention looks through is what is still to be done.
_delivered = (outbox.c.state == "bezorgd") & outbox.c.inhoud_verwijderd_ms.is_(None)
Index("ix_outbox_bezorgd", outbox.c.finished_ms, sqlite_where=_delivered, postgresql_where=_delivered)
_emptied = outbox.c.inhoud_verwijderd_ms.is_not(None)
Index("ix_outbox_leeg", outbox.c.finished_ms, sqlite_where=_emptied, postgresql_where=_emptied)

outbox_payload = Table(
    "outbox_payload",
    metadata,
    Column("event_id", String(32), ForeignKey("outbox.event_id"), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

outbox_gebeurtenis = Table(
    "outbox_gebeurtenis",
    metadata,
    Column("gebeurtenis_id", Number, primary_key=True, autoincrement=True),
    Column("event_id", String(32), ForeignKey("outbox.event_id"), nullable=False, index=True),
    Column("at_ms", Moment, nullable=False),
    Column("gebeurtenis", String(24), nullable=False),
    Column("code", String(32), nullable=False),
)

# Keys ----------------------------------------------------------------------------------------

key_fingerprint = key_fingerprint_table(metadata)
