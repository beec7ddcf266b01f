"""A store with dossiers in two SWVs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from components.kindkans_api import StoreWorld
from database.migrate import History
from dossier.identifiers import OrganisatieId, SwvId
from kindkans.dossiers.organisaties import ensure_organisatie

NewDatabase = Callable[[History], str]


def a_world(url: str, folder: Path) -> StoreWorld:
    made = StoreWorld(url, folder)
    for organisatie, swv in (("o1", "s1"), ("o2", "s1"), ("o3", "s2")):
        made.do(ensure_organisatie, OrganisatieId(organisatie), SwvId(swv), f"School {organisatie}")
    return made


@pytest.fixture
def world(new_sqlite: NewDatabase, tmp_path: Path) -> Iterator[StoreWorld]:
    made = a_world(new_sqlite(History.KINDKANS), tmp_path)
    yield made
    made.close()


@pytest.fixture
def either(new_database: NewDatabase, tmp_path: Path) -> Iterator[StoreWorld]:
    """As world, once per dialect."""
    made = a_world(new_database(History.KINDKANS), tmp_path)
    yield made
    made.close()
