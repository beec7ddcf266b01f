"""Commands for what came in: inzendingen with their tijdlijn, dead letters, the reconciliation, the audit."""

from __future__ import annotations

import time
from typing import Annotated

import typer
from sqlalchemy import Connection

from database import outbox_rows
from database.answered import answered_versions
from database.audit import list_audit
from database.engine import reading, writing
from database.inzendingen import (
    InzendingRecord,
    bijlagen_of,
    find_inzending,
    list_inzendingen,
    redenen_of,
)
from database.organisaties import naam_of_organisatie
from dossier.errors import ConfigurationError
from dossier.identifiers import InzendingId
from dossier.reden import CATALOGUE, RedenCode
from dossier.timestamps import from_ms
from gateway import administration as admin
from gateway.commands.console import actor, out, print_table
from gateway.databases import open_gateway_database, open_store_database
from gateway.reconcile import Report, reconcile
from gateway.settings import Settings, read_settings
from gateway.status import original_of, status_of
from kindkans.queries import held_versions
from storage import keyring
from storage.seal import Seal

inzending_app = typer.Typer(no_args_is_help=True, help="What was pushed, and what became of it.")
dead_letter_app = typer.Typer(no_args_is_help=True, help="Events that the store could not take.")
audit_app = typer.Typer(no_args_is_help=True, help="Who changed what.")


@inzending_app.command("list")
def inzending_list(
    zoek: Annotated[
        str | None, typer.Argument(help="Dossiernummer, berichtId, referentie or part of a school name.")
    ] = None,
    uitkomst: Annotated[str | None, typer.Option(help="nieuw, versie, dubbel or afgewezen.")] = None,
    brin: Annotated[str | None, typer.Option()] = None,
    reden: Annotated[RedenCode | None, typer.Option(help="Rejected for this.")] = None,
    by_surname: Annotated[
        bool, typer.Option("--by-surname", help="Asks for a surname; it is neither shown nor kept.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
) -> None:
    """List the latest inzendingen."""
    settings = read_settings()
    naam_hash = _ask_naam_hash(settings) if by_surname else None
    code = str(admin.as_brin(brin)) if brin else None
    with reading(open_gateway_database(settings)) as connection:
        records = list_inzendingen(
            connection,
            limit=limit,
            uitkomst=uitkomst,
            brin=code,
            reden=reden,
            naam_hash=naam_hash,
            zoek=zoek,
        )
        rows = [_row(connection, record) for record in records]
    columns = ("referentie", "received", "omgeving", "school", "BRIN", "nummer", "status", "redenen")
    print_table("Inzendingen", columns, rows)


@inzending_app.command("show")
def inzending_show(referentie: str) -> None:
    """Show one inzending: its tijdlijn, its redenen, its bijlagen, where it went and why."""
    with reading(open_gateway_database(read_settings())) as connection:
        record = find_inzending(connection, InzendingId(referentie.strip().lower().replace("-", "")))
        if record is None:
            raise ConfigurationError(f"there is no inzending {referentie[:40]}; search: inzending list ZOEK")
        status = status_of(connection, record)
        redenen = redenen_of(connection, record.inzending_id)
        bijlagen = bijlagen_of(connection, record.inzending_id)
        original = original_of(connection, record)
        print_table("Inzending", ("field", "value"), _facts(connection, record))
    moments = [
        (m.at.isoformat(sep=" ", timespec="milliseconds"), m.gebeurtenis, m.code) for m in status.tijdlijn
    ]
    print_table("Tijdlijn", ("at (UTC)", "gebeurtenis", "code"), moments)
    if original is not None:
        out.print(f"Double entry of inzending {original.inzending_id}.")
    if redenen:
        rows = [(r.code, r.melding, CATALOGUE[r.code].betekenis, r.oplossing, r.wie) for r in redenen]
        print_table("Redenen", ("code", "melding", "betekenis", "oplossing", "wie"), rows)
    print_table(
        "Bijlagen",
        ("positie", "bytes", "characters in name", "sha256"),
        [(b.positie, b.size_bytes, b.naam_characters, b.sha256 or "not kept") for b in bijlagen],
    )


@dead_letter_app.command("list")
def dead_letter_list(limit: Annotated[int, typer.Option(min=1, max=1000)] = 50) -> None:
    """List the dead letters, the oldest first."""
    with reading(open_gateway_database(read_settings())) as connection:
        dead = outbox_rows.list_dead(connection, limit)
    rows = [
        (
            d.event_id,
            d.dossiernummer,
            d.versie,
            d.dead_code,
            from_ms(d.finished_ms or 0).isoformat(" ", "seconds"),
        )
        for d in dead
    ]
    print_table("Dead letters", ("event", "dossiernummer", "versie", "code", "since"), rows)


@dead_letter_app.command("retry")
def dead_letter_retry(
    event_ids: Annotated[list[str] | None, typer.Argument(help="Events; or use --all.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All dead letters.")] = False,
) -> None:
    """Offer dead letters to the store again, under the same event id."""
    if bool(event_ids) == every:
        raise ConfigurationError("name the events to retry, or use --all")
    chosen = None if every else [InzendingId(e) for e in event_ids or ()]
    with writing(open_gateway_database(read_settings())) as connection:
        done = list(admin.retry_dead_letters(connection, actor(), chosen))
    out.print(f"{len(done)} offered again.")


@audit_app.command("list")
def audit_list(limit: Annotated[int, typer.Option(min=1, max=1000)] = 50) -> None:
    """List the latest changes."""
    with reading(open_gateway_database(read_settings())) as connection:
        rows = list_audit(connection, limit)
    print_table(
        "Audit",
        ("at (UTC)", "who", "what", "subject", "detail"),
        [(r.at.isoformat(" ", "seconds"), r.actor, r.action, r.subject, r.detail) for r in rows],
    )


def reconcile_command(
    wait: Annotated[float, typer.Option(help="Seconds to wait for what is under way.")] = 0,
) -> None:
    """Prove that numbers answered = outbox = store. Exit 1, with a list, where they are not."""
    settings = read_settings()
    until = time.monotonic() + wait
    report = run_reconcile(settings)
    while not report.proven and time.monotonic() < until:
        time.sleep(0.2)
        report = run_reconcile(settings)
    print_report(report)
    if not report.proven:
        raise typer.Exit(1)


def run_reconcile(settings: Settings) -> Report:
    gateway = open_gateway_database(settings)
    store = open_store_database(settings)
    try:
        # Under load the two move on. What we call delivered before the store is read must be in it;
        # what the store has more must be known to us when we are read again.
        with reading(gateway) as connection:
            answered = list(answered_versions(connection))
        with reading(store) as connection:
            held = list(held_versions(connection))
        with reading(gateway) as connection:
            later = {(a.dossiernummer, a.versie) for a in answered_versions(connection)}
        later -= {(a.dossiernummer, a.versie) for a in answered}
        return reconcile(answered, [h for h in held if (h.dossiernummer, h.versie) not in later])
    finally:
        gateway.dispose()
        store.dispose()


def print_report(report: Report) -> None:
    out.print(
        f"answered {report.answered}, in the store {report.held}, "
        f"equal (once, same content, same organisatie) {report.equal}"
    )
    if report.differences:
        rows = [(d.kind, d.dossiernummer, d.versie) for d in report.differences[:100]]
        print_table("Differences", ("kind", "dossiernummer", "versie"), rows)
        if len(report.differences) > 100:
            out.print(f"and {len(report.differences) - 100} more")
    else:
        out.print("No differences.")


def _ask_naam_hash(settings: Settings) -> str:
    surname = str(typer.prompt("Surname", hide_input=True))
    return Seal(keyring.load(settings.keyring_path)).naam_hash(surname)


def _row(connection: Connection, record: InzendingRecord) -> tuple[object, ...]:
    status = status_of(connection, record)
    return (
        record.inzending_id,
        from_ms(record.received_ms).isoformat(" ", "seconds"),
        record.omgeving_id,
        record.schoolnaam,
        record.brin,
        record.dossiernummer or "-1",
        f"{status.toestand}{' (dubbel)' if status.dubbel else ''}",
        ", ".join(r.code for r in status.redenen),
    )


def _facts(connection: Connection, record: InzendingRecord) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = [
        ("referentie", record.inzending_id),
        ("berichtId", record.bericht_id),
        ("omgeving", record.omgeving_id),
        ("hulpvraagId", record.hulpvraag_id),
        ("school", f"{record.schoolnaam} ({record.brin or 'no valid BRIN'})"),
        ("uitkomst", record.uitkomst),
        ("dossiernummer", record.dossiernummer or "-1"),
    ]
    if record.organisatie_id is not None:
        naam = naam_of_organisatie(connection, record.organisatie_id)
        facts += [
            ("versie", record.versie),
            ("organisatie", f"{record.organisatie_id} ({naam}) in {record.swv_id}"),
            ("chosen by", f"rule {record.route_rule}, koppeling {record.koppeling_id or '-'}"),
            ("inhoud", _content(connection, record)),
        ]
    return facts


def _content(connection: Connection, record: InzendingRecord) -> str:
    """Whether the content is still here; retention says when it took it."""
    source = original_of(connection, record) or record
    if source.bezorgd_ms is not None:
        return "removed by retention, with the tijdlijn between acceptance and bezorgd; the store has it"
    event = outbox_rows.find_event(connection, source.inzending_id)
    if event is None:
        return "the outbox has no event of it: run reconcile"
    if event.inhoud_verwijderd_ms is None:
        return "kept"
    return f"removed by retention at {from_ms(event.inhoud_verwijderd_ms):%Y-%m-%d %H:%M}; the store has it"
