"""The command that moves a dossier to another organisatie (FAQ 2)."""

from __future__ import annotations

from typing import Annotated

import typer

from database.engine import writing
from dossier.identifiers import Dossiernummer
from gateway.commands.console import actor, print_done
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
