"""Every action that is written has its words, and a detail tells nobody of another's SWV."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from database.audit_search import Kind
from dossier.identifiers import SwvId
from helpdesk.audit_words import ACTIONS, Groep, actions_of, detail_for, words_of_action

ROOT = Path(__file__).parents[3]
CODE = ("adapters", "database", "gateway", "helpdesk", "outbox", "web")


def _written(tree: ast.AST) -> Iterator[str | None]:
    """The action of each call of write_audit and of the `_audit`s around it; None: not a plain word."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in ("write_audit", "_audit"):
            continue
        given = [k.value for k in node.keywords if k.arg == "action"] or node.args[1:3]
        words = [v.value for v in given if isinstance(v, ast.Constant) and isinstance(v.value, str)]
        yield words[0] if words else None


def _in_dicts(tree: ast.AST) -> Iterator[str]:
    """`{"action": "..."}`, for who writes a row that is kept in a dict first."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if (
                    isinstance(key, ast.Constant)
                    and key.value == "action"
                    and isinstance(value, ast.Constant)
                ):
                    yield str(value.value)


def test_every_action_that_is_written_has_words() -> None:
    found = {}
    for path in (file for folder in CODE for file in (ROOT / folder).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if "write_audit" in path.read_text(encoding="utf-8"):
            for action in (*_written(tree), *_in_dicts(tree)):
                if action is not None:
                    found[action] = path.name
    assert {"organisatie_saved", "surname_searched", "retention_applied"} <= set(found)
    missing = {action: file for action, file in found.items() if action not in ACTIONS}
    assert not missing, "give it words, a group and the kind of its subject in helpdesk/audit_words.py"


def test_every_group_has_actions_and_an_unknown_action_is_shown_as_it_is() -> None:
    assert all(actions_of(groep) for groep in Groep)
    assert words_of_action("some_new_thing") == "some_new_thing"
    assert {action.kind for action in ACTIONS.values()} == set(Kind)


@pytest.mark.parametrize(
    ("detail", "shown"),
    [
        ("swv=swv-a brin=32DD vestiging=-", True),
        ("swv=swv-b brin=32DD", False),
        ("van=es van_swv=swv-a naar=x naar_swv=swv-b", False),
        ("omgeving o; SWV swv-b; status actief", False),
        ("beheerder swv=-", True),
        ("swv=swv-ab", False),
        ("", True),
    ],
)
def test_a_detail_that_names_another_swv_is_for_who_sees_all(detail: str, shown: bool) -> None:
    assert detail_for(detail, None) == detail
    assert (detail_for(detail, SwvId("swv-a")) == detail) == shown
    assert "swv-b" not in detail_for(detail, SwvId("swv-a"))
