"""The page docs/reference/http.md, from the OpenAPI document alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def http_page(document: Mapping[str, Any]) -> str:
    info, components = document["info"], document["components"]
    lines = [
        "<!-- Made by `make docs` from the code; do not edit. -->\n",
        f"# {info['title']}\n",
        f"{info['description']} For machines: [openapi.yaml](openapi.yaml) (OpenAPI 3.1).",
    ]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            lines += [f"\n## {method.upper()} {path}\n", f"{operation['summary']}\n"]
            lines += ["| status | body | meaning |", "|---|---|---|", *_answers(operation["responses"])]
    checks = components["schemas"]["Checks"]
    lines += [
        "\n## The checks of /readyz\n",
        f"{checks['description']}\n",
        "| check | meaning |",
        "|---|---|",
    ]
    lines += [f"| `{name}` | {one['description']} |" for name, one in checks["properties"].items()]
    lines += ["\n## Answers that any request may get\n", "| status | meaning |", "|---|---|"]
    lines += [
        f"| {status} | {answer['description']} |"
        for status, answer in sorted(components["responses"].items())
    ]
    return "\n".join(lines) + "\n"


def _answers(responses: Mapping[str, Any]) -> Iterator[str]:
    """Its own; those that any request may get stand apart."""
    for status, answer in responses.items():
        if "$ref" not in answer:
            kinds = ", ".join(f"`{kind.split(';')[0]}`" for kind in answer["content"])
            yield f"| {status} | {kinds} | {answer['description']} |"
