"""Runs the demo: a gateway in a folder of its own, the pushes, the table, the proof, its helpdesk."""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

import zeep.exceptions
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from adapters.parnassys.standin.client import ParnasSys, redenen, storing
from adapters.parnassys.standin.messages import Push
from database.engine import reading, writing
from gateway.commands.console import actor, out
from gateway.commands.submissions import print_report, run_reconcile
from gateway.databases import open_gateway_database, open_store_database
from gateway.demo.process import Addresses, ended_cleanly, gateway, prepare
from gateway.demo.scenario import Minus1, NoAnswer, Number, Step, steps
from gateway.demo.stay import stay as stay_up
from gateway.settings import Settings, read_settings
from kindkans.queries import sealed_versions
from storage.keyring import load
from storage.seal import Seal

_PROOF_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What ParnasSys saw. `number` is None for a Fault or a refusal of HTTP."""

    number: int | None
    reasons: tuple[tuple[str, str], ...]  # code and text, of each reden or of the Fault

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(code for code, _ in self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    step: Step
    answer: Answer
    as_expected: bool


def run_demo(*, stay: bool = False) -> bool:
    """True if every push was answered as it should be and the proof holds.

    With `stay` the gateway runs on until Ctrl+C, with accounts for its helpdesk and its store.
    """
    with ended_cleanly(), tempfile.TemporaryDirectory(prefix="kindkans-demo-") as folder:
        settings = read_settings(data_folder=Path(folder), port=0, ops_port=0, log_format="json")
        secrets = prepare(settings)
        with gateway(settings) as at:
            good = _show(settings, at, secrets)
            if stay:
                stay_up(settings, at)
            else:
                out.print(
                    f"The helpdesk was at {at.helpdesk_url} and the core store at {at.kindkans_url} as long "
                    "as this ran. To look around there: kindkans-gateway demo --stay (or: make demo STAY=1)",
                    soft_wrap=True,
                )
    return good


def _show(settings: Settings, at: Addresses, secrets: dict[str, str]) -> bool:
    """The pushes, what was answered, and the proof."""
    started = time.monotonic()
    out.print(f"The gateway runs: SOAP at {at.soap_url}, its WSDL at {at.soap_url}?wsdl", soft_wrap=True)
    out.print(f"The helpdesk runs at {at.helpdesk_url}", soft_wrap=True)
    out.print(f"The core store, with the dossiers, runs at {at.kindkans_url}", soft_wrap=True)
    results = _push_all(settings, at.soap_url, secrets)
    _print_results(results)
    proven = _prove(settings, results)
    seconds = time.monotonic() - started
    unexpected = sum(not result.as_expected for result in results)
    good = proven and not unexpected
    verdict = "[green]The proof holds.[/green]" if good else "[red]The proof does NOT hold.[/red]"
    out.print(
        f"{verdict} {len(results)} pushes, {unexpected} answered otherwise than they should, {seconds:.0f} s."
    )
    return good


def _push_all(settings: Settings, url: str, secrets: dict[str, str]) -> list[Result]:
    engine = open_gateway_database(settings)
    senders = _Senders(url, secrets)
    results: list[Result] = []
    columns = (TextColumn("Pushing"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out) as progress:
        for step in progress.track(list(steps())):
            if step.repair is not None:
                with writing(engine) as connection:
                    step.repair(connection, actor())
            answer = _send(senders.of(step), step.push)
            good = _is_expected(step, answer, results)
            results.append(Result(step=step, answer=answer, as_expected=good))
    senders.close()
    engine.dispose()
    return results


class _Senders:
    """One ParnasSys per omgeving and way of sending; each reads the WSDL once."""

    def __init__(self, url: str, secrets: dict[str, str]) -> None:
        self._url = url
        self._secrets = secrets
        self._open: dict[tuple[object, ...], ParnasSys] = {}

    def of(self, step: Step) -> ParnasSys:
        key = (step.omgeving, step.mtom, step.addressing, step.version, step.wrong_secret)
        if key not in self._open:
            self._open[key] = ParnasSys(
                f"{self._url}?wsdl",
                step.omgeving,
                "wrong" if step.wrong_secret else self._secrets[step.omgeving],
                mtom=step.mtom,
                addressing=step.addressing,
                version=step.version,
            )
        return self._open[key]

    def close(self) -> None:
        for sender in self._open.values():
            sender.close()


def _send(parnassys: ParnasSys, push: Push) -> Answer:
    try:
        answer = parnassys.indienen(push)
    except zeep.exceptions.Fault as fault:
        told = storing(fault)
        return Answer(number=None, reasons=((told.get("code", ""), str(fault.message)),))
    reasons = tuple((reden.code, reden.melding) for reden in redenen(answer))
    return Answer(number=answer.dossiernummer, reasons=reasons)


def _is_expected(step: Step, answer: Answer, results: list[Result]) -> bool:
    match step.expected:
        case Number(same_as=""):
            return answer.number is not None and answer.number > 0 and _is_new(answer.number, results)
        case Number(same_as=name):
            return any(r.step.name == name and r.answer.number == answer.number for r in results)
        case Minus1(redenen=codes):
            return answer.number == -1 and answer.codes == tuple(code.value for code in codes)
        case NoAnswer():
            return answer.number is None
        case _:
            assert_never(step.expected)


def _is_new(number: int, results: list[Result]) -> bool:
    return all(result.answer.number != number for result in results)


def _print_results(results: list[Result]) -> None:
    table = Table(title="What ParnasSys was answered", title_justify="left", show_lines=True, expand=True)
    table.add_column("", width=3)
    for column, ratio in (("School and files", 3), ("What was pushed", 3), ("Answer and redenen", 6)):
        table.add_column(column, ratio=ratio, overflow="fold")
    for number, result in enumerate(results, start=1):
        push = result.step.push
        table.add_row(
            f"{number}" if result.as_expected else f"[red]{number}![/red]",
            escape("\n".join((f"{push.school} ({push.brin})", *_files(push)))),
            escape(result.step.what),
            _shown(result.answer),
        )
    out.print(table)


def _shown(answer: Answer) -> str:
    match answer.number:
        case None:
            first = "[yellow]Fault[/yellow]"
        case -1:
            first = "[red]-1[/red]"
        case number:
            first = f"[green]{number}[/green]"
    return "\n".join((first, *(escape(f"{code}: {text}") for code, text in answer.reasons)))


def _files(push: Push) -> list[str]:
    names = [(file.naam or "(no name)")[:24] for file in push.files]
    return [*names[:4], f"and {len(names) - 4} more"] if len(names) > 4 else names


def _prove(settings: Settings, results: list[Result]) -> bool:
    """Every number answered is in the store once, and of no -1 or Fault is there a trace."""
    until = time.monotonic() + _PROOF_SECONDS
    report = run_reconcile(settings)
    while not report.proven and time.monotonic() < until:
        time.sleep(0.1)
        report = run_reconcile(settings)
    print_report(report)
    held = _held_hulpvragen(settings)
    accepted = [r for r in results if r.answer.number is not None and r.answer.number > 0]
    answered = {(r.answer.number, r.step.push.hulpvraag_id, r.step.push.leerling_id) for r in accepted}
    number_of = {(r.step.omgeving, r.step.push.hulpvraag_id) for r in accepted}
    never = [r for r in results if (r.step.omgeving, r.step.push.hulpvraag_id) not in number_of]
    out.print(
        f"{len(answered)} dossiers have a number; the store, opened, holds {len(held & answered)} of them. "
        f"{len(never)} pushes never got a number; beyond the answered ones the store holds "
        f"{len(held - answered)}."
    )
    return report.proven and held == answered


def _held_hulpvragen(settings: Settings) -> set[tuple[int | None, str, str]]:
    """(dossiernummer, hulpvraagId, leerlingId) of all that the store holds, from behind its seals."""
    seal = Seal(load(settings.keyring_path))
    engine = open_store_database(settings)
    held: set[tuple[int | None, str, str]] = set()
    with reading(engine) as connection:
        for version in sealed_versions(connection):
            content = json.loads(seal.open(version.verzegeld, version.event_id))
            held.add(
                (
                    version.dossiernummer,
                    content["hulpvraag"]["hulpvraag_id"],
                    content["leerling"]["leerling_id"],
                )
            )
    engine.dispose()
    return held
