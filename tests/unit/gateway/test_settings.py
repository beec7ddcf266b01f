"""Settings from variables and from files: what is wrong is named, what is secret is not shown."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

import pytest

from dossier.errors import ConfigurationError
from gateway.settings import read_settings

SECRET = "z3er-geheim"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir()
    monkeypatch.setenv("SECRETS_FOLDER", str(folder))
    return folder


def test_a_secret_is_read_from_the_file_of_its_name(folder: Path) -> None:
    (folder / "database_password").write_text(f"{SECRET}\n")

    assert read_settings().database_password == SECRET


def test_a_variable_wins_from_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "database_password").write_text("old")
    monkeypatch.setenv("DATABASE_PASSWORD", SECRET)

    assert read_settings().database_password == SECRET


def test_files_of_other_names_are_left_alone(folder: Path) -> None:
    (folder / "keys.json").write_bytes(b"\xff")

    assert read_settings().database_password == ""


def test_a_secret_in_a_folder_of_kubernetes_is_followed_to_where_it_stands(folder: Path) -> None:
    (folder / "..data").mkdir()
    (folder / "..data" / "database_password").write_text(SECRET)
    (folder / "database_password").symlink_to("..data/database_password")

    assert read_settings().database_password == SECRET


@pytest.mark.parametrize("wrong", ["absent", "a file", "a folder in it", "a link out of it", "no text"])
def test_secrets_that_cannot_be_read_stop_the_start(folder: Path, wrong: str) -> None:
    match wrong:
        case "absent":
            folder.rmdir()
        case "a file":
            folder.rmdir()
            folder.write_text(SECRET)
        case "a folder in it":
            (folder / "database_password").mkdir()
        case "a link out of it":
            outside = folder.parent / "outside"
            outside.write_text(SECRET)
            (folder / "database_password").symlink_to(outside)
        case "no text":
            (folder / "database_password").write_bytes(SECRET.encode() + b"\xff")

    with pytest.raises(ConfigurationError, match=f"SECRETS_FOLDER.*user {os.geteuid()} can read") as caught:
        read_settings()
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_a_wrong_value_in_a_file_is_named_and_not_shown(folder: Path) -> None:
    (folder / "port").write_text(SECRET)

    with pytest.raises(ConfigurationError, match="wrong setting: PORT") as caught:
        read_settings()
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(("text", "replicas"), [("1", 1), ("3", 3), ("5", 5)])
def test_the_copies_of_a_stream_are_read_from_the_text_that_a_variable_is(
    monkeypatch: pytest.MonkeyPatch, text: str, replicas: int
) -> None:
    monkeypatch.setenv("BROKER_REPLICAS", text)
    monkeypatch.setenv("BROKER_URL", "nats://a,nats://b,nats://c")

    assert read_settings().topology.replicas == replicas


@pytest.mark.parametrize("text", ["2", "0", "-1", "drie", "", "3.0"])
def test_another_number_of_copies_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("BROKER_REPLICAS", text)

    with pytest.raises(ConfigurationError, match="BROKER_REPLICAS"):
        read_settings()
