"""Commands for SWVs, their organisaties, and the BRIN set at each (FAQ 6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from database.engine import reading, writing
from database.organisaties import Swv, find_organisatie, list_organisaties, list_swvs
from dossier.errors import ConfigurationError
from gateway.commands.console import actor, print_done, print_table
from gateway.databases import open_gateway_database
from gateway.settings import read_settings
from helpdesk import actions
from helpdesk import administration as admin
from routing.tables import Organisatie

swv_app = typer.Typer(no_args_is_help=True, help="Samenwerkingsverbanden.")
organisatie_app = typer.Typer(no_args_is_help=True, help="Organisaties and the BRIN set at each (FAQ 6).")


@swv_app.command("add")
def swv_add(swv_id: str, naam: str) -> None:
    """Add a SWV."""
    with writing(open_gateway_database(read_settings())) as connection:
        actions.add_swv(connection, actor(), Swv(swv_id=admin.as_swv_id(swv_id), naam=naam))
    print_done(f"SWV {swv_id}", "is added")


@swv_app.command("rename")
def swv_rename(swv_id: str, naam: str) -> None:
    """Give a SWV another name."""
    with writing(open_gateway_database(read_settings())) as connection:
        told = actions.rename_swv(connection, actor(), admin.as_swv_id(swv_id), naam)
    print_done(f"SWV {swv_id}", told)


@swv_app.command("list")
def swv_list() -> None:
    """List the SWVs."""
    with reading(open_gateway_database(read_settings())) as connection:
        swvs = list_swvs(connection)
    print_table("SWVs", ("id", "naam"), [(s.swv_id, s.naam) for s in swvs])


@organisatie_app.command("add")
def organisatie_add(
    organisatie_id: str,
    swv: Annotated[str, typer.Option(help="Id of its SWV.")],
    naam: Annotated[str, typer.Option(help="Name of the school.")],
    brin: Annotated[str | None, typer.Option(help="Its BRIN.")] = None,
    vestiging: Annotated[str | None, typer.Option(help="Only this vestiging of the BRIN.")] = None,
) -> None:
    """Add an organisatie."""
    code, place = admin.as_place(brin, vestiging)
    value = Organisatie(
        organisatie_id=admin.as_organisatie_id(organisatie_id),
        swv_id=admin.as_swv_id(swv),
        naam=naam,
        brin=code,
        vestiging=place,
    )
    with writing(open_gateway_database(read_settings())) as connection:
        actions.add_organisatie(connection, actor(), value)
        warnings = admin.brin_warnings(connection, value)
    print_done(f"organisatie {organisatie_id}", "is added", warnings)


@organisatie_app.command("set-brin")
def organisatie_set_brin(
    organisatie_id: str,
    brin: Annotated[str, typer.Argument(help="The BRIN, or - for none.")],
    vestiging: Annotated[str | None, typer.Option(help="Only this vestiging of the BRIN.")] = None,
) -> None:
    """Set the BRIN of an organisatie (Beheer > Organisatie > bewerken)."""
    code, place = admin.as_place(None if brin == "-" else brin, vestiging)
    key = admin.as_organisatie_id(organisatie_id)
    with writing(open_gateway_database(read_settings())) as connection:
        told = actions.set_brin(connection, actor(), key, code, place)
        saved = find_organisatie(connection, key)
        warnings = admin.brin_warnings(connection, saved) if saved else []
    print_done(f"organisatie {organisatie_id}", told, warnings)


@organisatie_app.command("change")
def organisatie_change(
    organisatie_id: str,
    swv: Annotated[str | None, typer.Option(help="Id of the SWV to move it to.")] = None,
    naam: Annotated[str | None, typer.Option(help="Name of the school.")] = None,
) -> None:
    """Move an organisatie to another SWV, or give it another name. Its BRIN and dossiers stay."""
    if swv is None and naam is None:
        raise ConfigurationError("name what to change: --swv, --naam")
    key = admin.as_organisatie_id(organisatie_id)
    with writing(open_gateway_database(read_settings())) as connection:
        place = admin.as_swv_id(swv) if swv is not None else None
        told = actions.change_organisatie(connection, actor(), key, place, naam)
        saved = find_organisatie(connection, key)
        warnings = admin.brin_warnings(connection, saved) if saved else []
    print_done(f"organisatie {organisatie_id}", told, warnings)


@organisatie_app.command("list")
def organisatie_list() -> None:
    """List the organisaties with their BRIN."""
    with reading(open_gateway_database(read_settings())) as connection:
        print_organisaties(list_organisaties(connection))


def print_organisaties(organisaties: Iterable[Organisatie]) -> None:
    rows = [(o.organisatie_id, o.swv_id, o.naam, o.brin or "-", o.vestiging or "") for o in organisaties]
    print_table("Organisaties", ("id", "SWV", "naam", "BRIN", "vestiging"), rows)
