"""The seal on personal data: AES-256-GCM, bound to a context so that one dossier's seal fits no other.

Each use has a key of its own, derived from the keyring's by HKDF-SHA256: `dossier` for the content of
a dossier, `bijlage` for the bytes of a bijlage. A name is found again by a keyed hash (HMAC-SHA256).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from dossier.delivery import Sealed
from dossier.errors import PoisonCode, PoisonEvent, Unavailable
from storage.keyring import KEY_BYTES, Keyring

NONCE_BYTES = 12


class UnknownKey(Unavailable):
    """Sealed with a key that our keyring lacks: somebody must add it. Nothing is lost."""


class Seal:
    """Seals and opens with the keys of one keyring. Thread-safe."""

    def __init__(self, keyring: Keyring) -> None:
        self._active = keyring.active
        self._keys = keyring.keys
        self._search = keyring.search
        self._dossier = {key_id: AESGCM(_derive(key, b"dossier")) for key_id, key in keyring.keys.items()}

    def seal(self, plain: bytes, context: str) -> Sealed:
        """`context` is what the content belongs to, such as its event id; it is needed to open."""
        nonce = os.urandom(NONCE_BYTES)
        ciphertext = self._dossier[self._active].encrypt(nonce, plain, context.encode())
        return Sealed(key_id=self._active, nonce=nonce, ciphertext=ciphertext)

    def open(self, sealed: Sealed, context: str) -> bytes:
        """Raises PoisonEvent(ZEGEL_ONGELDIG) when broken or of another context, UnknownKey."""
        cipher = self._dossier.get(sealed.key_id)
        if cipher is None:
            raise UnknownKey("storage")
        try:
            return cipher.decrypt(sealed.nonce, sealed.ciphertext, context.encode())
        except (InvalidTag, ValueError):
            raise PoisonEvent(PoisonCode.ZEGEL_ONGELDIG) from None

    def keyed_hash(self, value: bytes) -> str:
        """64 hex digits; equal for equal values, and worth nothing without the key."""
        return hmac.new(self._search, value, hashlib.sha256).hexdigest()

    def naam_hash(self, achternaam: str) -> str:
        """The keyed hash by which a surname is found: case, accents, blanks and what cannot be seen (a soft
        hyphen, a zero-width space) do not count."""
        return self.keyed_hash(b"achternaam\0" + folded(achternaam).encode())

    def bijlage_key(self, key_id: str, object_id: str) -> bytes:
        """The key of one stored object. Raises UnknownKey."""
        if key_id not in self._keys:
            raise UnknownKey("storage")
        return _derive(self._keys[key_id], b"bijlage\0" + object_id.encode())

    @property
    def active_key_id(self) -> str:
        return self._active


def folded(text: str) -> str:
    """As two people would write the same name: in small letters, without accents and what cannot be seen."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not _is_unseen(c))
    return " ".join(plain.casefold().split())


def _is_unseen(c: str) -> bool:
    return unicodedata.combining(c) > 0 or unicodedata.category(c) == "Cf"


def _derive(key: bytes, use: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"kindkans-gateway " + use).derive(key)
