"""The same storage seam over {file, s3}."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from components.base import used
from components.places import FilePlace, Place, S3Place
from components.s3 import BUCKET, MOTO, create_bucket, fresh_prefix
from storage.keyring import Keyring
from storage.opening import Objects
from storage.seal import Seal


@pytest.fixture(scope="session")
def seal() -> Seal:
    return Seal(Keyring.generate())


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """Its endpoint. In this process, so that what it keeps can be made older."""
    used("s3 in the test's process", f"S3 of {MOTO}, in the test's own process")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    create_bucket(f"http://{host}:{port}", BUCKET)
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(moto: str, tmp_path: Path) -> S3Place:
    return S3Place(moto, fresh_prefix(), tmp_path / "spool")


@pytest.fixture(params=["file", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "file":
        return FilePlace(tmp_path / "bijlagen")
    found: S3Place = request.getfixturevalue("s3")
    return found


@pytest.fixture
def objects(place: Place, seal: Seal) -> Objects:
    return place.open(seal)
