"""A core store as it is after years: a million dossiers of some 1,500 organisaties, some SWVs larger."""

from __future__ import annotations

import os
import random
from datetime import date
from typing import Any

from helpdesk_rows import _insert
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.schema import CreateIndex, DropIndex

from kindkans.rights.words import AccountId, Bereik, Lid, Mag, Rol, RolId, RolType, Tab
from kindkans.schema import dossier, versie

SWVS, ORGANISATIES, SURNAMES, INVITATIONS = 75, 1_500, 5_000, 200
LARGEST = ORGANISATIES // 10  # organisaties of the first SWV: a tenth of all
TODAY = date(2026, 11, 27)
_CHUNK = 50_000
_SOORTEN = ("adviesvraag", "korteInterventie", "extraOndersteuning", "casuistiek", "tlv")
_SEALED_BYTES = 400
_COLUMNS = {
    "inbox": "event_id received_ms",
    "dossier": "dossiernummer swv_id organisatie_id status huidige_versie soort naam_hash leerling_hash "
    "ontvangen_ms",
    "versie": "dossiernummer versie event_id key_id nonce ciphertext inhoud_hash received_ms",
}


def organisatie_of(number: int) -> int:
    return random.Random(number).randrange(ORGANISATIES)


def swv_of(organisatie: int) -> str:
    return "swv-0" if organisatie < LARGEST else f"swv-{1 + organisatie % (SWVS - 1)}"


def surname(rank: int) -> str:
    return f"{rank:064x}"


def lid(name: str, *, organisatie: str | None = None, swv: str | None = None) -> Lid:
    """With every right where it is invited, and in its organisatie or, of none, its whole SWV."""
    reach = Bereik.SWV if organisatie is None else Bereik.EIGEN
    rechten = {(bereik, tab): Mag.WIJZIGEN for bereik in (reach, Bereik.EXTERN) for tab in Tab}
    rol = Rol(rol_id=RolId("r"), naam="r", type=RolType.REST, rechten=rechten)
    values: Any = {"swv_id": swv, "organisatie_id": organisatie}
    return Lid(
        account_id=AccountId(name.rjust(32, "0")),
        actor=name,
        gebruikersnaam=name,
        naam=name,
        rol=rol,
        **values,
    )


GUEST = lid("guest")


def fill(engine: Engine, rows: int) -> None:
    """Into a migrated, empty database; the indexes are made afterwards."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA cache_size=-500000")
        else:
            connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        indexes = sorted((*dossier.indexes, *versie.indexes), key=lambda index: str(index.name))
        for index in indexes:
            connection.execute(DropIndex(index))
        driver: Any = connection.connection.driver_connection
        organisaties = [(f"o-{n}", swv_of(n), f"School {n}") for n in range(ORGANISATIES)]
        _insert(driver, "organisatie", ["organisatie_id", "swv_id", "naam"], organisaties)
        for start in range(1, rows + 1, _CHUNK):
            for table, made in _chunk(start, min(start + _CHUNK, rows + 1)).items():
                _insert(driver, table, _COLUMNS[table].split(), made)
        _invite(driver, rows)
        for index in indexes:
            connection.execute(CreateIndex(index))
    if engine.dialect.name == "postgresql":  # which autovacuum does by itself, later
        with create_engine(engine.url, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _chunk(start: int, end: int) -> dict[str, list[tuple[Any, ...]]]:
    draw = random.Random(start).random
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _COLUMNS}
    for number in range(start, end):
        event, at = f"{number:032x}", organisatie_of(number)
        name = surname(int(SURNAMES * draw() ** 1.5))
        child = f"{number // 2:064x}"
        of = (number, swv_of(at), f"o-{at}", "aanmelding", 1, _SOORTEN[int(5 * draw())])
        rows["inbox"].append((event, number))
        rows["dossier"].append((*of, name, child, number))
        sealed = os.urandom(_SEALED_BYTES)
        rows["versie"].append((number, 1, event, "k", sealed[:12], sealed, "h" * 64, number))
    return rows


def _invite(driver: Any, rows: int) -> None:
    """The guest, by aanpakken and by one vergadering; and as many of another for each of theirs."""
    names = "account_id gebruikersnaam naam rol status secret_hash totp_key_id totp_nonce totp_ciphertext "
    names += "totp_step created_ms changed_ms"
    other = "other".rjust(32, "0")
    people = [
        (who, who.strip("0"), "x", "r", "actief", "", "k", b"n", b"c", 0, 1, 1)
        for who in (GUEST.account_id, other)
    ]
    _insert(driver, "account", names.split(), people)
    sealed = ("k", b"n", b"c" * 100, 1, 1)
    written = ["key_id", "nonce", "ciphertext", "created_ms", "changed_ms"]
    begin = date(2026, 1, 1).isoformat()
    numbers = [1 + n * (rows // 20_000) for n in range(20_000)] if rows >= 20_000 else []
    every = max(1, len(numbers) // (INVITATIONS // 2))
    aanpakken = [
        (f"{n:032d}", n, other, GUEST.account_id if at % every == 0 else other, "begeleiding", begin, *sealed)
        for at, n in enumerate(numbers)
    ]
    head = ["aanpak_id", "dossiernummer", "maker_id", "behandelaar_id", "soort", "begindatum"]
    _insert(driver, "aanpak", head + written, aanpakken)
    vergadering = [("1".rjust(32, "0"), "swv-0", other, TODAY.isoformat(), *sealed)]
    _insert(driver, "vergadering", ["vergadering_id", "swv_id", "maker_id", "datum", *written], vergadering)
    key = "1".rjust(32, "0")
    _insert(driver, "vergadering_genodigde", ["vergadering_id", "account_id"], [(key, GUEST.account_id)])
    agenda = [(key, n + 1) for n in numbers[7::every]][: INVITATIONS // 2]
    _insert(driver, "vergadering_hulpvraag", ["vergadering_id", "dossiernummer"], agenda)
