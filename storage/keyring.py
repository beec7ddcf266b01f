"""The keys: one file, for its owner only. Losing it loses every dossier at rest.

    {"active": "k1", "keys": {"k1": "<32 bytes, base64>"}, "search": "<32 bytes, base64>"}

A new key is added beside the old ones and made active; what an old key sealed stays readable.
The search key is apart and never changes: the keyed hashes go by it.

In the data folder it is made at the first start. A file that was named (KEY_FILE) is not: it is there for
several roles, and one that made keys of its own would seal what the others can not open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dossier.errors import ConfigurationError

KEY_BYTES = 32
SEARCH_KEY = "(search)"  # no key id has brackets
_PRINTED = b"kindkans-gateway key fingerprint"
_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)  # it stands in every object's first bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    active: str
    keys: Mapping[str, bytes] = field(repr=False)
    search: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if self.active not in self.keys:
            raise ValueError("the active key is not among the keys")
        if not all(_KEY_ID.fullmatch(key_id) for key_id in self.keys):
            raise ValueError("a key id is 1 to 64 letters, digits, dots, hyphens and underscores")
        if any(len(key) != KEY_BYTES for key in (*self.keys.values(), self.search)):
            raise ValueError(f"a key has {KEY_BYTES} bytes")

    @classmethod
    def generate(cls) -> Keyring:
        key_id = secrets.token_hex(4)
        return cls(
            active=key_id,
            keys={key_id: secrets.token_bytes(KEY_BYTES)},
            search=secrets.token_bytes(KEY_BYTES),
        )

    def fingerprints(self) -> dict[str, str]:
        """Of each key by its id, and of the search key: equal for the same key, and telling nothing of it."""
        every = {**self.keys, SEARCH_KEY: self.search}
        return {key_id: hmac.new(key, _PRINTED, hashlib.sha256).hexdigest() for key_id, key in every.items()}


def load_or_create(path: Path) -> Keyring:
    """The keyring in `path`; made durably if there is none, also when two processes start at once.

    Raises ConfigurationError when the file is not ours alone (mode 600) or cannot be read.
    """
    if not path.exists():
        _create(path)
    return load(path)


def create(path: Path) -> None:
    """A new keyring, made durably. Raises ConfigurationError if one is there, or can't be written."""
    try:
        made = not path.exists() and _create(path)
    except OSError as exc:
        raise ConfigurationError(f"the key file {path.name} cannot be written") from exc
    if not made:
        raise ConfigurationError(f"the key file {path.name} is there already; it is never replaced")


def load(path: Path) -> Keyring:
    """Raises ConfigurationError when it is absent, unreadable or readable by others."""
    try:
        mode = path.stat().st_mode & 0o777
        content = path.read_bytes()
    except FileNotFoundError as exc:
        raise ConfigurationError(
            f"there is no key file {path.name}: put yours back from its backup, "
            "or, only at the very first set-up, run: kindkans-gateway keys create"
        ) from exc
    except OSError as exc:
        raise ConfigurationError(
            f"the key file {path.name} cannot be read by user {os.geteuid()}; it must own it"
        ) from exc
    if mode & 0o077:
        raise ConfigurationError(f"the key file {path.name} is open to others; run: chmod 600 {path.name}")
    try:
        raw = json.loads(content)
        return Keyring(
            active=raw["active"],
            keys={key_id: base64.b64decode(key, validate=True) for key_id, key in raw["keys"].items()},
            search=base64.b64decode(raw["search"], validate=True),
        )
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError, binascii.Error):
        # No cause: it would show the key in a traceback.
        raise ConfigurationError(f"the key file {path.name} is damaged; restore it from a backup") from None


def _create(path: Path) -> bool:
    """Whether it was us: another process may have been first."""
    keyring = Keyring.generate()
    content = json.dumps(
        {
            "active": keyring.active,
            "keys": {key_id: base64.b64encode(key).decode() for key_id, key in keyring.keys.items()},
            "search": base64.b64encode(keyring.search).decode(),
        }
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)  # unlike rename, this fails when another process was first
        except FileExistsError:
            return False
    finally:
        temporary.unlink()
    sync_folder(path.parent)
    return True


def sync_folder(folder: Path) -> None:
    """Makes the names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
