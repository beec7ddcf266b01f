"""The database refuses rows that cannot be, whoever writes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from database.schema import metadata

ID = "0" * 31
GOOD: dict[str, dict[str, Any]] = {
    "swv": {"swv_id": "swv", "naam": "SWV"},
    "organisatie": {
        "organisatie_id": "o", "swv_id": "swv", "naam": "O", "brin": "32DD", "vestiging": "32DD01",
    },
    "omgeving": {"omgeving_id": "omg", "naam": "E", "secret_hash": "x", "created_ms": 1},
    "koppeling": {
        "koppeling_id": "k", "omgeving_id": "omg", "swv_id": "swv", "status": "actief", "changed_ms": 1,
    },
    "koppeling_brin": {"omgeving_id": "omg", "brin": "32DD", "koppeling_id": "k"},
    "listed_school": {
        "vestiging": "32DD00", "brin": "32DD", "naam": "E", "plaats": "H", "origin": "lijst",
    },
    "dossier": {
        "dossiernummer": 1, "omgeving_id": "omg", "hulpvraag_id": "h", "swv_id": "swv",
        "organisatie_id": "o", "versie": 1, "inhoud_hash": "a", "created_ms": 1,
    },
    "inzending": {
        "inzending_id": f"{ID}1", "omgeving_id": "omg", "bericht_id": "b", "hulpvraag_id": "h",
        "brin": "32DD", "schoolnaam": "E", "naam_hash": "n", "uitkomst": "nieuw", "dossiernummer": 1,
        "versie": 1, "inhoud_hash": "a", "koppeling_id": "k", "swv_id": "swv", "organisatie_id": "o",
        "route_rule": "BRIN", "received_ms": 1, "decided_ms": 1,
    },
    "inzending_reden": {
        "inzending_id": f"{ID}1", "volgnummer": 1, "code": "BRIN_ONBEKEND", "veld": "v", "brin": "32DD",
    },
    "inzending_bijlage": {
        "inzending_id": f"{ID}1", "positie": 1, "size_bytes": 1, "naam_characters": 1,
        "sha256": "s", "object_id": "x",
    },
    "outbox": {
        "event_id": f"{ID}1", "dossiernummer": 1, "versie": 1, "state": "wachtend", "attempts": 0,
        "publishes": 0, "due_ms": 1, "created_ms": 1,
    },
    "outbox_payload": {"event_id": f"{ID}1", "body": b"x"},
    "outbox_gebeurtenis": {
        "gebeurtenis_id": 1, "event_id": f"{ID}1", "at_ms": 1, "gebeurtenis": "bezorgd", "code": "",
    },
    "key_fingerprint": {"key_id": "k1", "fingerprint": "f"},
    "audit": {"audit_id": 1, "at_ms": 1, "actor": "a", "action": "b", "subject": "c", "detail": ""},
    "verplaatsing": {
        "event_id": f"{ID}7", "dossiernummer": 1, "versie": 2, "van_swv_id": "swv", "van_organisatie_id": "o",
        "naar_swv_id": "swv", "naar_organisatie_id": "p", "actor": "a", "toelichting": "", "at_ms": 1,
        "bezorgd_ms": None,
    },
    "account": {
        "account_id": f"{ID}8", "gebruikersnaam": "a", "naam": "A", "rol": "applicatiebeheerder",
        "swv_id": "swv", "status": "actief", "secret_hash": "x", "totp_key_id": "k", "totp_nonce": b"n",
        "totp_ciphertext": b"c", "totp_step": 0, "created_ms": 1, "changed_ms": 1,
    },
    "sessie": {
        "token_hash": "t", "actor": "lokaal:a", "account_id": f"{ID}8", "naam": "A", "rol": "auditor",
        "swv_id": None, "csrf": "c", "created_ms": 1, "seen_ms": 1, "ended_ms": None,
    },
    "login_mislukking": {"sleutel": "s", "tries": 1, "last_ms": 1},
}  # fmt: skip

REFUSED = {"dossiernummer": None, "versie": None, "inhoud_hash": None, "uitkomst": "afgewezen"}
IMPOSSIBLE: list[tuple[str, dict[str, Any], str]] = [
    ("key_fingerprint", {}, "two fingerprints of one key"),
    ("key_fingerprint", {"key_id": "k2", "fingerprint": None}, "a key without its fingerprint"),
    ("settings_version", {"id": 2, "version": 1}, "a second version of the settings"),
    ("organisatie", {"organisatie_id": "p", "brin": None}, "a vestiging without a BRIN"),
    ("organisatie", {"organisatie_id": "p", "vestiging": "11AA01"}, "a vestiging of another BRIN"),
    ("organisatie", {"organisatie_id": "p", "swv_id": "x"}, "an organisatie in no SWV"),
    ("koppeling", {"koppeling_id": "l", "status": "misschien"}, "a koppeling in no state"),
    ("koppeling", {"koppeling_id": "l", "omgeving_id": "x"}, "a koppeling of nobody"),
    ("koppeling", {"koppeling_id": "l", "swv_id": "x"}, "a koppeling to nowhere"),
    ("koppeling_brin", {}, "a BRIN twice in one omgeving"),
    ("koppeling_brin", {"brin": "11AA", "koppeling_id": "x"}, "a BRIN of no koppeling"),
    ("koppeling_brin", {"brin": "11AA", "omgeving_id": "other"}, "a BRIN of another omgeving's koppeling"),
    ("listed_school", {"vestiging": "32DD01", "origin": "elders"}, "a school from nowhere"),
    ("listed_school", {"vestiging": "11AA00"}, "a school of another BRIN"),
    ("dossier", {"dossiernummer": 2}, "a second dossier of one hulpvraag"),
    ("dossier", {"dossiernummer": 0, "hulpvraag_id": "i"}, "number 0"),
    ("dossier", {"dossiernummer": -1, "hulpvraag_id": "i"}, "number -1"),
    ("dossier", {"dossiernummer": 2, "hulpvraag_id": "i", "versie": 0}, "version 0"),
    ("inzending", {}, "a second inzending of one id"),
    ("inzending", {"inzending_id": f"{ID}2"}, "a berichtId accepted twice"),
    ("inzending", {"inzending_id": f"{ID}2", "uitkomst": "dubbel"}, "a berichtId accepted and double"),
    ("inzending", {"inzending_id": f"{ID}2", "bericht_id": "c", "uitkomst": "x"}, "another uitkomst"),
    ("inzending", {"inzending_id": f"{ID}2", "bericht_id": "c", "dossiernummer": 9}, "an unknown number"),
    *(
        ("inzending", {"inzending_id": f"{ID}2", "bericht_id": "c", field: None}, f"accepted without {field}")
        for field in ("dossiernummer", "versie", "inhoud_hash", "organisatie_id", "route_rule")
    ),
    *(
        (
            "inzending",
            {**REFUSED, "inzending_id": f"{ID}2", "bericht_id": "c", field: value},
            f"refused with {field}",
        )
        for field, value in (("dossiernummer", 1), ("versie", 1), ("inhoud_hash", "a"))
    ),
    ("inzending_reden", {"inzending_id": f"{ID}9", "volgnummer": 2}, "a reden of no inzending"),
    ("inzending_bijlage", {"inzending_id": f"{ID}9"}, "a bijlage of no inzending"),
    ("inzending_bijlage", {"positie": 2, "sha256": None}, "an object without its hash"),
    ("inzending_bijlage", {"positie": 2, "object_id": None}, "a hash without its object"),
    ("verplaatsing", {"event_id": f"{ID}9", "versie": 3, "dossiernummer": 9}, "a move of no dossier"),
    ("verplaatsing", {"event_id": f"{ID}9"}, "a second move that is the same versie"),
    ("verplaatsing", {"event_id": f"{ID}9", "versie": 3, "naar_organisatie_id": "o"}, "a move to itself"),
    ("account", {"account_id": f"{ID}9", "gebruikersnaam": "b", "rol": "baas"}, "an unknown rol"),
    ("account", {"account_id": f"{ID}9", "gebruikersnaam": "b", "status": "weg"}, "an unknown status"),
    ("account", {"account_id": f"{ID}9"}, "a name that is taken"),
    ("account", {"account_id": f"{ID}9", "gebruikersnaam": "b", "swv_id": None}, "an own SWV missing"),
    ("account", {"account_id": f"{ID}9", "gebruikersnaam": "b", "rol": "helpdesk"}, "a helpdesk of one SWV"),
    ("sessie", {"token_hash": "u", "account_id": f"{ID}9"}, "a session of no account"),
    ("outbox_payload", {"event_id": f"{ID}9"}, "a payload of no event"),
    ("outbox_gebeurtenis", {"gebeurtenis_id": 2, "event_id": f"{ID}9"}, "a moment of no event"),
]  # fmt: skip


def insert(connection: Connection, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """With one good row in each table."""
    with engine.connect() as connection:
        for table, row in GOOD.items():
            insert(connection, table, row)
        insert(connection, "omgeving", GOOD["omgeving"] | {"omgeving_id": "other"})
        yield connection
        connection.rollback()


def test_there_is_a_good_row_for_every_table() -> None:
    assert set(GOOD) == set(metadata.tables) - {"settings_version"}


@pytest.mark.parametrize(
    ("table", "change"), [(t, c) for t, c, _ in IMPOSSIBLE], ids=[i for *_, i in IMPOSSIBLE]
)
def test_an_impossible_row_is_refused(connection: Connection, table: str, change: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        insert(connection, table, GOOD.get(table, {}) | change)


def required() -> list[tuple[str, str]]:
    return [
        (table.name, column.name)
        for table in metadata.tables.values()
        if table.name in GOOD
        for column in table.columns
        if not column.nullable and not (column.primary_key and column.autoincrement is True)
    ]


@pytest.mark.parametrize(("table", "column"), required())
def test_a_row_without_what_it_needs_is_refused(engine: Engine, table: str, column: str) -> None:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":  # PostgreSQL looks at foreign keys last by itself
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            refusal = f"NOT NULL constraint failed: {table}.{column}"
        else:
            refusal = f'column "{column}" of relation "{table}" violates not-null'
        with pytest.raises(IntegrityError, match=refusal):
            insert(connection, table, GOOD[table] | {column: None})
        connection.rollback()


def test_a_rejection_may_come_as_often_as_it_likes(connection: Connection) -> None:
    for number in range(2, 5):
        insert(connection, "inzending", GOOD["inzending"] | REFUSED | {"inzending_id": f"{ID}{number}"})


def test_one_berichtid_of_two_omgevingen_is_two_berichten(connection: Connection) -> None:
    other = {"inzending_id": f"{ID}2", "omgeving_id": "other"}

    insert(connection, "inzending", GOOD["inzending"] | other)


def test_a_number_is_never_given_twice_not_even_after_its_dossier_is_gone(engine: Engine) -> None:
    row = {name: value for name, value in GOOD["dossier"].items() if name != "dossiernummer"}
    numbers = []
    for hulpvraag in ("a", "b", "c"):
        with engine.begin() as connection:
            insert(connection, "dossier", row | {"hulpvraag_id": hulpvraag})
            numbers.append(connection.execute(text("SELECT max(dossiernummer) FROM dossier")).scalar_one())
            connection.execute(text("DELETE FROM dossier"))

    assert numbers == [1, 2, 3]
