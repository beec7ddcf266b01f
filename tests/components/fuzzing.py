"""schemathesis before the core store's JSON API, over HTTP: its document against what it does."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Not positive_data_acceptance: what a field may hold is more than a schema says (an end before its begin).
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "negative_data_rejection",
    "ignored_auth",
    "unsupported_method",
)


def fuzz(
    folder: Path, document: dict[str, Any], url: str, key: str, *, examples: int, seed: int, phases: str
) -> subprocess.CompletedProcess[str]:
    """Exit 0: every promise was kept. 1: the output says which was not."""
    file = folder / "openapi.json"
    file.write_text(json.dumps(document))
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", str(file)),
        *("--url", url, "--header", f"Authorization: Bearer {key}"),
        *("--checks", ",".join(CHECKS), "--phases", phases),
        *("--max-examples", str(examples), "--seed", str(seed)),
        *("--no-color", "--warnings", "off", "--continue-on-failure", "--generation-database", "none"),
    ]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder, timeout=3600)


def aimed(document: dict[str, Any], known: dict[str, Sequence[Any]]) -> dict[str, Any]:
    """The document, with these values of parameters as often as any other: so that something is found."""
    made = copy.deepcopy(document)
    for operations in made["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                if parameter["name"] in known:
                    values = {"enum": list(known[parameter["name"]])}
                    parameter["schema"] = {"anyOf": [values, parameter["schema"]]}
    return made
