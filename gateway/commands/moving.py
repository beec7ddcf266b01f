"""The command that moves a dossier to another organisatie (FAQ 2), and what was moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from database.engine import writing
from database.moves import MoveRecord
from dossier.identifiers import Dossiernummer
from dossier.timestamps import from_ms
from gateway.commands.console import actor, print_done, print_table
from gateway.databases import open_gateway_database
from gateway.settings import read_settings
from helpdesk import administration as admin
from helpdesk.moving import move


def move_command(
    dossiernummer: Annotated[int, typer.Argument(min=1, max=2**63 - 1)],
    organisatie: Annotated[str, typer.Argument(help="Id of the organisatie that it goes to.")],
    toelichting: Annotated[str, typer.Option(help="Why; never a word about the leerling.")],
) -> None:
    """Move a dossier to another organisatie, and what is pushed for it later too."""
    to = admin.as_organisatie_id(organisatie)
    with writing(open_gateway_database(read_settings())) as connection:
        moved = move(connection, actor(), Dossiernummer(dossiernummer), to, toelichting)
    print_done(
        f"dossier {dossiernummer}",
        f"organisatie {moved.van.organisatie_id} -> {moved.naar.organisatie_id}, "
        f"SWV {moved.van.swv_id} -> {moved.naar.swv_id}; it goes to the store as event {moved.event_id}",
    )


def print_moves(moves: Sequence[MoveRecord]) -> None:
    """Nothing of a dossier that was never moved."""
    rows = [
        (
            f"{from_ms(m.at_ms):%Y-%m-%d %H:%M}",
            m.actor,
            m.van_organisatie_id,
            m.naar_organisatie_id,
            m.versie,
            m.toelichting,
        )
        for m in moves
    ]
    if rows:
        print_table("Verplaatsingen", ("at (UTC)", "who", "from", "to", "versie", "toelichting"), rows)
