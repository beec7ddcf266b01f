"""What the commands share: the database, who is asking, tables, and errors as one line."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from database.engine import open_engine
from database.migrate import check_current, upgrade
from gateway.settings import Settings, read_settings

out = Console()
err = Console(stderr=True)


def open_gateway_database(settings: Settings | None = None) -> Engine:
    """The gateway's database, at this version's schema (SQLite is brought there, others are checked)."""
    settings = settings or read_settings()
    prepare_folder(settings.data_folder)
    engine = open_engine(settings.gateway_database)
    if engine.dialect.name == "sqlite":
        upgrade(engine)
    else:
        check_current(engine)
    return engine


def prepare_folder(folder: Path) -> None:
    """Made for its owner only: it will hold keys and dossiers."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def actor() -> str:
    """Who the audit names: the account that runs the command."""
    return f"cli:{getpass.getuser()}"


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    out.print(table if table.row_count else f"{title}: none")
