"""Opens the two databases of a process, at the schema of this version."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from database.engine import open_engine
from database.migrate import History, bring_up_to_date
from gateway.settings import Settings


def open_gateway_database(settings: Settings) -> Engine:
    """Raises ConfigurationError for a database of another version, Unavailable("database")."""
    return _open(settings, settings.gateway_database, History.GATEWAY)


def open_store_database(settings: Settings) -> Engine:
    """Likewise, of the core store."""
    return _open(settings, settings.kindkans_database, History.KINDKANS)


def prepare_folder(folder: Path) -> None:
    """Made for its owner only: it will hold keys and dossiers."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _open(settings: Settings, url: str, history: History) -> Engine:
    prepare_folder(settings.data_folder)
    engine = open_engine(url)
    bring_up_to_date(engine, history)
    return engine
