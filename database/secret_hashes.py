"""What a column `secret_hash` holds: argon2id (RFC 9106), as a PHC string (phc.py).

A secret of an omgeving is made by us, a password is chosen by somebody: each has costs of its own.
"""

from __future__ import annotations

import os
import secrets
import unicodedata

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

# OWASP's smallest recommended memory (7 MiB, 5 passes): a push must stay within 32 MB, and the
# secrets are 256 random bits, not passwords that somebody chose.
_MEMORY_KIB, _PASSES, _LANES, _LENGTH = 7168, 5, 1, 32

# A password can be guessed: OWASP's first choice but one (19 MiB, 2 passes), with a pass more.
_PASSWORD_MEMORY_KIB, _PASSWORD_PASSES = 19456, 3


def new_secret() -> str:
    """256 random bits, safe in a header and a URL."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """The argon2id hash as a PHC string; takes some 15 ms."""
    return _hash(secret.encode(), _MEMORY_KIB, _PASSES)


def verify_secret(secret: str, secret_hash: str) -> bool:
    return _verify(secret.encode(), secret_hash)


def hash_password(password: str) -> str:
    """Likewise, of what a person chose; takes some 50 ms and 19 MiB."""
    return _hash(_composed(password), _PASSWORD_MEMORY_KIB, _PASSWORD_PASSES)


def verify_password(password: str, secret_hash: str) -> bool:
    return _verify(_composed(password), secret_hash)


def _composed(password: str) -> bytes:
    """The same bytes whichever keyboard typed it (NIST SP 800-63B: NFKC)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _hash(secret: bytes, memory_kib: int, passes: int) -> str:
    return Argon2id(
        salt=os.urandom(16), length=_LENGTH, iterations=passes, lanes=_LANES, memory_cost=memory_kib
    ).derive_phc_encoded(secret)


def _verify(secret: bytes, secret_hash: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(secret, secret_hash)
    except InvalidKey:
        return False
    return True
