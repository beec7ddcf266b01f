"""Which storage the settings lead to."""

from __future__ import annotations

from pathlib import Path

import pytest

from dossier.errors import ConfigurationError
from gateway.settings import read_settings
from gateway.storages import open_gateway_objects, open_store_objects
from storage.keyring import Keyring
from storage.objects import LocalObjects
from storage.s3 import S3Objects
from storage.seal import Seal

SEAL = Seal(Keyring.generate())


async def kept(folder: Path, **settings: str) -> set[str]:
    """Where a bijlage of each of the two lands below `folder`."""
    found = read_settings(data_folder=folder / "data", **settings)
    for objects in (open_gateway_objects(found, SEAL), open_store_objects(found, SEAL)):
        await objects.create("0" * 32, 1).finish()  # type: ignore[arg-type]
    return objects_below(folder)


def objects_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("1")}


async def test_without_a_setting_they_are_in_the_data_folder(tmp_path: Path) -> None:
    assert await kept(tmp_path) == {
        f"data/{name}/00/{'0' * 32}/1" for name in ("bijlagen", "kindkans-bijlagen")
    }


async def test_a_file_url_is_a_folder_elsewhere(tmp_path: Path) -> None:
    ours, theirs = (f"file://{tmp_path}/{name}" for name in ("ours", "theirs"))

    assert await kept(tmp_path, storage_url=ours, kindkans_storage_url=theirs) == {
        f"{name}/00/{'0' * 32}/1" for name in ("ours", "theirs")
    }


def test_one_may_be_in_s3_and_the_other_on_files(tmp_path: Path) -> None:
    settings = read_settings(data_folder=tmp_path, kindkans_storage_url="s3://bucket/x")

    assert isinstance(open_gateway_objects(settings, SEAL), LocalObjects)
    assert isinstance(open_store_objects(settings, SEAL), S3Objects)


def test_one_place_for_both_is_refused_whoever_opens_it(tmp_path: Path) -> None:
    same = read_settings(data_folder=tmp_path, kindkans_storage_url=f"file://{tmp_path.resolve()}/bijlagen")

    for opener in (open_gateway_objects, open_store_objects):
        with pytest.raises(ConfigurationError, match="are the same place"):
            opener(same, SEAL)


def test_the_secret_of_s3_is_in_no_repr(tmp_path: Path) -> None:
    settings = read_settings(data_folder=tmp_path, storage_key_id="k", storage_secret="geheim")

    assert "geheim" not in repr(settings)
