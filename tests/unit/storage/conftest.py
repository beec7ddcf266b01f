"""Keys and a storage folder, for real."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.keyring import Keyring
from storage.objects import LocalObjects
from storage.seal import Seal


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    return Keyring.generate()


@pytest.fixture(scope="session")
def seal(keyring: Keyring) -> Seal:
    return Seal(keyring)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "bijlagen"


@pytest.fixture
def objects(folder: Path, seal: Seal) -> LocalObjects:
    return LocalObjects(folder, seal)
