"""The document of the core store's JSON API: valid, closed, and with a bound on whatever is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import validate

from gateway.kindkans_openapi import document, page

DOCUMENT = document()
OPERATIONS = [
    pytest.param(operation, id=f"{method} {path}")
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_it_is_a_valid_document_of_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    validate(DOCUMENT)


def test_every_operation_asks_for_a_key() -> None:
    assert DOCUMENT["security"] == [{"sleutel": []}]
    assert DOCUMENT["components"]["securitySchemes"]["sleutel"]["scheme"] == "bearer"
    assert not any("security" in one.values[0] for one in OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_whatever_is_no_success_is_a_problem(operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    assert {"401", "429", "500", "503"} <= set(answers)
    for status, answer in answers.items():
        if status >= "400" and "$ref" not in answer:
            assert answer["content"].items() >= PROBLEM.items(), status


@pytest.mark.parametrize("operation", OPERATIONS)
def test_whatever_is_sent_has_a_bound(operation: dict[str, Any]) -> None:
    schemas = [one["schema"] for one in operation.get("parameters", [])]
    if "requestBody" in operation:
        schemas += [one["schema"] for one in operation["requestBody"]["content"].values()]
    assert [unbounded for schema in schemas for unbounded in _unbounded(schema)] == []


def _unbounded(schema: dict[str, Any], at: str = "") -> Iterator[str]:
    """Where something of any length or size may stand."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from _unbounded(DOCUMENT["components"]["schemas"][name], name)
        return
    for one in schema.get("anyOf", []):
        yield from _unbounded(one, at)
    kind = schema.get("type")
    closed = "enum" in schema or "const" in schema
    if kind == "object":
        if schema.get("additionalProperties") is not False:
            yield at
        for name, inner in schema["properties"].items():
            yield from _unbounded(inner, f"{at}.{name}")
    elif kind == "array":
        if "maxItems" not in schema:
            yield at
        yield from _unbounded(schema["items"], f"{at}[]")
    elif kind == "integer":
        if not {"minimum", "maximum"} <= set(schema):
            yield at
    elif kind == "string":
        fixed = schema.get("format") == "date" or schema.get("pattern") == "^[0-9a-f]{32}$"
        if not (closed or fixed or "maxLength" in schema):
            yield at


def test_the_page_names_every_endpoint() -> None:
    text = page(DOCUMENT)
    for path, operations in DOCUMENT["paths"].items():
        for method in operations:
            assert f"| {method.upper()} `{path}` |" in text
