"""The key file of a process, and whether it is the one that its databases go with.

Keys are made once: at the first start on databases that know none. After that a key file that is
away, or is another one, is a mistake of ours (a lost volume, a mistyped KEY_FILE, a restore without
keys.json) and never a new beginning: a repeat of an accepted push would look like other content, and
its sender would be told to make a false new version of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, Table

from database import key_fingerprints, schema
from database.engine import reading, writing
from dossier.errors import ConfigurationError
from gateway.settings import Settings
from kindkans import schema as store_schema
from storage.keyring import Keyring, load, load_or_create

_REMEDY = "restore the key file from the backup (docs/how-to/operations.md)"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedDatabase:
    """One whose content is sealed."""

    name: str
    engine: Engine
    fingerprints: Table
    sealed: Table  # has a row as soon as anything was sealed


def gateway_keyed(engine: Engine) -> KeyedDatabase:
    return KeyedDatabase(
        name="gateway", engine=engine, fingerprints=schema.key_fingerprint, sealed=schema.inzending
    )


def store_keyed(engine: Engine) -> KeyedDatabase:
    return KeyedDatabase(
        name="kindkans", engine=engine, fingerprints=store_schema.key_fingerprint, sealed=store_schema.versie
    )


def open_keyring(settings: Settings, *databases: KeyedDatabase) -> Keyring:
    """The keys for a process that has these databases open; made if none was ever used in them.

    Raises ConfigurationError, with the remedy, and Unavailable("database").
    """
    return claim_keyring(settings.keyring_path, databases, create=settings.key_file is None)


def claim_keyring(path: Path, databases: Sequence[KeyedDatabase], *, create: bool) -> Keyring:
    """The keys in `path`, which are from now on the keys of `databases`.

    One at a time: who starts at the same moment, here or on another machine, sees what we decided.
    """
    with ExitStack() as stack:
        held = []
        for database in databases:
            connection = stack.enter_context(writing(database.engine))
            key_fingerprints.lock_fingerprints(connection)
            known = key_fingerprints.read_fingerprints(connection, database.fingerprints)
            # Sealed rows without a fingerprint are of a version of ours that kept none yet.
            used = bool(known) or key_fingerprints.holds_rows(connection, database.sealed)
            if used and not path.exists():
                raise ConfigurationError(
                    f"the key file {path.name} is away, and the database of {database.name} holds what was "
                    f"sealed with it; {_REMEDY}. No new keys were made"
                )
            held.append((database, connection, known))
        keyring = load_or_create(path) if create else load(path)
        found = keyring.fingerprints()
        for database, connection, known in held:
            _compare(path, database.name, known, found)
            new = {key_id: value for key_id, value in found.items() if key_id not in known}
            key_fingerprints.add_fingerprints(connection, database.fingerprints, new)
    return keyring


def load_keyring(path: Path, database: KeyedDatabase) -> Keyring:
    """For who only looks: writes nothing. Raises ConfigurationError if these are not its keys."""
    keyring = load(path)
    with reading(database.engine) as connection:
        known = key_fingerprints.read_fingerprints(connection, database.fingerprints)
    _compare(path, database.name, known, keyring.fingerprints())
    return keyring


def _compare(path: Path, name: str, known: dict[str, str], found: dict[str, str]) -> None:
    for key_id, fingerprint in known.items():
        if key_id not in found:
            raise ConfigurationError(
                f"the key file {path.name} lacks key {key_id}, with which the database of {name} was "
                f"sealed; {_REMEDY}"
            )
        if found[key_id] != fingerprint:
            raise ConfigurationError(
                f"the key file {path.name} is not the one that the database of {name} goes with: "
                f"key {key_id} is another one; {_REMEDY}"
            )
