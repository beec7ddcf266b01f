"""What the commands share: who is asking, and how things are shown."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

# Into a pipe or a file lines are not cut to a screen's width: ids must be whole to be copied.
out = Console(width=None if sys.stdout.isatty() else 160)
err = Console(stderr=True)


def actor() -> str:
    """Who the audit names: the account that runs the command."""
    return f"cli:{getpass.getuser()}"


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=number == 0)
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    out.print(table if table.row_count else f"{title}: none")
