"""Rows that what people write in the store hangs on."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from database.people_schema import account
from kindkans.rights.words import Lid

SEALED = {"key_id": "k", "nonce": b"n", "ciphertext": b"c", "created_ms": 1, "changed_ms": 1}


def put_account(connection: Connection, lid: Lid) -> None:
    """Its role is no row of the store: whoever asks for it is handed the Lid."""
    connection.execute(
        insert(account),
        {
            "account_id": lid.account_id,
            "gebruikersnaam": lid.gebruikersnaam,
            "naam": lid.naam,
            "rol": lid.rol.rol_id,
            "swv_id": lid.swv_id,
            "status": "actief",
            "secret_hash": "",
            "totp_key_id": "k",
            "totp_nonce": lid.account_id.encode(),
            "totp_ciphertext": b"c",
            "totp_step": 0,
            "created_ms": 1,
            "changed_ms": 1,
        },
    )
