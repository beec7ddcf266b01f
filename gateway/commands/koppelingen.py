"""Commands for omgevingen and their koppelingen: who may push, for which BRIN (FAQ 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Concatenate, ParamSpec

import typer
from sqlalchemy import Connection

from database.engine import reading, writing
from database.koppelingen import list_koppelingen, list_omgevingen
from dossier.brin import Brin
from dossier.identifiers import KoppelingId
from gateway.commands.console import Yes, actor, print_done, print_secret, print_table
from gateway.databases import open_gateway_database
from gateway.settings import read_settings
from helpdesk import actions
from helpdesk import administration as admin
from routing.tables import Koppeling, KoppelingStatus

P = ParamSpec("P")

koppeling_app = typer.Typer(no_args_is_help=True, help="Koppelingen: who may push, for which BRIN (FAQ 8).")
omgeving_app = typer.Typer(no_args_is_help=True, help="ParnasSys omgevingen: who has a secret to push with.")


@omgeving_app.command("list")
def omgeving_list() -> None:
    """List the omgevingen with their koppelingen; one without any can push nothing."""
    with reading(open_gateway_database(read_settings())) as connection:
        koppelingen = list_koppelingen(connection)
        omgevingen = list_omgevingen(connection)
    rows = [
        (
            o.omgeving_id,
            o.naam,
            ", ".join(f"{k.koppeling_id} ({k.status})" for k in koppelingen if k.omgeving_id == o.omgeving_id)
            or "none",
        )
        for o in omgevingen
    ]
    print_table("Omgevingen", ("id", "naam", "koppelingen"), rows)


@koppeling_app.command("add")
def koppeling_add(
    koppeling_id: str,
    omgeving: Annotated[str, typer.Option(help="Id of the ParnasSys omgeving.")],
    swv: Annotated[str, typer.Option(help="Id of the SWV it leads to.")],
    brin: Annotated[list[str], typer.Option(help="A BRIN it covers; repeat for more.")],
    naam: Annotated[str, typer.Option(help="Name of a new omgeving.")] = "",
    active: Annotated[bool, typer.Option("--active", help="Activate it at once.")] = False,
) -> None:
    """Add a koppeling. Prints the secret of a new omgeving, once."""
    value = Koppeling(
        koppeling_id=admin.as_koppeling_id(koppeling_id),
        omgeving_id=admin.as_omgeving_id(omgeving),
        swv_id=admin.as_swv_id(swv),
        status=KoppelingStatus.ACTIEF if active else KoppelingStatus.AANGEVRAAGD,
        brins=_brins(brin),
    )
    with writing(open_gateway_database(read_settings())) as connection:
        secret = actions.add_koppeling(connection, actor(), value, naam)
        warnings = actions.koppeling_warnings(connection, value.koppeling_id)
    print_done(f"koppeling {koppeling_id}", f"is added ({value.status})", warnings)
    if secret is not None:
        print_secret(f"{value.omgeving_id}: {secret}")


@koppeling_app.command("add-brin")
def koppeling_add_brin(koppeling_id: str, brins: list[str]) -> None:
    """Let a koppeling cover more BRINs. Those it covers, and its status, stay."""
    _change(koppeling_id, actions.add_brins, _brins(brins))


@koppeling_app.command("remove-brin")
def koppeling_remove_brin(koppeling_id: str, brins: list[str]) -> None:
    """Let a koppeling no longer cover these BRINs: their pushes get KOPPELING_ONJUIST."""
    _change(koppeling_id, actions.remove_brins, _brins(brins))


@koppeling_app.command("change")
def koppeling_change(
    koppeling_id: str, swv: Annotated[str, typer.Option(help="Id of the SWV it must lead to.")]
) -> None:
    """Let a koppeling lead to another SWV. Its BRINs and status stay."""
    _change(koppeling_id, actions.change_koppeling, admin.as_swv_id(swv))


@koppeling_app.command("activate")
def koppeling_activate(koppeling_id: str) -> None:
    """Activate a koppeling: its pushes are accepted from now on."""
    _change(koppeling_id, actions.set_status, KoppelingStatus.ACTIEF)


@koppeling_app.command("deactivate")
def koppeling_deactivate(koppeling_id: str) -> None:
    """Switch a koppeling off: its pushes get KOPPELING_INACTIEF."""
    _change(koppeling_id, actions.set_status, KoppelingStatus.INACTIEF)


@koppeling_app.command("remove")
def koppeling_remove(koppeling_id: str) -> None:
    """Remove a koppeling that was made by mistake: one through which nothing ever came."""
    with writing(open_gateway_database(read_settings())) as connection:
        told = actions.remove_koppeling(connection, actor(), admin.as_koppeling_id(koppeling_id))
    print_done(f"koppeling {koppeling_id} is removed", told)


@koppeling_app.command("rotate-secret")
def koppeling_rotate_secret(omgeving_id: str, yes: Yes = False) -> None:
    """Give an omgeving a new secret, printed once. The old one stops working within seconds."""
    if not yes:
        typer.confirm(f"The current secret of {omgeving_id} stops working. Go on?", abort=True)
    with writing(open_gateway_database(read_settings())) as connection:
        secret = admin.rotate_secret(connection, actor(), admin.as_omgeving_id(omgeving_id))
    print_secret(f"{omgeving_id}: {secret}")


@koppeling_app.command("list")
def koppeling_list() -> None:
    """List the koppelingen."""
    with reading(open_gateway_database(read_settings())) as connection:
        print_koppelingen(list_koppelingen(connection))


def print_koppelingen(koppelingen: Iterable[Koppeling]) -> None:
    rows = [
        (k.koppeling_id, k.omgeving_id, k.swv_id, k.status, ", ".join(str(b) for b in sorted(k.brins)))
        for k in koppelingen
    ]
    print_table("Koppelingen", ("id", "omgeving", "SWV", "status", "BRIN"), rows)


def _brins(codes: Iterable[str]) -> frozenset[Brin]:
    return frozenset(admin.as_brin(code) for code in codes)


def _change(
    koppeling_id: str,
    action: Callable[Concatenate[Connection, str, KoppelingId, P], str],
    *arguments: P.args,
    **named: P.kwargs,
) -> None:
    key = admin.as_koppeling_id(koppeling_id)
    with writing(open_gateway_database(read_settings())) as connection:
        told = action(connection, actor(), key, *arguments, **named)
        warnings = actions.koppeling_warnings(connection, key)
    print_done(f"koppeling {koppeling_id}", told, warnings)
