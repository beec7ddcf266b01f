"""Commands for what routing and access go by: BRIN list, SWVs, organisaties, koppelingen, the YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from database.engine import reading, writing
from database.koppelingen import list_koppelingen
from database.listed_schools import diff_list, list_schools
from database.organisaties import Swv, find_organisatie, list_organisaties, list_swvs
from dossier.errors import ConfigurationError
from gateway import administration as admin
from gateway import configuration
from gateway.commands.console import actor, out, print_table
from gateway.databases import open_gateway_database
from gateway.settings import read_settings
from routing.brin_list import ListedSchool, read_brin_list
from routing.tables import Koppeling, KoppelingStatus, Organisatie

brin_app = typer.Typer(no_args_is_help=True, help="The national BRIN list (FAQ 9).")
swv_app = typer.Typer(no_args_is_help=True, help="Samenwerkingsverbanden.")
organisatie_app = typer.Typer(no_args_is_help=True, help="Organisaties and the BRIN set at each (FAQ 6).")
koppeling_app = typer.Typer(no_args_is_help=True, help="Koppelingen: who may push, for which BRIN (FAQ 8).")
config_app = typer.Typer(no_args_is_help=True, help="All of these from one YAML file.")

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


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
    vestiging: Annotated[str, typer.Option(help="Its last two characters.")] = "00",
) -> None:
    """Add one BRIN that is not in the list yet."""
    code = admin.as_brin(brin)
    school = ListedSchool(brin=code, vestiging=admin.as_vestiging(vestiging, code), naam=naam, plaats=plaats)
    with writing(open_gateway_database(read_settings())) as connection:
        admin.put_listed_school(connection, actor(), school)
    out.print(f"{school.vestiging} is in the list.")


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
    _print_organisaties(set_at)
    _print_koppelingen(koppelingen)


@swv_app.command("add")
def swv_add(swv_id: str, naam: str) -> None:
    """Add a SWV, or change its name."""
    with writing(open_gateway_database(read_settings())) as connection:
        admin.put_swv(connection, actor(), Swv(swv_id=admin.as_swv_id(swv_id), naam=naam))
    out.print(f"SWV {swv_id} is saved.")


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
    """Add an organisatie, or change all of it."""
    code = admin.as_brin(brin) if brin else None
    value = Organisatie(
        organisatie_id=admin.as_organisatie_id(organisatie_id),
        swv_id=admin.as_swv_id(swv),
        naam=naam,
        brin=code,
        vestiging=admin.as_vestiging(vestiging, code) if vestiging and code else None,
    )
    with writing(open_gateway_database(read_settings())) as connection:
        admin.put_organisatie(connection, actor(), value)
        warnings = admin.brin_warnings(connection, value)
    _saved(f"organisatie {organisatie_id}", warnings)


@organisatie_app.command("set-brin")
def organisatie_set_brin(
    organisatie_id: str,
    brin: Annotated[str, typer.Argument(help="The BRIN, or - for none.")],
    vestiging: Annotated[str | None, typer.Option(help="Only this vestiging of the BRIN.")] = None,
) -> None:
    """Set the BRIN of an organisatie (Beheer > Organisatie > bewerken)."""
    code = None if brin == "-" else admin.as_brin(brin)
    place = admin.as_vestiging(vestiging, code) if vestiging and code else None
    with writing(open_gateway_database(read_settings())) as connection:
        key = admin.as_organisatie_id(organisatie_id)
        admin.set_brin(connection, actor(), key, code, place)
        saved = find_organisatie(connection, key)
        warnings = admin.brin_warnings(connection, saved) if saved else []
    _saved(f"organisatie {organisatie_id}", warnings)


@organisatie_app.command("list")
def organisatie_list() -> None:
    """List the organisaties with their BRIN."""
    with reading(open_gateway_database(read_settings())) as connection:
        _print_organisaties(list(list_organisaties(connection)))


@koppeling_app.command("add")
def koppeling_add(
    koppeling_id: str,
    omgeving: Annotated[str, typer.Option(help="Id of the ParnasSys omgeving.")],
    swv: Annotated[str, typer.Option(help="Id of the SWV it leads to.")],
    brin: Annotated[list[str], typer.Option(help="A BRIN it covers; repeat for more.")],
    naam: Annotated[str, typer.Option(help="Name of a new omgeving.")] = "",
    active: Annotated[bool, typer.Option("--active", help="Activate it at once.")] = False,
) -> None:
    """Add a koppeling, or change all of it. Prints the secret of a new omgeving, once."""
    value = Koppeling(
        koppeling_id=admin.as_koppeling_id(koppeling_id),
        omgeving_id=admin.as_omgeving_id(omgeving),
        swv_id=admin.as_swv_id(swv),
        status=KoppelingStatus.ACTIEF if active else KoppelingStatus.AANGEVRAAGD,
        brins=frozenset(admin.as_brin(code) for code in brin),
    )
    with writing(open_gateway_database(read_settings())) as connection:
        secret = admin.put_koppeling(connection, actor(), value, naam)
    _saved(f"koppeling {koppeling_id} ({value.status})", [])
    if secret is not None:
        print_secret(f"{value.omgeving_id}: {secret}")


@koppeling_app.command("activate")
def koppeling_activate(koppeling_id: str) -> None:
    """Activate a koppeling: its pushes are accepted from now on."""
    _set_status(koppeling_id, KoppelingStatus.ACTIEF)


@koppeling_app.command("deactivate")
def koppeling_deactivate(koppeling_id: str) -> None:
    """Switch a koppeling off: its pushes get KOPPELING_INACTIEF."""
    _set_status(koppeling_id, KoppelingStatus.INACTIEF)


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
        _print_koppelingen(list_koppelingen(connection))


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


def print_secret(text: str) -> None:
    out.print("[bold]Secret (shown once, note it now):[/bold]")
    out.print(text, markup=False, highlight=False, soft_wrap=True)


def _set_status(koppeling_id: str, status: KoppelingStatus) -> None:
    with writing(open_gateway_database(read_settings())) as connection:
        admin.set_koppeling_status(connection, actor(), admin.as_koppeling_id(koppeling_id), status)
    _saved(f"koppeling {koppeling_id} ({status})", [])


def _saved(what: str, warnings: list[str]) -> None:
    out.print(f"{what} is saved.")
    for warning in warnings:
        out.print(f"[yellow]warning:[/yellow] {escape(warning)}")


def _print_organisaties(organisaties: list[Organisatie]) -> None:
    rows = [(o.organisatie_id, o.swv_id, o.naam, o.brin or "-", o.vestiging or "") for o in organisaties]
    print_table("Organisaties", ("id", "SWV", "naam", "BRIN", "vestiging"), rows)


def _print_koppelingen(koppelingen: list[Koppeling]) -> None:
    rows = [
        (k.koppeling_id, k.omgeving_id, k.swv_id, k.status, ", ".join(str(b) for b in sorted(k.brins)))
        for k in koppelingen
    ]
    print_table("Koppelingen", ("id", "omgeving", "SWV", "status", "BRIN"), rows)
