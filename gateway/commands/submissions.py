"""Commands for what came in: inzendingen with their tijdlijn, dead letters, the reconciliation, the audit."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from itertools import chain, islice
from typing import Annotated, TypeVar

import typer
from sqlalchemy import Connection, Engine

from database import outbox_rows
from database.answered import answered_versions
from database.audit import list_audit
from database.engine import reading, writing
from database.inzendingen import (
    InzendingRecord,
    bijlagen_of,
    find_inzending,
    redenen_of,
)
from database.moves import list_moves
from database.organisaties import naam_of_organisatie
from database.search import Filter, Found, Query, Stand, search, understand
from database.status import original_of, status_of
from dossier.errors import ConfigurationError
from dossier.identifiers import InzendingId
from dossier.reden import CATALOGUE, RedenCode
from dossier.timestamps import from_ms
from gateway.commands.console import actor, out, print_table
from gateway.commands.moving import print_moves
from gateway.databases import open_gateway_database, open_store_database
from gateway.keys import gateway_keyed, load_keyring
from gateway.reconcile import Report, reconcile
from gateway.settings import Settings, read_settings
from helpdesk import administration as admin
from kindkans.queries import held_versions
from storage.seal import Seal

T = TypeVar("T")

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 5.0


inzending_app = typer.Typer(no_args_is_help=True, help="What was pushed, and what became of it.")
dead_letter_app = typer.Typer(no_args_is_help=True, help="Events that the store could not take.")
audit_app = typer.Typer(no_args_is_help=True, help="Who changed what.")


@inzending_app.command("list")
def inzending_list(
    zoek: Annotated[
        str | None,
        typer.Argument(
            help="Dossiernummer, berichtId, referentie, BRIN, or words of a school's name or place."
        ),
    ] = None,
    status: Annotated[Stand | None, typer.Option(help="How it stands now.")] = None,
    brin: Annotated[str | None, typer.Option(help="Pushed for this BRIN.")] = None,
    reden: Annotated[RedenCode | None, typer.Option(help="Rejected for this.")] = None,
    by_surname: Annotated[
        bool, typer.Option("--by-surname", help="Asks for a surname; it is neither shown nor kept.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
) -> None:
    """List the latest inzendingen. Look for one thing: ZOEK, --brin or --by-surname."""
    if sum((bool(zoek), bool(brin), by_surname)) > 1:
        raise ConfigurationError("look for one thing at a time: ZOEK, --brin or --by-surname")
    settings = read_settings()
    engine = open_gateway_database(settings)
    if brin:
        query = Query(brin=admin.as_brin(brin))
    elif by_surname:
        query = Query(naam_hash=_ask_naam_hash(settings, engine))
    else:
        query = understand(zoek or "")
    with reading(engine) as connection:
        page = search(connection, Filter(query=query, stand=status, reden=reden), limit=limit)
    columns = ("referentie", "received", "omgeving", "school", "BRIN", "nummer", "status", "redenen")
    print_table("Inzendingen", columns, [_row(found) for found in page.rows])


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
        print_moves(list_moves(connection, record.dossiernummer) if record.dossiernummer else ())
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
    chosen = None if every else [InzendingId(e.strip().lower()) for e in event_ids or ()]
    with writing(open_gateway_database(read_settings())) as connection:
        done = list(admin.retry_dead_letters(connection, actor(), chosen))
        others = [outbox_rows.find_event(connection, e) for e in chosen or () if e not in done]
    for row in others:
        if row is not None:
            out.print(f"{row.event_id} is no dead letter: it is {row.state}.")
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
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for what is under way now.")] = 0,
) -> None:
    """Prove that numbers answered = outbox = store. Exit 1, with a list, where they are not."""
    settings = read_settings()
    if wait:
        wait_for_open(settings, wait)
    report = run_reconcile(settings)
    print_report(report)
    if not report.sound:
        raise typer.Exit(1)


def wait_for_open(settings: Settings, seconds: float) -> None:
    """Until what is open now is confirmed or dead, whatever comes in meanwhile; or time is up."""
    until = time.monotonic() + seconds
    engine = open_gateway_database(settings)
    try:
        with reading(engine) as connection:
            newest = outbox_rows.newest_open_ms(connection)
        pause = _FIRST_PAUSE_SECONDS
        while newest is not None and (left := until - time.monotonic()) > 0:
            time.sleep(min(pause, left))
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            with reading(engine) as connection:
                if not outbox_rows.any_open(connection, newest):
                    return
    finally:
        engine.dispose()


def run_reconcile(settings: Settings) -> Report:
    gateway = open_gateway_database(settings)
    store = open_store_database(settings)
    try:
        with ExitStack() as stack:
            # Under load the two move on, so the order counts in which these three look. What we call
            # delivered before the store is read must be in it; what the store has more must be known
            # to us afterwards.
            answered = _look(stack, gateway, answered_versions)
            held = _look(stack, store, held_versions)
            later = _look(stack, gateway, answered_versions)
            patience_ms = int(settings.receipt_within_seconds * 1000)
            return reconcile(answered, held, later, patience_ms=patience_ms)
    finally:
        gateway.dispose()
        store.dispose()


def _look(
    stack: ExitStack, engine: Engine, query: Callable[[Connection], Generator[T, None, None]]
) -> Iterator[T]:
    """What `query` gives, in a transaction that sees the state of now: its first row is read at once."""
    connection = stack.enter_context(reading(engine))
    rows = stack.enter_context(closing(query(connection)))  # not all of them may be asked for
    return chain(list(islice(rows, 1)), rows)


def print_report(report: Report) -> None:
    out.print(
        f"answered {report.answered}, in the store {report.held}, "
        f"equal (once, same content, same organisatie) {report.equal}, under way {report.under_way}"
    )
    if report.differences:
        rows = [(d.kind, d.dossiernummer, d.versie) for d in report.differences[:100]]
        print_table("Differences", ("kind", "dossiernummer", "versie"), rows)
        if len(report.differences) > 100:
            out.print(f"and {len(report.differences) - 100} more")
    else:
        out.print("No differences.")


def _ask_naam_hash(settings: Settings, engine: Engine) -> str:
    seal = Seal(load_keyring(settings.keyring_path, gateway_keyed(engine)))  # with others none is found
    return seal.naam_hash(str(typer.prompt("Surname", hide_input=True)))


def _row(found: Found) -> tuple[object, ...]:
    record = found.record
    return (
        record.inzending_id,
        from_ms(record.received_ms).isoformat(" ", "seconds"),
        record.omgeving_id,
        record.schoolnaam,
        record.brin,
        record.dossiernummer or "-1",
        found.stand,
        ", ".join(found.redenen),
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
