"""The OpenAPI document of the operations port, from the routes that `ops_app` serves.

It has no other JSON: what schools send is SOAP (the WSDL), what the helpdesk sees are pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from importlib.metadata import version
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.routing import Route

from adapters.parnassys.endpoint import REFERENTIE
from gateway.health import Health
from gateway.ops import ops_app
from gateway.refusals import (
    CROWDED,
    FRAMING,
    INVALID,
    LARGE_HEAD,
    LATE,
    REPEATED,
    TRAILERS,
    TWO_LENGTHS,
    UPGRADE,
    Refusal,
)

# Those that this port can give; an unknown path is answered by its own router.
_REFUSALS = (INVALID, TRAILERS, FRAMING, UPGRADE, REPEATED, TWO_LENGTHS, LATE, LARGE_HEAD, CROWDED)
_TEXT = "text/plain; charset=utf-8"
_JSON = "application/json"
_METRICS = "text/plain; version=0.0.4; charset=utf-8"

Result = Annotated[str, Field(min_length=1)]


class Checks(BaseModel):
    """One per thing that this process needs, so it depends on the role: `ok`, or what is wrong."""

    model_config = ConfigDict(extra="forbid")

    process: Result = Field(description="`ok`, `starting` or `draining`: it is stopping.")
    disk: Result = Field(description="There is more room in the data folder than `MIN_FREE_BYTES`.")
    database: Result = Field("", description="The gateway's database answers. Of intake, relay, helpdesk.")
    storage: Result = Field("", description="A bijlage can be written and removed. Of intake.")
    broker_of_relay: Result = Field(
        "", alias="broker of relay", description="There is a connection to the broker. Of relay."
    )
    database_of_kindkans: Result = Field(
        "", alias="database of kindkans", description="The store's database answers. Of kindkans."
    )
    storage_of_kindkans: Result = Field(
        "", alias="storage of kindkans", description="The store can keep a bijlage. Of kindkans."
    )
    broker_of_kindkans: Result = Field(
        "", alias="broker of kindkans", description="There is a connection to the broker. Of kindkans."
    )


class Readiness(BaseModel):
    """Whether traffic may come."""

    ready: bool = Field(description="All checks say `ok`.")
    checks: Checks


@dataclass(frozen=True, slots=True, kw_only=True)
class _Described:
    """A route: what it is for, and what it answers per status: words, content type, schema."""

    summary: str
    answers: Mapping[int, tuple[str, str, Mapping[str, Any]]] = field(default_factory=dict)


_READINESS = {"$ref": "#/components/schemas/Readiness"}
_DESCRIBED = {
    "/healthz": _Described(
        summary="Does the process live?",
        answers={200: ("It does.", _TEXT, {"const": "ok\n"})},
    ),
    "/readyz": _Described(
        summary="Can it do its work? Asked of every component anew, each for at most 5 seconds.",
        answers={
            200: ("It can.", _JSON, _READINESS),
            503: ("Send no traffic: a check fails, or it is starting or stopping.", _JSON, _READINESS),
        },
    ),
    "/metrics": _Described(
        summary="For Prometheus.",
        answers={200: ("Every metric of this process, and of its database.", _METRICS, {"type": "string"})},
    ),
}


def document() -> dict[str, Any]:
    """Raises KeyError for a route that is served and not described here."""
    served = [route for route in _app_routes() if isinstance(route, Route)]
    schemas = Readiness.model_json_schema(ref_template="#/components/schemas/{model}")
    checks = schemas.pop("$defs")["Checks"]
    for one in checks["properties"].values():
        one.pop("default", None)  # an absent check is of another role
    schemas = {"Readiness": schemas, "Checks": checks}
    _without_titles(schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Operations port of the Kindkans gateway",
            "version": version("kindkans-gateway"),
            "description": "A port of its own (`OPS_PORT`), apart from that of schools, in every role. No "
            "login: keep it inside. HEAD gives what GET gives, without the body.",
        },
        "servers": [{"url": "http://127.0.0.1:8081", "description": "`OPS_PORT`, of each process its own."}],
        "paths": {route.path: {"get": _operation(_DESCRIBED[route.path])} for route in served},
        "components": {"schemas": schemas, "responses": dict(_shared_answers())},
        "x-elsewhere": {status: {"$ref": f"#/components/responses/{status}"} for status in ("404", "405")},
    }


def _app_routes() -> list[Any]:
    nothing: Any = None  # what the routes tell is not asked
    return list(ops_app(Health({}), nothing).routes)


def _operation(described: _Described) -> dict[str, Any]:
    answers: dict[str, Any] = {
        str(status): {"description": words, "content": {kind: {"schema": dict(schema)}}}
        for status, (words, kind, schema) in described.answers.items()
    }
    return {"summary": described.summary, "responses": with_refusals(answers)}


def with_refusals(answers: dict[str, Any]) -> dict[str, Any]:
    """Of one operation, by status: with those that the guard in front of it may give."""
    for status in sorted({refusal.status for refusal in _REFUSALS}):
        shared = dict(_refused(status))
        if (ours := answers.get(str(status))) is not None:
            ours["description"] += f" Or, as plain text: {shared['description']}"
            ours["content"] |= shared["content"]
            ours["headers"] = {
                name: header | {"required": False} for name, header in shared["headers"].items()
            }
        else:
            answers[str(status)] = {"$ref": f"#/components/responses/{status}"}
    return dict(sorted(answers.items()))


def refusals() -> dict[str, Any]:
    """Those answers, for components/responses."""
    return {str(status): _refused(status) for status in sorted({refusal.status for refusal in _REFUSALS})}


def _shared_answers() -> Iterator[tuple[str, dict[str, Any]]]:
    yield from refusals().items()
    yield "404", _plain(404, "No such path.")
    yield (
        "405",
        _plain(405, "Another method than GET or HEAD.")
        | {"headers": {"Allow": {"required": True, "schema": {"type": "string"}}}},
    )


def _refused(status: int) -> dict[str, Any]:
    """By the guard in front of every route, in the words that a sender of ParnasSys would read."""
    refusals = [refusal for refusal in _REFUSALS if refusal.status == status]
    headers: dict[str, Any] = {
        REFERENTIE: {"required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"}}
    }
    if any(refusal.retry for refusal in refusals):
        headers["Retry-After"] = {"required": True, "schema": {"type": "string", "pattern": "^[0-9]+$"}}
    words = f"{refusals[0].code}: {' '.join(refusal.text for refusal in refusals)}"
    content = {_TEXT: {"schema": {"type": "string", "pattern": _pattern(refusals)}}}
    return {"description": words, "headers": headers, "content": content}


def _pattern(refusals: list[Refusal]) -> str:
    codes = "|".join(dict.fromkeys(refusal.code for refusal in refusals))
    return f"^({codes}): [^\\n]+\\nReferentie voor de helpdesk van Kindkans: [0-9a-f]{{32}}\\n$"


def _plain(status: int, words: str) -> dict[str, Any]:
    return {"description": words, "content": {_TEXT: {"schema": {"const": HTTPStatus(status).phrase}}}}


def _without_titles(schema: Any) -> None:
    """pydantic's titles only repeat the names."""
    for inner in schema.values() if isinstance(schema, dict) else ():
        if isinstance(inner, dict):
            inner.pop("title", None)
            _without_titles(inner)
