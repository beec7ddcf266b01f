"""What the commands share: who is asking, and how things are shown."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

# Into a pipe or a file lines are not cut to a screen's width: ids must be whole to be copied.
out = Console(width=None if sys.stdout.isatty() else 160)
err = Console(stderr=True)


Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


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


def print_secret(text: str) -> None:
    out.print("[bold]Secret (shown once, note it now):[/bold]")
    out.print(text, markup=False, highlight=False, soft_wrap=True)


def print_done(what: str, told: str, warnings: Sequence[str] = ()) -> None:
    """`what` was changed as `told`: old -> new; and what is still in the way."""
    out.print(escape(f"{what}: {told}"), soft_wrap=True)
    for warning in warnings:
        out.print(f"[yellow]warning:[/yellow] {escape(warning)}", soft_wrap=True)
