"""The docs say what the code does, and their links lead somewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from dossier.correction import CORRECTION_TYPE, decode_event
from dossier.delivery import DELIVERY_TYPE, RECEIPT_TYPE, Receipt
from dossier.errors import PoisonCode
from gateway import reference

ROOT = Path(reference.__file__).parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
COMMAND = re.compile(r"kindkans-gateway ((?:[a-z][a-z-]+ ?)+)")


@pytest.mark.parametrize("name", reference.PAGES)
def test_a_reference_page_is_what_the_code_renders(name: str) -> None:
    committed = (reference.FOLDER / name).read_text(encoding="utf-8")
    assert committed == reference.PAGES[name](), "run: make docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    broken = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_is_named_exists(page: Path) -> None:
    known = re.findall(r"^\| `([^`]+)` \|", reference.commands_page(), re.MULTILINE)
    groups = {command.split()[0] for command in known}
    for named in COMMAND.findall(page.read_text(encoding="utf-8")):
        words = named.split()
        if words[0] in groups:
            assert any(named.strip().startswith(command) for command in known) or len(words) == 1, named
        else:
            assert words[0] in {"up"}, named


def test_the_page_of_the_events_shows_each_as_it_is_read_and_written() -> None:
    page = (reference.FOLDER / "events.md").read_text(encoding="utf-8")
    shown = re.findall(r"## (\S+)\n.*?```json\n(.*?)```", page, re.DOTALL)

    assert [kind for kind, _ in shown] == [DELIVERY_TYPE, CORRECTION_TYPE, RECEIPT_TYPE]
    for kind, example in shown:
        decode = Receipt.decode if kind == RECEIPT_TYPE else decode_event
        assert json.loads(decode(example.encode()).encode()) == json.loads(example)
    assert {code for code in PoisonCode if code not in page} == set()
