"""Writes the pages of docs/reference, and the dashboards of Grafana: `python -m gateway.reference`.

A test fails when a committed page is not what this renders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import typer

from brokers.contract import asyncapi
from brokers.contract.page import events_page, to_yaml
from dossier.reden import CATALOGUE, Reden, RedenCode
from gateway import grafana, kindkans_openapi, openapi
from gateway.cli import whole_app
from gateway.log_words import ALWAYS, EVENTS, FIELDS
from gateway.metrics_page import metrics_page
from gateway.openapi_page import http_page
from gateway.settings import Settings

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
_MADE = "<!-- Made by `make docs` from the code; do not edit. -->\n"


def redenen_page() -> str:
    """Every reden, from the catalogue, with its texts filled in for an example."""
    lines = [_MADE, "# Redenen: why a dossier got -1\n"]
    for code, entry in CATALOGUE.items():
        example = _example(code)
        lines += [
            f"## {code.value}\n",
            f"- **melding**: {example.melding}",
            *(f"- **melding**, bij `{veld}`: {text}" for veld, text in entry.melding_per_veld.items()),
            f"- **oplossing**: {example.oplossing}",
            f"- **wie**: {entry.wie.value}",
            f"- **beheerder**: {example.beheerder}",
            f"- **betekenis** (for the helpdesk): {entry.betekenis}",
            f"- **bron**: {entry.bron}\n",
        ]
    return "\n".join(lines)


def settings_page() -> str:
    """Every setting, from `Settings`."""
    lines = [
        _MADE,
        "# Settings\n",
        "Environment variables, or lines in a file `.env` in the working folder. Read once, at the start.\n",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        shown = ", ".join(sorted(default)) if isinstance(default, frozenset) else default
        lines.append(f"| `{name.upper()}` | `{'' if shown is None else shown}` | {field.description or ''} |")
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """Every command, from the typer app."""
    lines = [_MADE, "# Commands\n", "`kindkans-gateway COMMAND --help` tells the options.\n"]
    lines += ["| command | what it does |", "|---|---|"]
    lines += [f"| `{name}` | {text} |" for name, text in sorted(_commands(whole_app(), ""))]
    return "\n".join(lines) + "\n"


_ABOUT_LOGS = """\
On the error stream: JSON, one object per line, with `LOG_FORMAT=json`. Nothing else is written than what is
named here, so no word of a message: what does not look like an id, code or number is dropped, and `dropped`
says how many. Each line about a push has its `referentie`, and its `bericht_id` where that is known: so one
search finds the whole way of a push through intake, relay and store. A move has no berichtId, nor has a push
whose message could not be read. A berichtId is chosen by its sender; the contract wants a UUID, and what is
none is dropped here too.
"""


def logs_page() -> str:
    """Every log line and field, from log_words.py."""
    lines = [
        _MADE,
        "# Log lines\n",
        _ABOUT_LOGS,
        "| field | what |",
        "|---|---|",
        *(f"| `{name}` | {words} |" for name, words in FIELDS.items()),
        f"\nEvery line has {', '.join(f'`{name}`' for name in ALWAYS)}; most have `role`.\n",
        "| event | when | fields of its own |",
        "|---|---|---|",
    ]
    for name, event in EVENTS.items():
        fields = ", ".join(f"`{field}`" for field in event.fields)
        lines.append(f"| `{name}` | {event.meaning} | {fields} |")
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "redenen.md": redenen_page,
    "settings.md": settings_page,
    "commands.md": commands_page,
    "metrics.md": lambda: f"{_MADE}\n{metrics_page()}",
    "asyncapi.yaml": lambda: to_yaml(asyncapi.document()),
    "events.md": lambda: events_page(asyncapi.document()),
    "openapi.yaml": lambda: to_yaml(openapi.document()),
    "logs.md": logs_page,
    "http.md": lambda: http_page(openapi.document()),
    "kindkans-openapi.yaml": lambda: to_yaml(kindkans_openapi.document()),
    "kindkans-http.md": lambda: kindkans_openapi.page(kindkans_openapi.document()),
}


def _commands(group: typer.Typer, prefix: str) -> Iterator[tuple[str, str]]:
    for command in group.registered_commands:
        function = command.callback
        if function is None:
            continue
        name = command.name or function.__name__.replace("_", "-")
        text = (function.__doc__ or "").split("\n\n")[0]
        yield f"{prefix}{name}", " ".join(text.split())
    for child in group.registered_groups:
        if child.typer_instance is not None:
            yield from _commands(child.typer_instance, f"{prefix}{child.name} ")


def _example(code: RedenCode) -> Reden:
    """With the facts that its text names; the numbers are of an example, one above the limit."""
    number, limit = {
        RedenCode.BIJLAGE_TE_GROOT: (5_242_881, 5_242_880),
        RedenCode.BIJLAGE_NAAM_TE_LANG: (101, 100),
        RedenCode.TE_VEEL_BIJLAGEN: (21, 20),
        RedenCode.BIJLAGEN_SAMEN_TE_GROOT: (52_428_801, 52_428_800),
    }.get(code, (None, None))
    return Reden(
        code=code, veld="", bijlage=1, bijlage_naam="verslag.pdf", waarde=number, grens=limit, brin="32DD"
    )


def main() -> None:
    for name, render in PAGES.items():
        (FOLDER / name).write_text(render(), encoding="utf-8")
    grafana.write()


if __name__ == "__main__":
    main()
