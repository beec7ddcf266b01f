"""Commands for after a restore of a database to an earlier moment (docs/how-to/backup-and-restore.md)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from sqlalchemy import Engine

from gateway.commands.console import actor, out, print_table
from gateway.databases import open_gateway_database, open_store_database
from gateway.restore import MARGIN, Findings, Lost, inspect, put_right
from gateway.settings import read_settings
from gateway.storages import open_gateway_objects, open_store_objects
from gateway.verify import Damaged, verify
from storage import keyring
from storage.seal import Seal

restore_app = typer.Typer(no_args_is_help=True, help="After a restore of a database to an earlier moment.")

AtLeast = Annotated[
    int, typer.Option(min=0, help="The highest dossiernummer that a school shows, if that is known.")
]
_SHOWN = 100


@restore_app.command("check")
def restore_check(at_least: AtLeast = 0) -> None:
    """Compare gateway and store after a restore. Changes nothing; exit 1 if something is to be put right."""
    found = _with_both(lambda gateway, store, seal: inspect(gateway, store, seal, at_least))
    _show(found)
    if not found.nothing_to_do:
        out.print("To put it right, with intake and relay stopped: restore apply")
        raise typer.Exit(1)


@restore_app.command("apply")
def restore_apply(
    at_least: AtLeast = 0,
    margin: Annotated[
        int, typer.Option(min=0, help="Numbers left out above the highest that is known.")
    ] = MARGIN,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Put it right: numbers go beyond all that is known, lost pushes are adopted, lost events offered again.

    Exit 1 if something is left that people must decide.
    """
    if not yes:
        typer.confirm("Is every intake and relay stopped, and has the store emptied its queue?", abort=True)
    who = actor()
    before = _with_both(
        lambda gateway, store, seal: put_right(gateway, store, seal, who, at_least=at_least, margin=margin)
    )
    after = _with_both(lambda gateway, store, seal: inspect(gateway, store, seal, at_least))
    out.print(f"Numbers: the next one is above {after.position} (it was {before.position}).")
    out.print(f"Adopted from the store: {_repaired(before.at_gateway, after.at_gateway)}.")
    out.print(f"Offered to the store again: {_repaired(before.at_store, after.at_store)}.")
    left = [lost for lost in (*after.at_gateway, *after.at_store) if lost.obstacle]
    if left:
        _show_lost("Left for people to decide", left)
        raise typer.Exit(1)


def verify_command() -> None:
    """Read every bijlage again that a row promises, at both ends. Exit 1, with a list, if some are bad."""
    settings = read_settings()
    seal = Seal(keyring.load(settings.keyring_path))
    gateway, store = open_gateway_database(settings), open_store_database(settings)

    async def find() -> list[Damaged]:
        objects, own = open_gateway_objects(settings, seal), open_store_objects(settings, seal)
        return [damaged async for damaged in verify(gateway, store, objects, own)]

    try:
        found = asyncio.run(find())
    finally:
        gateway.dispose()
        store.dispose()
    rows = [
        (one.place, one.bijlage.dossiernummer, one.bijlage.versie, one.bijlage.positie, one.bijlage.object_id)
        for one in found
    ]
    print_table("Not whole", ("place", "dossiernummer", "versie", "positie", "object"), rows)
    if found:
        raise typer.Exit(1)


def _with_both(work: Callable[[Engine, Engine, Seal], Findings]) -> Findings:
    settings = read_settings()
    seal = Seal(keyring.load(settings.keyring_path))
    gateway, store = open_gateway_database(settings), open_store_database(settings)
    try:
        return work(gateway, store, seal)
    finally:
        gateway.dispose()
        store.dispose()


def _repaired(before: Sequence[Lost], after: Sequence[Lost]) -> int:
    return len({lost.event_id for lost in before} - {lost.event_id for lost in after})


def _show(found: Findings) -> None:
    safe = "safe" if found.numbers_safe else "NOT SAFE: numbers would be given twice"
    out.print(f"Numbers: given up to {found.position}, highest known {found.highest}: {safe}.")
    _show_lost("In the store, unknown to the gateway", found.at_gateway)
    _show_lost("Delivered, and not in the store", found.at_store)


def _show_lost(title: str, lost: Sequence[Lost]) -> None:
    rows = [(one.event_id, one.dossiernummer, one.versie, one.obstacle) for one in lost[:_SHOWN]]
    print_table(title, ("event", "dossiernummer", "versie", "obstacle"), rows)
    if len(lost) > _SHOWN:
        out.print(f"and {len(lost) - _SHOWN} more")
