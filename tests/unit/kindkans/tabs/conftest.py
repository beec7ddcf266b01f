"""Dossiers and accounts in a store of either dialect, for who writes in their tabs.

Dossiers 1 and 2 are of SWV `swv`, 3 of `ander`, 9 of `swv` and deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, insert, select, update

from database.accounts import ACTIEF, GEBLOKKEERD, AccountRow, Credentials, add_account, save_status
from database.audit import AuditRow, list_audit
from database.engine import reading, writing
from dossier.delivery import Sealed
from dossier.identifiers import Dossiernummer, SwvId
from kindkans.rights.words import AccountId, Lid, Rol, RolId, RolType
from kindkans.schema import dossier
from storage.seal import Seal

T = TypeVar("T")

SWV, ANDER = SwvId("swv"), SwvId("ander")
DOSSIER, TWEEDE, ELDERS, VERWIJDERD, NERGENS = (Dossiernummer(n) for n in (1, 2, 3, 9, 77))
ROL = Rol(rol_id=RolId("loket"), naam="Loket", type=RolType.REST)


def lid_of(naam: str, swv_id: SwvId | None = SWV) -> Lid:
    return Lid(
        account_id=AccountId(naam.ljust(32, "0")),
        actor=f"lokaal:{naam}",
        gebruikersnaam=naam,
        naam=naam,
        rol=ROL,
        swv_id=swv_id,
    )


class Tabs:
    """The store, the seal, and its people: one transaction per call."""

    maker = lid_of("maker")
    collega = lid_of("collega")
    root = lid_of("root", None)
    vreemd = lid_of("vreemd", ANDER)
    geblokkeerd = lid_of("geblokkeerd")

    swv, ander = SWV, ANDER
    dossier, tweede, elders, verwijderd, nergens = DOSSIER, TWEEDE, ELDERS, VERWIJDERD, NERGENS

    def __init__(self, store: Any, seal: Seal) -> None:
        self.engine = store.engine
        self.seal = seal
        with writing(self.engine) as connection:
            for lid in (self.maker, self.collega, self.root, self.vreemd, self.geblokkeerd):
                _add(connection, lid)
            save_status(connection, self.geblokkeerd.account_id, GEBLOKKEERD)
            for number, swv_id in ((DOSSIER, SWV), (TWEEDE, SWV), (ELDERS, ANDER), (VERWIJDERD, SWV)):
                connection.execute(insert(dossier), new_dossier(number, swv_id))
        self.delete(VERWIJDERD)

    def do(self, work: Callable[..., T], *args: Any, **named: Any) -> T:
        """`work` changes something that is no text."""
        with writing(self.engine) as connection:
            return work(connection, *args, **named)

    def write(self, work: Callable[..., T], *args: Any, **named: Any) -> T:
        with writing(self.engine) as connection:
            return work(connection, self.seal, *args, **named)

    def read(self, work: Callable[..., T], *args: Any) -> T:
        with reading(self.engine) as connection:
            return work(connection, self.seal, *args)

    def delete(self, number: Dossiernummer) -> None:
        with writing(self.engine) as connection:
            gone = update(dossier).where(dossier.c.dossiernummer == number)
            connection.execute(gone.values(verwijderd_ms=1))

    def block(self, lid: Lid) -> None:
        self.do(save_status, lid.account_id, GEBLOKKEERD)

    def audit(self) -> list[AuditRow]:
        """The oldest first."""
        with reading(self.engine) as connection:
            return list_audit(connection, 1000)[::-1]

    def last(self) -> tuple[str, str, str, str]:
        row = self.audit()[-1]
        return row.actor, row.action, row.subject, row.detail

    def rows(self, table: Any) -> list[Any]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(table)).all())


def new_dossier(number: int, swv_id: str = SWV, organisatie_id: str = "org", **more: Any) -> dict[str, Any]:
    return {
        "dossiernummer": number,
        "swv_id": swv_id,
        "organisatie_id": organisatie_id,
        "status": "aanmelding",
        "huidige_versie": 1,
        "verwijderd_ms": None,
        **more,
    }


def _add(connection: Connection, lid: Lid) -> None:
    row = AccountRow(
        account_id=lid.account_id,
        gebruikersnaam=lid.gebruikersnaam,
        naam=lid.naam,
        rol=lid.rol.rol_id,
        swv_id=lid.swv_id,
        status=ACTIEF,
        created_ms=0,
        changed_ms=0,
    )
    sealed = Sealed(key_id="k", nonce=b"n", ciphertext=b"c")
    add_account(connection, row, Credentials(secret_hash="h", totp=sealed, totp_step=0))


@pytest.fixture
def tabs(store: Any, seal: Seal) -> Tabs:
    return Tabs(store, seal)
