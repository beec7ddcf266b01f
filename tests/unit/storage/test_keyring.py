"""The key file: ours alone, made once, and never shown."""

from __future__ import annotations

import base64
import json
import os
import traceback
from pathlib import Path
from typing import Any

import pytest

from components.racers import race
from dossier.errors import ConfigurationError
from storage.keyring import KEY_BYTES, Keyring, create, load, load_or_create

KEY = base64.b64encode(b"geheim geheim geheim geheim gehe").decode()
GOOD = {"active": "k1", "keys": {"k1": KEY, "k0": KEY}, "search": KEY}


def write(path: Path, content: Any, mode: int = 0o600) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    path.chmod(mode)
    return path


def test_a_key_file_is_made_at_the_first_start_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "nieuw" / "keys.json"
    keyring = load_or_create(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert len(keyring.search) == len(keyring.keys[keyring.active]) == KEY_BYTES
    assert keyring.search != keyring.keys[keyring.active]
    assert [p.name for p in path.parent.iterdir()] == ["keys.json"]


def test_the_key_file_has_mode_600_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        load_or_create(tmp_path / "keys.json")
    finally:
        os.umask(before)

    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600


def test_a_second_start_has_the_same_keys(tmp_path: Path) -> None:
    first = load_or_create(tmp_path / "keys.json")

    assert load_or_create(tmp_path / "keys.json") == load(tmp_path / "keys.json") == first


def test_two_key_files_share_no_key() -> None:
    first, second = Keyring.generate(), Keyring.generate()

    assert not {*first.keys.values(), first.search} & {*second.keys.values(), second.search}


def test_processes_that_start_at_once_make_one_key_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    ran = race(
        "from pathlib import Path; from storage.keyring import load_or_create",
        "ring = load_or_create(Path(sys.argv[1])); print(ring.active, ring.search.hex())",
        [[path]] * 6,
    )

    assert [one.returncode for one in ran] == [0] * 6
    ring = load(path)
    assert {one.stdout for one in ran} == {f"{ring.active} {ring.search.hex()}\n"}
    assert [p.name for p in tmp_path.iterdir()] == ["keys.json"]


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o601, 0o640, 0o620, 0o610, 0o644, 0o777])
def test_a_key_file_that_is_open_to_others_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    with pytest.raises(ConfigurationError, match=r"chmod 600 keys\.json"):
        load_or_create(write(tmp_path / "keys.json", GOOD, mode))


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_key_file_of_ours_alone_is_read(tmp_path: Path, mode: int) -> None:
    keyring = load(write(tmp_path / "keys.json", GOOD, mode))

    assert (keyring.active, set(keyring.keys)) == ("k1", {"k0", "k1"})


def without(key: str) -> dict[str, Any]:
    return {k: v for k, v in GOOD.items() if k != key}


DAMAGED = {
    "empty": b"",
    "half": json.dumps(GOOD).encode()[:-20],
    "no JSON": KEY.encode(),
    "a list": [KEY],
    "a text": KEY,
    "no UTF-8": b'{"search": "\xff' + KEY.encode() + b'"}',
    "no end to it": b"[" * 100_000,
    "no active key": without("active"),
    "no keys": without("keys"),
    "no search key": without("search"),
    "an active key that is not there": GOOD | {"active": "k9"},
    "keys in a list": GOOD | {"keys": [KEY]},
    "a key that is no text": GOOD | {"keys": {"k1": 5}},
    "a key cut short": GOOD | {"keys": {"k1": KEY[:-4]}},
    "a key that is no base64": GOOD | {"keys": {"k1": KEY[:-1] + "!"}},
    "a search key cut short": GOOD | {"search": KEY[:24]},
    "a key id that no header holds": GOOD | {"active": "k" * 65, "keys": {"k" * 65: KEY}},
    "a key id outside ASCII": GOOD | {"active": "één", "keys": {"één": KEY}},
    "an empty key id": GOOD | {"active": "", "keys": {"": KEY}},
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_key_file_is_refused_and_no_key_is_shown(tmp_path: Path, content: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"keys\.json is damaged; restore it") as caught:
        load_or_create(write(tmp_path / "keys.json", content))

    shown = "".join(traceback.format_exception(caught.value))
    assert not any(part in shown for part in (KEY[:12], "geheim"))
    assert caught.value.__cause__ is None


def test_a_key_file_that_cannot_be_read_is_an_error_of_configuration(tmp_path: Path) -> None:
    (tmp_path / "keys.json").mkdir()

    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path / "keys.json")


def test_a_key_file_that_is_not_there_is_an_error_with_both_remedies(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"its backup.*kindkans-gateway keys create"):
        load(tmp_path / "keys.json")


def test_a_key_file_is_created_by_hand_once_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "nieuw" / "keys.json"
    create(path)
    first = load(path)

    with pytest.raises(ConfigurationError, match="never replaced"):
        create(path)
    assert load(path) == first
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_file_that_cannot_be_written_is_an_error_of_configuration(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ConfigurationError, match="cannot be written"):
        create(tmp_path / "file" / "keys.json")


def test_a_damaged_key_file_is_never_replaced(tmp_path: Path) -> None:
    path = write(tmp_path / "keys.json", b"half")

    with pytest.raises(ConfigurationError):
        load_or_create(path)
    assert path.read_bytes() == b"half"


def test_a_repr_shows_no_key() -> None:
    keyring = Keyring(active="k1", keys={"k1": b"geheim geheim geheim geheim gehe"}, search=b"zoek" * 8)

    assert "geheim" not in repr(keyring)
    assert "zoek" not in repr(keyring)
