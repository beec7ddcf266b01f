"""The command line: `kindkans-gateway`. Settings come from the environment (gateway/settings.py).

A role starts without the commands of people: they are a quarter of what it would import, and a killed role is
to be back soon.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Annotated

import typer

from dossier.errors import GatewayError
from gateway.commands.console import err, out
from gateway.databases import migrate_databases
from gateway.settings import read_settings
from storage import keyring

ROLES = "up", "intake", "relay", "kindkans", "helpdesk", "broker"

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they show local variables: a child's data
    help="The integration gateway between ParnasSys and Kindkans.",
)
keys_app = typer.Typer(no_args_is_help=True, help="The keyring (KEY_FILE).")
app.add_typer(keys_app, name="keys")


@app.command()
def up() -> None:
    """Run everything in one process: broker, intake, relay, core store, helpdesk. Data under ./data."""
    _run("up", "broker", "intake", "relay", "kindkans", "helpdesk")


@app.command()
def intake() -> None:
    """Run the intake only: receives pushes, answers, fills the outbox."""
    _run("intake", "intake")


@app.command()
def relay() -> None:
    """Run the relay only: publishes the outbox, takes the store's receipts."""
    _run("relay", "relay")


@app.command()
def kindkans() -> None:
    """Run the core Kindkans store only."""
    _run("kindkans", "kindkans")


@app.command()
def helpdesk() -> None:
    """Run the helpdesk's pages only."""
    _run("helpdesk", "helpdesk")


@app.command()
def broker() -> None:
    """Run the embedded broker only, for roles that run apart on this machine."""
    _run("broker", "broker")


@app.command()
def migrate() -> None:
    """Bring the databases to this version's schema."""
    migrate_databases(read_settings())
    out.print("The databases are at this version's schema.")


@app.command("provision")
def provision_command() -> None:
    """Declare the queues of an external broker (BROKER_URL). Safe to repeat. `up` does it for its own."""
    from gateway.serve import declare_queues  # the brokers take half a second to import

    url, names = declare_queues(read_settings())
    out.print(f"Declared at {url}: {', '.join(names)}", soft_wrap=True)


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
def demo(
    stay: Annotated[
        bool, typer.Option("--stay", help="Keep it running, with an account for the helpdesk, until Ctrl+C.")
    ] = False,
) -> None:
    """Show the main job: a whole gateway, some forty pushes, and the proof. Exit 0 only if it holds."""
    from gateway.demo.run import run_demo  # zeep takes a second to import

    raise typer.Exit(0 if run_demo(stay=stay) else 1)


def _run(name: str, *roles: str) -> None:
    from gateway.serve import serve_roles  # the brokers take half a second to import

    raise typer.Exit(serve_roles(read_settings(), name, roles))


@cache
def whole_app() -> typer.Typer:
    """With the commands of people."""
    from gateway.commands.everything import add_commands

    add_commands(app)
    return app


def main() -> None:
    """Every error of ours is one line and exit code 2; a traceback would show what it holds."""
    os.umask(0o077)  # all that we and the embedded broker write is for our own user, wherever it lands
    try:
        (app if {*sys.argv[1:2]} & {*ROLES} else whole_app())()
    except GatewayError as exc:
        err.print(f"kindkans-gateway: {exc}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
