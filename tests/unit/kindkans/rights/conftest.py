"""Rows of accounts, dossiers and invitations, put straight into the store's tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, Engine, insert

from database.engine import open_engine, writing
from database.migrate import History
from database.people_schema import account
from kindkans import tabs_schema as tabs
from kindkans.rights.words import Lid, Rol
from kindkans.rights_schema import lid as lid_table
from kindkans.rights_schema import recht, rol, systeemrecht
from kindkans.schema import dossier

T = TypeVar("T")
Do = Callable[..., Any]

SEALED = {"key_id": "k", "nonce": b"n", "ciphertext": b"c", "created_ms": 1, "changed_ms": 1}


@pytest.fixture
def engine(new_database: Callable[[History], str]) -> Iterator[Engine]:
    """On an empty store of the test's own; once per dialect."""
    engine = open_engine(new_database(History.KINDKANS))
    yield engine
    engine.dispose()


@pytest.fixture
def do(engine: Engine) -> Do:
    """Calls a function with a write transaction of its own before the other arguments."""

    def run(function: Callable[..., T], *arguments: Any, **named: Any) -> T:
        with writing(engine) as connection:
            return function(connection, *arguments, **named)

    return run


def put_organisaties(connection: Connection, **swvs: str) -> None:
    """Each with its SWV."""
    rows = [{"organisatie_id": key, "swv_id": swv, "naam": f"School {key}"} for key, swv in swvs.items()]
    connection.execute(insert(tabs.organisatie), rows)


def put_rol(connection: Connection, value: Rol) -> None:
    connection.execute(insert(rol), {"rol_id": value.rol_id, "naam": value.naam, "type": value.type.value})
    rechten = [
        {"rol_id": value.rol_id, "bereik": bereik.value, "tab": tab.value, "mag": mag.value}
        for (bereik, tab), mag in value.rechten.items()
    ]
    if rechten:
        connection.execute(insert(recht), rechten)
    for one in value.systeem:
        connection.execute(insert(systeemrecht), {"rol_id": value.rol_id, "recht": one.value})


def put_lid(connection: Connection, value: Lid, status: str = "actief") -> None:
    """Its roles are there already."""
    connection.execute(
        insert(account),
        {
            "account_id": value.account_id,
            "gebruikersnaam": value.gebruikersnaam,
            "naam": value.naam,
            "rol": value.rol.rol_id,
            "swv_id": value.swv_id,
            "status": status,
            "secret_hash": "",
            "totp_key_id": "k",
            "totp_nonce": value.account_id.encode(),
            "totp_ciphertext": b"c",
            "totp_step": 0,
            "created_ms": 1,
            "changed_ms": 1,
        },
    )
    if value.organisatie_id is not None or value.externe_rol is not None:
        row = {
            "account_id": value.account_id,
            "organisatie_id": value.organisatie_id,
            "externe_rol_id": value.externe_rol.rol_id if value.externe_rol else None,
        }
        connection.execute(insert(lid_table), row)


def put_dossier(
    connection: Connection, number: int, organisatie_id: str, swv_id: str, *, deleted: bool = False
) -> None:
    connection.execute(
        insert(dossier),
        {
            "dossiernummer": number,
            "swv_id": swv_id,
            "organisatie_id": organisatie_id,
            "status": "aanmelding",
            "huidige_versie": 1,
            "verwijderd_ms": 1 if deleted else None,
        },
    )


def put_overlegronde(
    connection: Connection, key: str, number: int, maker: str, einddatum: date, *deelnemers: str
) -> None:
    row = {"overlegronde_id": key, "dossiernummer": number, "maker_id": maker, "einddatum": einddatum}
    connection.execute(insert(tabs.overlegronde), row | SEALED)
    for one in deelnemers:
        connection.execute(insert(tabs.overlegronde_deelnemer), {"overlegronde_id": key, "account_id": one})


def put_vergadering(
    connection: Connection, key: str, numbers: list[int], maker: str, datum: date, *genodigden: str
) -> None:
    row = {"vergadering_id": key, "swv_id": "s1", "maker_id": maker, "datum": datum}
    connection.execute(insert(tabs.vergadering), row | SEALED)
    for number in numbers:
        connection.execute(
            insert(tabs.vergadering_hulpvraag), {"vergadering_id": key, "dossiernummer": number}
        )
    for one in genodigden:
        connection.execute(insert(tabs.vergadering_genodigde), {"vergadering_id": key, "account_id": one})


def put_aanpak(
    connection: Connection, key: str, number: int, maker: str, behandelaar: str, einddatum: date | None
) -> None:
    row = {
        "aanpak_id": key,
        "dossiernummer": number,
        "maker_id": maker,
        "behandelaar_id": behandelaar,
        "soort": "begeleiding",
        "begindatum": date(2020, 1, 1),
        "einddatum": einddatum,
    }
    connection.execute(insert(tabs.aanpak), row | SEALED)
