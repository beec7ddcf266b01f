"""The part of the store's schema that is about what people write in a dossier.

A text is sealed, its context is the id of its row. A day is a day in Amsterdam.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from kindkans.metadata import Moment, metadata


def _id(name: str) -> Column[str]:
    return Column(name, String(32), primary_key=True)


def _dossiernummer() -> Column[int]:
    return Column(
        "dossiernummer", BigInteger, ForeignKey("dossier.dossiernummer"), nullable=False, index=True
    )


def _account(name: str, *, index: bool = False) -> Column[str]:
    return Column(name, String(32), ForeignKey("account.account_id"), nullable=False, index=index)


def _written() -> list[Column[object]]:
    """What is sealed, and when it was written."""
    return [
        Column("key_id", String(64), nullable=False),
        Column("nonce", LargeBinary, nullable=False),
        Column("ciphertext", LargeBinary, nullable=False),
        Column("created_ms", Moment, nullable=False),
        Column("changed_ms", Moment, nullable=False),
    ]


# Of the hulpvragen that came, and those that an applicatiebeheerder adds for an account to be of.
organisatie = Table(
    "organisatie",
    metadata,
    Column("organisatie_id", String(64), primary_key=True),
    Column("swv_id", String(64), nullable=False, index=True),
    Column("naam", Text, nullable=False),
)

overlegronde = Table(
    "overlegronde",
    metadata,
    _id("overlegronde_id"),
    _dossiernummer(),
    _account("maker_id"),
    Column("einddatum", Date, nullable=False),
    *_written(),
)
overlegronde_deelnemer = Table(
    "overlegronde_deelnemer",
    metadata,
    Column("overlegronde_id", String(32), ForeignKey("overlegronde.overlegronde_id"), nullable=False),
    _account("account_id", index=True),
    PrimaryKeyConstraint("overlegronde_id", "account_id"),
)

vergadering = Table(
    "vergadering",
    metadata,
    _id("vergadering_id"),
    Column("swv_id", String(64), nullable=False),
    _account("maker_id"),
    Column("datum", Date, nullable=False),
    *_written(),
)
Index("ix_vergadering_swv_id_datum", vergadering.c.swv_id, vergadering.c.datum)
vergadering_genodigde = Table(
    "vergadering_genodigde",
    metadata,
    Column("vergadering_id", String(32), ForeignKey("vergadering.vergadering_id"), nullable=False),
    _account("account_id", index=True),
    PrimaryKeyConstraint("vergadering_id", "account_id"),
)
vergadering_hulpvraag = Table(
    "vergadering_hulpvraag",
    metadata,
    Column("vergadering_id", String(32), ForeignKey("vergadering.vergadering_id"), nullable=False),
    _dossiernummer(),
    PrimaryKeyConstraint("vergadering_id", "dossiernummer"),
)

aanpak = Table(
    "aanpak",
    metadata,
    _id("aanpak_id"),
    _dossiernummer(),
    _account("maker_id"),
    _account("behandelaar_id", index=True),
    Column("soort", String(32), nullable=False),
    Column("begindatum", Date, nullable=False),
    Column("einddatum", Date),  # None: it goes on
    *_written(),
    CheckConstraint("einddatum IS NULL OR einddatum >= begindatum", name="ends_after_it_begins"),
)

# Toelaatbaarheidsverklaring.
tlv = Table(
    "tlv",
    metadata,
    _id("tlv_id"),
    _dossiernummer(),
    _account("maker_id"),
    Column("categorie", String(8), nullable=False),
    Column("afgiftedatum", Date, nullable=False),
    Column("begindatum", Date, nullable=False),
    Column("einddatum", Date, nullable=False),
    *_written(),
    CheckConstraint("categorie IN ('laag', 'midden', 'hoog')", name="categorie"),
    CheckConstraint("einddatum >= begindatum", name="ends_after_it_begins"),
)

# Of its author only (FAQ 4). It stays theirs when the hulpvraag is deleted.
notitie = Table(
    "notitie",
    metadata,
    _id("notitie_id"),
    _dossiernummer(),
    _account("auteur_id"),
    *_written(),
)
Index("ix_notitie_auteur_id_dossiernummer", notitie.c.auteur_id, notitie.c.dossiernummer)
