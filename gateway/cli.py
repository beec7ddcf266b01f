"""The command line: `kindkans-gateway`. Settings come from the environment (gateway/settings.py)."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from pathlib import Path

import typer
import uvloop

from brokers.provision import provision
from dossier.errors import GatewayError
from gateway import process
from gateway.commands import brins, configure, koppelingen, organisaties, restore, retention, submissions
from gateway.commands.console import err, out
from gateway.databases import migrate_databases
from gateway.drain import Drain
from gateway.logs import configure_logs, get_logger
from gateway.parts import Running
from gateway.settings import Settings, read_settings
from gateway.wiring import (
    Role,
    Wiring,
    external_broker,
)
from storage import keyring

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they show local variables: a child's data
    help="The integration gateway between ParnasSys and Kindkans.",
)
app.add_typer(brins.brin_app, name="brin")
app.add_typer(organisaties.swv_app, name="swv")
app.add_typer(organisaties.organisatie_app, name="organisatie")
app.add_typer(koppelingen.omgeving_app, name="omgeving")
app.add_typer(koppelingen.koppeling_app, name="koppeling")
app.add_typer(configure.config_app, name="config")
app.add_typer(submissions.inzending_app, name="inzending")
app.add_typer(submissions.dead_letter_app, name="dead-letter")
app.add_typer(submissions.audit_app, name="audit")
app.add_typer(restore.restore_app, name="restore")
app.command("reconcile")(submissions.reconcile_command)
app.command("verify")(restore.verify_command)
app.command("retention")(retention.retention_command)
keys_app = typer.Typer(no_args_is_help=True, help="The keyring (KEY_FILE).")
app.add_typer(keys_app, name="keys")


@app.command()
def up() -> None:
    """Run everything in one process: broker, intake, relay and the core store. Data under ./data."""
    _run("up", {Role.BROKER, Role.INTAKE, Role.RELAY, Role.KINDKANS})


@app.command()
def intake() -> None:
    """Run the intake only: receives pushes, answers, fills the outbox."""
    _run("intake", {Role.INTAKE})


@app.command()
def relay() -> None:
    """Run the relay only: publishes the outbox, takes the store's receipts."""
    _run("relay", {Role.RELAY})


@app.command()
def kindkans() -> None:
    """Run the core Kindkans store only."""
    _run("kindkans", {Role.KINDKANS})


@app.command()
def broker() -> None:
    """Run the embedded broker only, for roles that run apart on this machine."""
    _run("broker", {Role.BROKER})


@app.command()
def migrate() -> None:
    """Bring the databases to this version's schema."""
    migrate_databases(read_settings())
    out.print("The databases are at this version's schema.")


@app.command("provision")
def provision_command() -> None:
    """Declare the queues of an external broker (BROKER_URL). Safe to repeat. `up` does it for its own."""
    settings = read_settings()
    address = external_broker(settings)
    names = asyncio.run(provision(address, settings.topology))
    out.print(f"Declared at {address.url}: {', '.join(names)}", soft_wrap=True)


@keys_app.command("create")
def keys_create() -> None:
    """Make the key file, once, at the very first set-up. It never replaces one."""
    path = read_settings().keyring_path
    keyring.create(path)
    out.print(
        f"Made {path}. Without it nothing that is sealed can be read: back it up now, apart from the rest.",
        soft_wrap=True,
    )


@app.command()
def demo() -> None:
    """Show the main job: a whole gateway, some forty pushes, and the proof. Exit 0 only if it holds."""
    from gateway.demo.run import run_demo  # zeep takes a second to import

    raise typer.Exit(0 if run_demo() else 1)


def _run(name: str, roles: set[Role]) -> None:
    settings = read_settings()
    configure_logs(log_format=settings.log_format, log_level=settings.log_level)
    drain = Drain(settings.drain_seconds)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        code = runner.run(_serve(settings, name, roles, drain))
    drain.finish()
    raise typer.Exit(code)


async def _serve(settings: Settings, name: str, roles: set[Role], drain: Drain) -> int:
    failure = process.Failure()
    built = Wiring(settings, failure).build(roles)
    log = get_logger(role=name)
    log.info("process_starting", url=built.soap_url, what=built.ops_url)
    if _open_to_others(settings.data_folder):
        log.warning("data_folder_open_to_others", what="chmod 700 DATA_FOLDER")
    running = Running(settings.data_folder, name, soap_url=built.soap_url, ops_url=built.ops_url)
    return await process.run([*built.parts, running], failure, drain)


def _open_to_others(folder: Path) -> bool:
    return bool(stat.S_IMODE(folder.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO))


def main() -> None:
    """Every error of ours is one line and exit code 2; a traceback would show what it holds."""
    os.umask(0o077)  # all that we and the embedded broker write is for our own user, wherever it lands
    try:
        app()
    except GatewayError as exc:
        err.print(f"kindkans-gateway: {exc}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
