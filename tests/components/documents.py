"""The documents of docs/reference that machines read, and what of ours they must fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from gateway.reference import FOLDER


def committed(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return found


def schema(document: Mapping[str, Any], name: str) -> Draft202012Validator:
    """Of one of its components."""
    return Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    )
