"""What the unit tests share: a dossier that may in, a database, and a profile for hypothesis."""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import Engine

from components.intake_world import OMGEVING, World
from database import secret_hashes
from database.engine import open_engine
from database.migrate import History
from database.organisaties import Swv
from dossier.dossier import Bijlage, Dossier, Hulpvraag, Indiener, Leerling, School
from dossier.identifiers import BerichtId, HulpvraagId, SwvId
from helpdesk import administration as admin
from storage.keyring import Keyring
from storage.seal import Seal

# Deadlines are timed asserts: they fail on a busy machine and say nothing about the code.
settings.register_profile("suite", deadline=None, print_blob=True)
settings.load_profile("suite")

MakeDossier = Callable[..., Dossier]
MakeBijlage = Callable[..., Bijlage]


def new_bericht_id() -> BerichtId:
    return BerichtId(str(uuid.uuid4()))


def build_bijlage(positie: int = 1, naam: str = "verslag.pdf", **fields: Any) -> Bijlage:
    content = fields.pop("content", f"inhoud van {positie}".encode())
    kept = {
        "mediatype": "application/pdf",
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "content_type": "application/pdf",
        "object_id": f"{'0' * 32}/{positie}",
    }
    return Bijlage(positie=positie, naam=naam, **(kept | fields))


def build_dossier(
    *,
    bericht_id: str | None = None,
    hulpvraag_id: str = "hv-1",
    brin: str = "32DD",
    vestiging: str = "",
    achternaam: str = "Zonnebloem",
    geboortedatum: str = "2015-03-09",
    omschrijving: str = "Rekenen lukt niet.",
    bijlagen: tuple[Bijlage, ...] = (),
) -> Dossier:
    return Dossier(
        bericht_id=BerichtId(bericht_id) if bericht_id else new_bericht_id(),
        tijdstip=datetime(2026, 9, 1, 8, 30, tzinfo=UTC),
        school=School(brin=brin, vestiging=vestiging, naam="De Es", plaats="Hasselt"),
        leerling=Leerling(
            leerling_id="l-1",
            voornamen="Quirijn",
            achternaam=achternaam,
            geboortedatum=geboortedatum,
            geslacht="m",
            groep="6",
        ),
        hulpvraag=Hulpvraag(
            hulpvraag_id=HulpvraagId(hulpvraag_id),
            soort="extra ondersteuning",
            titel="Rekenen",
            omschrijving=omschrijving,
            hulpvraagdatum="2026-09-01",
            indiener=Indiener(naam="J. de Vries", functie="ib'er", email="j@example.invalid"),
            toestemming_ouders=True,
        ),
        bijlagen=bijlagen,
    )


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """Argon2id with the least memory there is; test_secret_hashes.py has what it should cost."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_MEMORY_KIB", "_PASSWORD_MEMORY_KIB"):
            patch.setattr(secret_hashes, name, 8)
        yield


@pytest.fixture(scope="session")
def make_dossier() -> MakeDossier:
    """A dossier that no validator has anything against; its routing is up to the test."""
    return build_dossier


@pytest.fixture(scope="session")
def make_bijlage() -> MakeBijlage:
    return build_bijlage


@pytest.fixture
def gateway_file(migrated_files: dict[History, Path], tmp_path: Path) -> Path:
    """An empty SQLite database of the gateway, of the test's own."""
    return Path(shutil.copy(migrated_files[History.GATEWAY], tmp_path / "gateway.db"))


@pytest.fixture
def engine(new_database: Callable[[History], str]) -> Iterator[Engine]:
    """On an empty gateway database of the test's own; once per dialect."""
    engine = open_engine(new_database(History.GATEWAY))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def seal() -> Seal:
    return Seal(Keyring.generate())


@pytest.fixture
def world(new_database: Callable[[History], str], tmp_path: Path, seal: Seal) -> Iterator[World]:
    """swv-a with one school, 32DD, and the omgeving that may push for it."""
    folder = tmp_path / "data"
    folder.mkdir()
    world = World(folder, seal, new_database(History.GATEWAY))
    world.list_school("32DD00")
    world.change(admin.put_swv, Swv(swv_id=SwvId("swv-a"), naam="De Heuvels"))
    world.organisatie("es", "swv-a", "32DD")
    world.koppeling("k-es", OMGEVING, "swv-a", "32DD")
    yield world
    world.stop()
    world.engine.dispose()
