"""What a column `secret_hash` holds: argon2id (RFC 9106), as a PHC string (phc.py)."""

from __future__ import annotations

import os
import secrets

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

# OWASP's smallest recommended memory (7 MiB, 5 passes): a push must stay within 32 MB, and the
# secrets are 256 random bits, not passwords that somebody chose.
_MEMORY_KIB, _PASSES, _LANES, _LENGTH = 7168, 5, 1, 32


def new_secret() -> str:
    """256 random bits, safe in a header and a URL."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """The argon2id hash as a PHC string; takes some 15 ms."""
    return Argon2id(
        salt=os.urandom(16), length=_LENGTH, iterations=_PASSES, lanes=_LANES, memory_cost=_MEMORY_KIB
    ).derive_phc_encoded(secret.encode())


def verify_secret(secret: str, secret_hash: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(secret.encode(), secret_hash)
    except InvalidKey:
        return False
    return True
