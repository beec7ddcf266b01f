"""Each runbook can be followed: what it tells to open or to run is there."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from database.search_filter import Stand
from deploy.compose import read_services
from gateway.reference import commands_page
from helpdesk.dashboards.service import SERVICE
from helpdesk.routes import PAGES
from monitoring.alert_rules import ROOT, all_alerts

FOLDER = ROOT / "docs" / "runbooks"
BOOKS = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
HEADINGS = [
    "Wat het betekent voor scholen",
    "Zo ziet u het",
    "Wat u doet",
    "Wanneer u beheer belt",
    "Wanneer het over is",
]
PATHS = {page.path for page in PAGES if page.method == "GET"}
COMMANDS = set(re.findall(r"^\| `([^`]+)` \|", commands_page(), re.MULTILINE))
GROUPS = {name.split()[0] for name in COMMANDS if " " in name}
SERVICES = set(read_services())
PANELS = {panel.title for panel in SERVICE.panels}
GRAPHS = set(re.findall(r'"([^"]+ per uur)"', (ROOT / "helpdesk/status/hours.py").read_text()))


def code_in(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def wrong_paths(text: str) -> list[str]:
    wrong = []
    for code in code_in(text):
        if code.startswith("/") and code != "/":
            parts = urlsplit(code)
            values = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
            known = set(values) <= {"status"} and all(value in set(Stand) for value in values.values())
            if parts.path not in PATHS or not known:
                wrong.append(code)
    return wrong


def wrong_commands(text: str) -> list[str]:
    wrong = []
    for code in code_in(text):
        ours = re.match(r"(?:kindkans-gateway|docker compose run --rm admin) (.+)", code)
        service = re.match(r"docker compose (?:logs --since \w+|restart|exec|run --rm) ([a-z0-9]+)", code)
        if ours:
            words = ours[1].split()
            if " ".join(words[: 2 if words[0] in GROUPS else 1]) not in COMMANDS:
                wrong.append(code)
        elif service and service[1] not in SERVICES:
            wrong.append(code)
    return wrong


def wrong_pictures(text: str) -> list[str]:
    """Panels of the dashboard Dienst and charts of /status that are not there."""
    panels = set(re.findall(r"Dashboard Dienst, paneel \*([^*]+)\*", text))
    return sorted(panels - PANELS | set(re.findall(r"grafiek \*([^*]+)\*", text)) - GRAPHS)


def test_a_panel_and_a_chart_that_are_not_there_would_be_noticed() -> None:
    text = "Dashboard Dienst, paneel *Vrije ruimte*, of de grafiek *Storingen per uur*."

    assert wrong_pictures(text) == ["Storingen per uur", "Vrije ruimte"]


@pytest.mark.parametrize("code", ["/herstellen", "/inzendingen?status=weg", "/inzendingen?stand=wachtend"])
def test_a_page_that_is_not_there_would_be_noticed(code: str) -> None:
    assert wrong_paths(f"Open `{code}`.") == [code]


@pytest.mark.parametrize(
    "code",
    [
        "kindkans-gateway herstel",
        "kindkans-gateway dead-letter again X",
        "docker compose run --rm admin reconcilieer",
        "docker compose logs --since 1h intakes",
        "docker compose restart posgres",
    ],
)
def test_a_command_that_is_not_there_would_be_noticed(code: str) -> None:
    assert wrong_commands(f"Geef `{code}`.") == [code]


def test_every_runbook_has_an_alert_and_every_alert_one() -> None:
    assert {path.stem for path in BOOKS} == {alert.runbook for alert in all_alerts()}


@pytest.mark.parametrize("book", BOOKS, ids=lambda path: path.stem)
def test_a_runbook_can_be_followed(book: Path) -> None:
    text = book.read_text()
    names = {alert.name for alert in all_alerts()}
    mentioned = set(re.findall(r"\*([A-Z][a-z]+(?:[A-Z][a-z]+)+)\*", text))

    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS
    assert wrong_paths(text) == []
    assert wrong_commands(text) == []
    assert wrong_pictures(text) == []
    assert mentioned <= names
    assert f"`{next(a.name for a in all_alerts() if a.runbook == book.stem)}`" in text
    for link in re.findall(r"\]\(([^)#]+)", text):
        assert (FOLDER / link).is_file(), link


def test_the_index_has_every_runbook_with_its_title() -> None:
    index = (FOLDER / "README.md").read_text()
    rows = re.findall(r"^\| \[(\w+)\]\(([\w-]+)\.md\) \| ([\w, ]+) \| (.+) \|$", index, re.MULTILINE)

    assert {row[1] for row in rows} == {path.stem for path in BOOKS}
    for name, stem, severities, title in rows:
        urgent = {alert.labels["severity"] for alert in all_alerts() if alert.name == name}
        assert set(severities.split(", ")) == urgent
        assert (FOLDER / f"{stem}.md").read_text().startswith(f"# {title}\n")
