"""The command for all settings from one YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from database.engine import reading, writing
from gateway import configuration
from gateway.commands.console import Yes, actor, out, print_secret
from gateway.databases import open_gateway_database
from gateway.settings import read_settings

config_app = typer.Typer(no_args_is_help=True, help="All of these from one YAML file.")


@config_app.command("apply")
def config_apply(
    file: Path,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    yes: Yes = False,
) -> None:
    """Apply a YAML file, after showing what it would change. Twice is the same as once."""
    wanted = configuration.read_file(file)
    engine = open_gateway_database(read_settings())
    with reading(engine) as connection:
        changes = configuration.diff(connection, wanted, file.parent)
    for change in changes:
        out.print(escape(change.description))
    if not changes:
        out.print("Nothing to change.")
    if dry_run or not changes:
        return
    if not yes:
        typer.confirm(f"Apply {len(changes)} changes?", abort=True)
    with writing(engine) as connection:  # all or nothing
        changes = configuration.diff(connection, wanted, file.parent)
        secrets = [change.apply(connection, actor()) for change in changes]
    out.print(f"Applied {len(changes)} changes.")
    for secret in filter(None, secrets):
        print_secret(secret)
