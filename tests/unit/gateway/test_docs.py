"""The docs say what the code does, and their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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
