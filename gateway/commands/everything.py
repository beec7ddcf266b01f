"""The commands of people, all of them."""

from __future__ import annotations

import typer

from gateway.commands import (
    accounts,
    brins,
    configure,
    kindkans_accounts,
    koppelingen,
    moving,
    organisaties,
    restore,
    retention,
    submissions,
)


def add_commands(app: typer.Typer) -> None:
    """Once."""
    app.add_typer(brins.brin_app, name="brin")
    app.add_typer(organisaties.swv_app, name="swv")
    app.add_typer(organisaties.organisatie_app, name="organisatie")
    app.add_typer(koppelingen.omgeving_app, name="omgeving")
    app.add_typer(koppelingen.koppeling_app, name="koppeling")
    app.add_typer(accounts.account_app, name="account")
    app.add_typer(kindkans_accounts.kindkans_account_app, name="kindkans-account")
    app.add_typer(configure.config_app, name="config")
    app.add_typer(submissions.inzending_app, name="inzending")
    submissions.inzending_app.command("move")(moving.move_command)
    app.add_typer(submissions.dead_letter_app, name="dead-letter")
    app.add_typer(submissions.audit_app, name="audit")
    app.add_typer(restore.restore_app, name="restore")
    app.command("reconcile")(submissions.reconcile_command)
    app.command("verify")(restore.verify_command)
    app.command("retention")(retention.retention_command)
