"""Opens the two databases of a process, at the schema of this version."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from database.engine import check_durable, open_engine
from database.migrate import History, check_current, upgrade
from gateway.settings import Settings


def open_gateway_database(settings: Settings) -> Engine:
    """Raises ConfigurationError for one that is too old or loses data, Unavailable("database")."""
    return _open(_gateway(settings), History.GATEWAY)


def open_store_database(settings: Settings) -> Engine:
    """Likewise, of the core store."""
    return _open(_store(settings), History.KINDKANS)


def migrate_databases(settings: Settings) -> None:
    """Both, to the schema of this version."""
    for engine, history in ((_gateway(settings), History.GATEWAY), (_store(settings), History.KINDKANS)):
        try:
            check_durable(engine)
            upgrade(engine, history)
        finally:
            engine.dispose()


def prepare_folder(folder: Path) -> None:
    """Made for its owner only: it will hold keys and dossiers."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _gateway(settings: Settings) -> Engine:
    prepare_folder(settings.data_folder)
    return open_engine(settings.gateway_database, password=settings.database_password, name="gateway")


def _store(settings: Settings) -> Engine:
    prepare_folder(settings.data_folder)
    return open_engine(settings.kindkans_database, password=settings.kindkans_database_password, name="store")


def _open(engine: Engine, history: History) -> Engine:
    """SQLite, which only we use, is upgraded; of another database it is checked that somebody did."""
    if engine.dialect.name == "sqlite":
        upgrade(engine, history)
    else:
        check_durable(engine)
        check_current(engine, history)
    return engine
