"""The core store's JSON API as the reference tells it: its OpenAPI document with what stands in front of it.

The document itself is the API's own (kindkans/api/app.py): its routes, with their statuses. Here come the
refusals of the guard, which any request may get, and the page docs/reference/kindkans-http.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.openapi import refusals, with_refusals
from kindkans.api import app as api

_ALWAYS = ("401", "429", "500", "503")


def document() -> dict[str, Any]:
    made = api.document()
    for operations in made["paths"].values():
        for operation in operations.values():
            operation["responses"] = with_refusals(operation["responses"])
    made["components"]["responses"] = refusals()
    return made


def page(document: Mapping[str, Any]) -> str:
    info, components = document["info"], document["components"]
    lines = [
        "<!-- Made by `make docs` from the code; do not edit. -->\n",
        f"# {info['title']}\n",
        f"{info['description']}",
        "For machines, with every field and bound: [kindkans-openapi.yaml](kindkans-openapi.yaml) "
        "(OpenAPI 3.1).\n",
        "| endpoint | what | answers |",
        "|---|---|---|",
        *_endpoints(document["paths"]),
        "\n## Answers that any request may get\n",
        "| status | meaning |",
        "|---|---|",
        *_shared(document["paths"], components["responses"]),
    ]
    return "\n".join(lines) + "\n"


def _endpoints(paths: Mapping[str, Any]) -> Iterator[str]:
    for path, operations in paths.items():
        for method, operation in operations.items():
            own = [
                status
                for status, answer in operation["responses"].items()
                if "$ref" not in answer and status not in _ALWAYS
            ]
            words = " ".join(operation["description"].split())
            yield f"| {method.upper()} `{path}` | {words} | {', '.join(own)} |"


def _shared(paths: Mapping[str, Any], refused: Mapping[str, Any]) -> Iterator[str]:
    """Also a problem of the API itself is described once."""
    some = next(iter(next(iter(paths.values())).values()))["responses"]
    found = {status: some[status]["description"] for status in _ALWAYS}
    found |= {status: one["description"] for status, one in refused.items() if status not in found}
    for status, words in sorted(found.items()):
        yield f"| {status} | {words} |"
