"""The command for what has had its time: it shows, and removes only when told to."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from database.retention import Due
from dossier.timestamps import from_ms
from gateway.commands.console import actor, out, print_table
from gateway.databases import open_gateway_database
from gateway.retention import Kind, Policy, Removed, Retention, plan
from gateway.settings import read_settings
from gateway.storages import open_gateway_objects
from storage import keyring
from storage.seal import Seal

_WHAT = {
    Kind.INHOUD: "content (payload and bijlagen) of what was delivered",
    Kind.HISTORIE: "outbox row and tijdlijn of what was delivered",
    Kind.AFWIJZINGEN: "records of rejections",
}


def retention_command(
    apply: Annotated[bool, typer.Option("--apply", help="Remove it; without this it is only shown.")] = False,
) -> None:
    """Show what has had its time (RETENTION_*_DAYS); with --apply remove it. Only what is delivered."""
    settings = read_settings()
    objects = open_gateway_objects(settings, Seal(keyring.load(settings.keyring_path)))
    policy = Policy.of(settings)
    engine = open_gateway_database(settings)
    try:
        due = plan(engine, policy)
        print_table(
            "Retention",
            ("kind", "what", "days", "due", "oldest", "newest"),
            [(kind, _WHAT[kind], policy.days[kind] or "never", *_cells(due[kind])) for kind in Kind],
        )
        if not apply:
            out.print("Nothing is removed: that takes --apply.")
            return
        _report(asyncio.run(Retention(engine, objects, policy, actor()).apply()))
    finally:
        engine.dispose()


def _report(removed: Removed) -> None:
    out.print(f"Removed: {removed.detail}")
    if removed.left_behind:
        out.print(
            f"Storage kept the bijlagen of {removed.left_behind} pushes; no row names them any more "
            "and the sweeper of intake removes them."
        )


def _cells(due: Due | None) -> tuple[str, str, str]:
    if due is None:
        return "-", "", ""
    return str(due.count), _minute(due.oldest_ms), _minute(due.newest_ms)


def _minute(moment_ms: int | None) -> str:
    return from_ms(moment_ms).isoformat(" ", "minutes") if moment_ms is not None else ""
