"""Commands for the national BRIN list, and what it lacks (FAQ 9)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from database.engine import reading, writing
from database.koppelingen import list_koppelingen
from database.listed_schools import diff_list, list_schools
from database.organisaties import list_organisaties
from dossier.brin import Brin, Vestiging
from dossier.errors import ConfigurationError
from gateway import configuration
from gateway.commands.console import Yes, actor, out, print_done, print_table
from gateway.commands.koppelingen import print_koppelingen
from gateway.commands.organisaties import print_organisaties
from gateway.databases import open_gateway_database
from gateway.settings import read_settings
from helpdesk import actions
from helpdesk import administration as admin
from routing.brin_list import ListedSchool, read_brin_list

brin_app = typer.Typer(no_args_is_help=True, help="The national BRIN list (FAQ 9).")

Place = Annotated[str, typer.Option(help="Its last two characters.")]


@brin_app.command("import")
def brin_import(
    file: Annotated[Path | None, typer.Argument(help="DUO's CSV; left out: the list we ship.")] = None,
    yes: Yes = False,
) -> None:
    """Import a BRIN list, after showing what it would change."""
    path = file or configuration.shipped_list()
    try:
        brin_list = read_brin_list(path.read_bytes())
    except OSError as exc:
        raise ConfigurationError(f"{path} cannot be read") from exc
    for line in brin_list.rejected_lines:
        out.print(f"line {line} is skipped: no BRIN, vestiging and name in it")
    engine = open_gateway_database(read_settings())
    with reading(engine) as connection:
        diff = diff_list(connection, brin_list.schools)
    for sign, schools in (("+", diff.added), ("~", diff.changed), ("-", diff.removed)):
        for school in schools[:5]:
            out.print(escape(f"  {sign} {school.vestiging} {school.naam}, {school.plaats}"))
        if len(schools) > 5:
            out.print(f"  {sign} and {len(schools) - 5} more")
    if not diff:
        out.print("Nothing to change.")
        return
    if not yes:
        typer.confirm("Apply?", abort=True)
    with writing(engine) as connection:
        admin.import_list(connection, actor(), diff_list(connection, brin_list.schools))
    out.print(f"Imported {len(brin_list.schools)} locations.")


@brin_app.command("add")
def brin_add(
    brin: str,
    naam: Annotated[str, typer.Option(help="Name of the school.")],
    plaats: Annotated[str, typer.Option(help="Place of the school.")],
    vestiging: Place = "00",
) -> None:
    """Add one BRIN that is not in the list yet."""
    code, place = _parse(brin, vestiging)
    school = ListedSchool(brin=code, vestiging=place, naam=naam, plaats=plaats)
    with writing(open_gateway_database(read_settings())) as connection:
        actions.add_school(connection, actor(), school)
    out.print(f"{school.vestiging} is in the list.")


@brin_app.command("change")
def brin_change(
    brin: str,
    naam: Annotated[str | None, typer.Option(help="Name of the school.")] = None,
    plaats: Annotated[str | None, typer.Option(help="Place of the school.")] = None,
    vestiging: Place = "00",
) -> None:
    """Correct the name or place of one that is in the list."""
    if naam is None and plaats is None:
        raise ConfigurationError("name what to change: --naam, --plaats")
    _, place = _parse(brin, vestiging)
    with writing(open_gateway_database(read_settings())) as connection:
        told = actions.change_school(connection, actor(), place, naam, plaats)
    print_done(f"BRIN {place}", told)


@brin_app.command("remove")
def brin_remove(brin: str, vestiging: Place = "00") -> None:
    """Remove one that was added by mistake: not of the national list, and in use nowhere."""
    _, place = _parse(brin, vestiging)
    with writing(open_gateway_database(read_settings())) as connection:
        told = actions.remove_school(connection, actor(), place)
    print_done(f"BRIN {place} is removed", told)


@brin_app.command("show")
def brin_show(brin: str) -> None:
    """Show the locations of one BRIN and where it is set."""
    code = admin.as_brin(brin)
    with reading(open_gateway_database(read_settings())) as connection:
        schools = list_schools(connection, code)
        set_at = [o for o in list_organisaties(connection) if o.brin == code]
        koppelingen = [k for k in list_koppelingen(connection) if code in k.brins]
    print_table(
        f"BRIN {code} in the list",
        ("vestiging", "naam", "plaats"),
        [(s.vestiging, s.naam, s.plaats) for s in schools],
    )
    print_organisaties(set_at)
    print_koppelingen(koppelingen)


def _parse(brin: str, vestiging: str) -> tuple[Brin, Vestiging]:
    code = admin.as_brin(brin)
    return code, admin.as_vestiging(vestiging, code)
