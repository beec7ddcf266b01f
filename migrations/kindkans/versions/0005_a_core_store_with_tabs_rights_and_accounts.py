"""A core store with tabs, rights and accounts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABS = (
    "persoonsgegevens",
    "schoolgegevens",
    "hulpvraag",
    "bijlagen",
    "overlegronde",
    "vergadering",
    "aanpak",
    "tlv",
    "notities",
)
_ALL = dict.fromkeys(_TABS, "wijzigen")
_READ = {**dict.fromkeys(_TABS, "zien"), "notities": "wijzigen"}
# rol_id: naam, type, bereik -> tab -> mag, systeemrechten. To be changed at Beheer > Rollen en rechten.
_ROLLEN = {
    "root": (
        "Root",
        "Super",
        {"swv": _ALL},
        ("kengetallen", "verwijderen", "accounts", "organisaties", "rollen", "uitleg", "audit"),
    ),
    "applicatiebeheerder": (
        "Applicatiebeheerder",
        "Beheer",
        {"swv": _ALL},
        ("kengetallen", "verwijderen", "accounts", "organisaties", "uitleg", "audit"),
    ),
    "loket": (
        "Loket van het samenwerkingsverband",
        "Rest",
        {"swv": _ALL},
        ("kengetallen", "verwijderen"),
    ),
    "intern_begeleider": (
        "Intern begeleider",
        "Rest",
        {"eigen": {**_READ, "bijlagen": "wijzigen", "overlegronde": "wijzigen"}},
        (),
    ),
    "schoolleider": ("Schoolleider", "Rest", {"eigen": _READ}, ("kengetallen",)),
    "behandelaar": ("Behandelaar", "Rest", {}, ()),
    "extern_meelezen": ("Extern: meelezen", "Rest", {"extern": _READ}, ()),
    "extern_meewerken": (
        "Extern: meewerken",
        "Rest",
        {"extern": {**_READ, "overlegronde": "wijzigen", "aanpak": "wijzigen"}},
        (),
    ),
    "uitleg": ("Uitleg aan de helpdesk", "Rest", {}, ("uitleg",)),
}


def upgrade() -> None:
    _people()
    _rights()
    _dossiers()
    _tabs()


def _people() -> None:
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
    op.create_index("ix_audit_subject", "audit", ["subject", "audit_id"])
    op.create_index("ix_audit_actor", "audit", ["actor", "audit_id"])
    op.create_table(
        "account",
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("gebruikersnaam", sa.String(length=64), nullable=False),
        sa.Column("naam", sa.Text(), nullable=False),
        sa.Column("rol", sa.String(length=24), nullable=False),
        sa.Column("swv_id", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("totp_key_id", sa.String(length=64), nullable=False),
        sa.Column("totp_nonce", sa.LargeBinary(), nullable=False),
        sa.Column("totp_ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("status IN ('actief', 'geblokkeerd')", name=op.f("ck_account_status")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account")),
        sa.UniqueConstraint("gebruikersnaam", name=op.f("uq_account_gebruikersnaam")),
    )
    op.create_index(op.f("ix_account_swv_id"), "account", ["swv_id"])
    op.create_table(
        "sessie",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("naam", sa.Text(), nullable=False),
        sa.Column("rol", sa.String(length=24), nullable=False),
        sa.Column("swv_id", sa.String(length=64), nullable=True),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_sessie_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessie")),
    )
    op.create_index(op.f("ix_sessie_account_id"), "sessie", ["account_id"])
    op.create_index(op.f("ix_sessie_actor"), "sessie", ["actor"])
    op.create_table(
        "login_mislukking",
        sa.Column("sleutel", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sleutel", name=op.f("pk_login_mislukking")),
    )


def _rights() -> None:
    rol = op.create_table(
        "rol",
        sa.Column("rol_id", sa.String(length=24), nullable=False),
        sa.Column("naam", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=8), nullable=False),
        sa.CheckConstraint("type IN ('Rest', 'Beheer', 'Super')", name=op.f("ck_rol_type")),
        sa.PrimaryKeyConstraint("rol_id", name=op.f("pk_rol")),
        sa.UniqueConstraint("naam", name=op.f("uq_rol_naam")),
    )
    recht = op.create_table(
        "recht",
        sa.Column("rol_id", sa.String(length=24), nullable=False),
        sa.Column("bereik", sa.String(length=8), nullable=False),
        sa.Column("tab", sa.String(length=24), nullable=False),
        sa.Column("mag", sa.String(length=8), nullable=False),
        sa.CheckConstraint("bereik IN ('eigen', 'swv', 'extern')", name=op.f("ck_recht_bereik")),
        sa.CheckConstraint("mag IN ('zien', 'wijzigen')", name=op.f("ck_recht_mag")),
        sa.ForeignKeyConstraint(["rol_id"], ["rol.rol_id"], name=op.f("fk_recht_rol_id")),
        sa.PrimaryKeyConstraint("rol_id", "bereik", "tab", name=op.f("pk_recht")),
    )
    systeemrecht = op.create_table(
        "systeemrecht",
        sa.Column("rol_id", sa.String(length=24), nullable=False),
        sa.Column("recht", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["rol_id"], ["rol.rol_id"], name=op.f("fk_systeemrecht_rol_id")),
        sa.PrimaryKeyConstraint("rol_id", "recht", name=op.f("pk_systeemrecht")),
    )
    op.create_table(
        "organisatie",
        sa.Column("organisatie_id", sa.String(length=64), nullable=False),
        sa.Column("swv_id", sa.String(length=64), nullable=False),
        sa.Column("naam", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organisatie_id", name=op.f("pk_organisatie")),
    )
    op.create_index(op.f("ix_organisatie_swv_id"), "organisatie", ["swv_id"])
    op.create_table(
        "lid",
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("organisatie_id", sa.String(length=64), nullable=True),
        sa.Column("externe_rol_id", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_lid_account_id")),
        sa.ForeignKeyConstraint(["externe_rol_id"], ["rol.rol_id"], name=op.f("fk_lid_externe_rol_id")),
        sa.ForeignKeyConstraint(
            ["organisatie_id"], ["organisatie.organisatie_id"], name=op.f("fk_lid_organisatie_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_lid")),
    )
    op.create_index(op.f("ix_lid_organisatie_id"), "lid", ["organisatie_id"])
    op.create_table(
        "api_sleutel",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("naam", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_api_sleutel_account_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_api_sleutel")),
    )
    op.create_index(op.f("ix_api_sleutel_account_id"), "api_sleutel", ["account_id"])
    for rol_id, (naam, soort, rechten, systeem) in _ROLLEN.items():
        op.bulk_insert(rol, [{"rol_id": rol_id, "naam": naam, "type": soort}])
        op.bulk_insert(
            recht,
            [
                {"rol_id": rol_id, "bereik": bereik, "tab": tab, "mag": mag}
                for bereik, tabs in rechten.items()
                for tab, mag in tabs.items()
            ],
        )
        op.bulk_insert(systeemrecht, [{"rol_id": rol_id, "recht": one} for one in systeem])


def _dossiers() -> None:
    op.add_column("dossier", sa.Column("soort", sa.String(length=24), nullable=True))
    op.add_column("dossier", sa.Column("naam_hash", sa.String(length=64), nullable=True))
    op.add_column("dossier", sa.Column("leerling_hash", sa.String(length=64), nullable=True))
    op.add_column("dossier", sa.Column("ontvangen_ms", sa.BigInteger(), nullable=True))
    op.add_column("dossier", sa.Column("verwijderd_ms", sa.BigInteger(), nullable=True))
    op.drop_index("ix_dossier_organisatie_id", "dossier")
    op.create_index("ix_dossier_organisatie_id_dossiernummer", "dossier", ["organisatie_id", "dossiernummer"])
    op.create_index("ix_dossier_swv_id_dossiernummer", "dossier", ["swv_id", "dossiernummer"])
    op.create_index(op.f("ix_dossier_naam_hash"), "dossier", ["naam_hash"])
    op.create_index(op.f("ix_dossier_leerling_hash"), "dossier", ["leerling_hash"])
    op.add_column("versie", sa.Column("gewist_ms", sa.BigInteger(), nullable=True))
    op.add_column("bijlage", sa.Column("verwijderd_ms", sa.BigInteger(), nullable=True))


def _tabs() -> None:
    op.create_table(
        "overlegronde",
        sa.Column("overlegronde_id", sa.String(length=32), nullable=False),
        *_of_a_dossier("overlegronde"),
        *_by("overlegronde", "maker_id"),
        sa.Column("einddatum", sa.Date(), nullable=False),
        *_written(),
        sa.PrimaryKeyConstraint("overlegronde_id", name=op.f("pk_overlegronde")),
    )
    op.create_index(op.f("ix_overlegronde_dossiernummer"), "overlegronde", ["dossiernummer"])
    _people_of("overlegronde", "deelnemer")
    op.create_table(
        "vergadering",
        sa.Column("vergadering_id", sa.String(length=32), nullable=False),
        sa.Column("swv_id", sa.String(length=64), nullable=False),
        *_by("vergadering", "maker_id"),
        sa.Column("datum", sa.Date(), nullable=False),
        *_written(),
        sa.PrimaryKeyConstraint("vergadering_id", name=op.f("pk_vergadering")),
    )
    op.create_index("ix_vergadering_swv_id_datum", "vergadering", ["swv_id", "datum"])
    _people_of("vergadering", "genodigde")
    op.create_table(
        "vergadering_hulpvraag",
        sa.Column("vergadering_id", sa.String(length=32), nullable=False),
        *_of_a_dossier("vergadering_hulpvraag"),
        sa.ForeignKeyConstraint(
            ["vergadering_id"],
            ["vergadering.vergadering_id"],
            name=op.f("fk_vergadering_hulpvraag_vergadering_id"),
        ),
        sa.PrimaryKeyConstraint("vergadering_id", "dossiernummer", name=op.f("pk_vergadering_hulpvraag")),
    )
    op.create_index(
        op.f("ix_vergadering_hulpvraag_dossiernummer"), "vergadering_hulpvraag", ["dossiernummer"]
    )
    op.create_table(
        "aanpak",
        sa.Column("aanpak_id", sa.String(length=32), nullable=False),
        *_of_a_dossier("aanpak"),
        *_by("aanpak", "maker_id"),
        *_by("aanpak", "behandelaar_id"),
        sa.Column("soort", sa.String(length=32), nullable=False),
        sa.Column("begindatum", sa.Date(), nullable=False),
        sa.Column("einddatum", sa.Date(), nullable=True),
        *_written(),
        sa.CheckConstraint(
            "einddatum IS NULL OR einddatum >= begindatum", name=op.f("ck_aanpak_ends_after_it_begins")
        ),
        sa.PrimaryKeyConstraint("aanpak_id", name=op.f("pk_aanpak")),
    )
    op.create_index(op.f("ix_aanpak_dossiernummer"), "aanpak", ["dossiernummer"])
    op.create_index(op.f("ix_aanpak_behandelaar_id"), "aanpak", ["behandelaar_id"])
    op.create_table(
        "tlv",
        sa.Column("tlv_id", sa.String(length=32), nullable=False),
        *_of_a_dossier("tlv"),
        *_by("tlv", "maker_id"),
        sa.Column("categorie", sa.String(length=8), nullable=False),
        sa.Column("afgiftedatum", sa.Date(), nullable=False),
        sa.Column("begindatum", sa.Date(), nullable=False),
        sa.Column("einddatum", sa.Date(), nullable=False),
        *_written(),
        sa.CheckConstraint("categorie IN ('laag', 'midden', 'hoog')", name=op.f("ck_tlv_categorie")),
        sa.CheckConstraint("einddatum >= begindatum", name=op.f("ck_tlv_ends_after_it_begins")),
        sa.PrimaryKeyConstraint("tlv_id", name=op.f("pk_tlv")),
    )
    op.create_index(op.f("ix_tlv_dossiernummer"), "tlv", ["dossiernummer"])
    op.create_table(
        "notitie",
        sa.Column("notitie_id", sa.String(length=32), nullable=False),
        *_of_a_dossier("notitie"),
        *_by("notitie", "auteur_id"),
        *_written(),
        sa.PrimaryKeyConstraint("notitie_id", name=op.f("pk_notitie")),
    )
    op.create_index(op.f("ix_notitie_dossiernummer"), "notitie", ["dossiernummer"])
    op.create_index("ix_notitie_auteur_id_dossiernummer", "notitie", ["auteur_id", "dossiernummer"])


def _of_a_dossier(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    return sa.Column("dossiernummer", sa.BigInteger(), nullable=False), sa.ForeignKeyConstraint(
        ["dossiernummer"], ["dossier.dossiernummer"], name=op.f(f"fk_{table}_dossiernummer")
    )


def _by(table: str, column: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    return sa.Column(column, sa.String(length=32), nullable=False), sa.ForeignKeyConstraint(
        [column], ["account.account_id"], name=op.f(f"fk_{table}_{column}")
    )


def _written() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
    )


def _people_of(table: str, what: str) -> None:
    key, name = f"{table}_id", f"{table}_{what}"
    op.create_table(
        name,
        sa.Column(key, sa.String(length=32), nullable=False),
        *_by(name, "account_id"),
        sa.ForeignKeyConstraint([key], [f"{table}.{key}"], name=op.f(f"fk_{name}_{key}")),
        sa.PrimaryKeyConstraint(key, "account_id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_account_id"), name, ["account_id"])


def downgrade() -> None:
    for table in (
        "notitie",
        "tlv",
        "aanpak",
        "vergadering_hulpvraag",
        "vergadering_genodigde",
        "vergadering",
        "overlegronde_deelnemer",
        "overlegronde",
    ):
        op.drop_table(table)
    op.drop_column("bijlage", "verwijderd_ms")
    op.drop_column("versie", "gewist_ms")
    op.drop_index(op.f("ix_dossier_leerling_hash"), "dossier")
    op.drop_index(op.f("ix_dossier_naam_hash"), "dossier")
    op.drop_index("ix_dossier_swv_id_dossiernummer", "dossier")
    op.drop_index("ix_dossier_organisatie_id_dossiernummer", "dossier")
    op.create_index("ix_dossier_organisatie_id", "dossier", ["organisatie_id"])
    for column in ("verwijderd_ms", "ontvangen_ms", "leerling_hash", "naam_hash", "soort"):
        op.drop_column("dossier", column)
    for table in (
        "api_sleutel",
        "lid",
        "organisatie",
        "systeemrecht",
        "recht",
        "rol",
        "login_mislukking",
        "sessie",
        "account",
        "audit",
    ):
        op.drop_table(table)
