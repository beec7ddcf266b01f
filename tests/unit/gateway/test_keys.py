"""A key file and the databases go together: lost or exchanged is a refusal, never a new beginning."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from components.racers import race
from database.engine import open_engine, reading, writing
from database.key_fingerprints import read_fingerprints
from database.migrate import History
from database.schema import inzending, key_fingerprint
from dossier.errors import ConfigurationError
from gateway.keys import KeyedDatabase, claim_keyring, gateway_keyed, load_keyring, store_keyed
from storage.keyring import Keyring, _create, load

PREPARE = """
from pathlib import Path
from database.engine import open_engine
from gateway.keys import claim_keyring, gateway_keyed
engine = open_engine(sys.argv[1])
"""
CLAIM = "claim_keyring(Path(sys.argv[2]), [gateway_keyed(engine)], create=True)"


@pytest.fixture
def store(new_database: Callable[[History], str]) -> Iterator[Engine]:
    engine = open_engine(new_database(History.KINDKANS))
    yield engine
    engine.dispose()


@pytest.fixture
def both(engine: Engine, store: Engine) -> list[KeyedDatabase]:
    return [gateway_keyed(engine), store_keyed(store)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def claim(path: Path, databases: list[KeyedDatabase]) -> Keyring:
    return claim_keyring(path, databases, create=True)


def test_the_first_start_makes_keys_and_the_next_ones_take_them(
    path: Path, both: list[KeyedDatabase]
) -> None:
    first = claim(path, both)

    assert claim(path, both) == claim(path, both[:1]) == claim(path, both[1:]) == first
    assert load_keyring(path, both[0]) == first


@pytest.mark.parametrize("role", [slice(0, 1), slice(1, 2), slice(0, 2)], ids=["intake", "kindkans", "up"])
def test_a_lost_key_file_is_refused_and_none_is_made(
    path: Path, both: list[KeyedDatabase], role: slice
) -> None:
    claim(path, both)
    path.rename(path.with_suffix(".away"))

    with pytest.raises(ConfigurationError, match=r"keys\.json is away.*restore the key file from the backup"):
        claim(path, both[role])
    assert not path.exists()

    path.with_suffix(".away").rename(path)
    claim(path, both[role])


def test_one_database_that_knows_its_keys_is_enough_to_refuse(path: Path, both: list[KeyedDatabase]) -> None:
    claim(path, both[1:])
    path.unlink()

    with pytest.raises(ConfigurationError, match="database of kindkans"):
        claim(path, both)
    assert not path.exists()
    with reading(both[0].engine) as connection:
        assert read_fingerprints(connection, key_fingerprint) == {}


def test_another_key_file_is_refused_by_every_role_and_by_who_only_looks(
    path: Path, both: list[KeyedDatabase]
) -> None:
    claim(path, both)
    path.unlink()
    _create(path)

    for databases in (both, both[:1], both[1:]):
        with pytest.raises(ConfigurationError, match="restore the key file"):
            claim(path, databases)
    with pytest.raises(ConfigurationError, match="restore the key file"):
        load_keyring(path, both[0])


def rewrite(path: Path, change: Callable[[Keyring], Keyring]) -> None:
    ring = change(load(path))
    keys = {k: base64.b64encode(v).decode() for k, v in ring.keys.items()}
    path.write_text(
        json.dumps({"active": ring.active, "keys": keys, "search": base64.b64encode(ring.search).decode()})
    )


def test_another_search_key_alone_is_refused(path: Path, both: list[KeyedDatabase]) -> None:
    claim(path, both)
    rewrite(path, lambda ring: Keyring(active=ring.active, keys=ring.keys, search=b"x" * 32))

    with pytest.raises(ConfigurationError, match=r"key \(search\) is another one"):
        claim(path, both)


def test_another_key_under_the_same_id_is_refused(path: Path, both: list[KeyedDatabase]) -> None:
    ring = claim(path, both)
    rewrite(path, lambda ring: Keyring(active=ring.active, keys={ring.active: b"x" * 32}, search=ring.search))

    with pytest.raises(ConfigurationError, match=f"key {ring.active} is another one"):
        claim(path, both)


def test_a_key_may_be_added_and_from_then_on_is_missed(path: Path, both: list[KeyedDatabase]) -> None:
    old = path.with_suffix(".old")
    claim(path, both)
    old.write_bytes(path.read_bytes())
    old.chmod(0o600)
    rewrite(path, lambda ring: Keyring(active="k2", keys={**ring.keys, "k2": b"2" * 32}, search=ring.search))

    claim(path, both)

    with pytest.raises(ConfigurationError, match="lacks key k2"):
        claim(old, both)


def test_what_was_sealed_before_fingerprints_were_kept_needs_its_key_file(
    path: Path, both: list[KeyedDatabase]
) -> None:
    with writing(both[0].engine) as connection:
        connection.execute(
            insert(inzending).values(
                inzending_id="1" * 32, omgeving_id="o", bericht_id="b", hulpvraag_id="h", brin="",
                schoolnaam="", naam_hash="", uitkomst="afgewezen", received_ms=1, decided_ms=1,
            )
        )  # fmt: skip
    with pytest.raises(ConfigurationError, match=r"keys\.json is away"):
        claim(path, both)

    _create(path)
    claim(path, both)


def test_a_named_key_file_is_never_made(path: Path, both: list[KeyedDatabase]) -> None:
    with pytest.raises(ConfigurationError, match=r"there is no key file keys\.json"):
        claim_keyring(path, both, create=False)

    assert not path.exists()
    claim(path, both)


def test_roles_that_start_at_once_on_one_folder_have_the_same_keys(
    path: Path, both: list[KeyedDatabase]
) -> None:
    found: list[Keyring] = []
    start = threading.Barrier(6)

    def role(databases: list[KeyedDatabase]) -> None:
        start.wait(30)
        found.append(claim(path, databases))

    threads = [threading.Thread(target=role, args=(both[n % 2 : n % 2 + 1],)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert found == [load(path)] * 6


def test_of_two_machines_with_keys_of_their_own_one_is_refused(tmp_path: Path, engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    paths = [tmp_path / name / "keys.json" for name in ("one", "other")]
    ran = race(PREPARE, CLAIM, [[url, path] for path in paths])

    assert sorted(one.returncode for one in ran) == [0, 1]
    assert sum("No new keys were made" in one.stderr for one in ran) == 1
    assert sum(path.exists() for path in paths) == 1


def test_no_fingerprint_tells_a_key(path: Path, both: list[KeyedDatabase]) -> None:
    ring = claim(path, both)
    with reading(both[0].engine) as connection:
        kept = read_fingerprints(connection, key_fingerprint)

    assert set(kept) == {ring.active, "(search)"}
    for key in (*ring.keys.values(), ring.search):
        assert all(key.hex()[:8] not in value for value in kept.values())
