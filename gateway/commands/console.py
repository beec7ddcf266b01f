"""What the commands share: who is asking, and how things are shown."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

out = Console()
err = Console(stderr=True)


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
