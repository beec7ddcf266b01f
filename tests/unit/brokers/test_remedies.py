"""A role that ends over its broker writes the remedy in its log, which takes plain text only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import brokers
from gateway.logs import only_safe_fields

FOLDER = Path(brokers.__file__).parent


def _texts() -> list[tuple[str, str]]:
    """The texts of every ConfigurationError in brokers, with a word where a value comes."""
    found = []
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ConfigurationError":
                parts = [
                    part.value
                    for part in ast.walk(node)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                ]
                found.append((f"{path.stem}:{node.lineno}", "value".join(parts)))
    return found


@pytest.mark.parametrize(("where", "text"), _texts(), ids=[where for where, _ in _texts()])
def test_the_log_takes_it(where, text):
    event = only_safe_fields(None, "error", {"event": "part_failed", "message": text})
    assert event.get("message") == text
