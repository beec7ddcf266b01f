"""The store's own schema. A moment is milliseconds since 1970, UTC.

What people write in a dossier is in tabs_schema.py, what they may in rights_schema.py. No word of a leerling
but in a `ciphertext`. A change here needs a migration: a test compares them.
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
)

# The rest of the metadata.
import kindkans.rights_schema
import kindkans.tabs_schema  # noqa: F401
from database.key_fingerprints import key_fingerprint_table
from kindkans.metadata import Moment, metadata

key_fingerprint = key_fingerprint_table(metadata)

# Without a window in time: a broker's own deduplication forgets after minutes.
inbox = Table(
    "inbox",
    metadata,
    Column("event_id", String(32), primary_key=True),
    Column("received_ms", Moment, nullable=False),
)

# Failures of events that are not in the inbox yet, so that the count survives a restart.
mislukking = Table(
    "mislukking",
    metadata,
    Column("event_id", String(32), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("last_ms", Moment, nullable=False),
)

dossier = Table(
    "dossier",
    metadata,
    Column("dossiernummer", BigInteger, primary_key=True, autoincrement=False),
    Column("swv_id", String(64), nullable=False),
    Column("organisatie_id", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("huidige_versie", Integer, nullable=False),
    # Of the content of the highest version; None until it was read (dossiers/indexing.py), or it is erased.
    Column("soort", String(24)),
    Column("naam_hash", String(64), index=True),  # of the surname: found again, not read
    Column("leerling_hash", String(64), index=True),  # of names and birth date: the same child
    Column("ontvangen_ms", Moment),  # of the first version
    Column("verwijderd_ms", Moment),  # deleted (FAQ 1); a version that comes after it brings it back
    CheckConstraint("dossiernummer > 0", name="number_is_positive"),
    CheckConstraint("status IN ('aanmelding')", name="status"),
    CheckConstraint("huidige_versie > 0", name="versie_is_positive"),
)
Index("ix_dossier_organisatie_id_dossiernummer", dossier.c.organisatie_id, dossier.c.dossiernummer)
Index("ix_dossier_swv_id_dossiernummer", dossier.c.swv_id, dossier.c.dossiernummer)

versie = Table(
    "versie",
    metadata,
    Column("dossiernummer", BigInteger, ForeignKey("dossier.dossiernummer"), nullable=False),
    Column("versie", Integer, nullable=False),
    Column("event_id", String(32), ForeignKey("inbox.event_id"), nullable=False, unique=True),
    Column("key_id", String(64), nullable=False),  # the seal's context is event_id
    Column("nonce", LargeBinary, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
    Column("inhoud_hash", String(64), nullable=False),
    Column("received_ms", Moment, nullable=False),
    Column("gewist_ms", Moment),  # its content is erased, for the hulpvraag was deleted; the hash stays
    PrimaryKeyConstraint("dossiernummer", "versie"),
    CheckConstraint("versie > 0", name="versie_is_positive"),
)

# Whose push brought a version. Without a row: an event of before there was a herkomst in it.
herkomst = Table(
    "herkomst",
    metadata,
    Column("event_id", String(32), ForeignKey("inbox.event_id"), primary_key=True),
    Column("dossiernummer", BigInteger, ForeignKey("dossier.dossiernummer"), nullable=False, index=True),
    Column("omgeving_id", String(64), nullable=False),
    Column("bericht_id", String(36), nullable=False),
    Column("hulpvraag_id", String(64), nullable=False),
    Column("koppeling_id", String(64), nullable=False),
    Column("route_rule", String(16), nullable=False),
    Column("brin", String(4), nullable=False),
    Column("accepted_ms", Moment, nullable=False),
)

# A dossier that the gateway's helpdesk moved: a version without content. The dossier is where the last says.
verplaatsing = Table(
    "verplaatsing",
    metadata,
    Column("event_id", String(32), ForeignKey("inbox.event_id"), nullable=False, unique=True),
    Column("dossiernummer", BigInteger, ForeignKey("dossier.dossiernummer"), nullable=False),
    Column("versie", Integer, nullable=False),
    Column("van_swv_id", String(64), nullable=False),
    Column("van_organisatie_id", String(64), nullable=False),
    Column("naar_swv_id", String(64), nullable=False),
    Column("naar_organisatie_id", String(64), nullable=False),
    Column("moved_ms", Moment, nullable=False),
    Column("received_ms", Moment, nullable=False),
    PrimaryKeyConstraint("dossiernummer", "versie"),
    CheckConstraint("versie > 0", name="versie_is_positive"),
)

bijlage = Table(
    "bijlage",
    metadata,
    Column("dossiernummer", BigInteger, nullable=False),
    Column("versie", Integer, nullable=False),
    Column("positie", Integer, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    # The copy it is part of: one folder in the store's own storage, never shared between copies.
    Column("copy_id", String(32), nullable=False, index=True),
    Column("object_id", String(80), nullable=False),
    Column("verwijderd_ms", Moment),  # removed by somebody; the row stays, to prove what came
    PrimaryKeyConstraint("dossiernummer", "versie", "positie"),
    ForeignKeyConstraint(["dossiernummer", "versie"], ["versie.dossiernummer", "versie.versie"]),
    CheckConstraint("size_bytes > 0", name="not_empty"),
)
