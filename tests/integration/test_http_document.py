"""The OpenAPI document of the operations port holds for what a real server answers."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from components.documents import committed
from database.engine import check_alive, open_engine
from database.silence_memory import SilenceMemory
from dossier.errors import Unavailable
from gateway import openapi
from gateway.guard import Guard
from gateway.health import Health
from gateway.metrics import Metrics
from gateway.ops import ops_app
from gateway.readings import Scrape
from gateway.servers import HttpServer

DOCUMENT = committed("openapi.yaml")
PATHS = list(DOCUMENT["paths"])


@dataclass(frozen=True)
class Answer:
    status: str
    headers: Mapping[str, str]
    body: str


@asynccontextmanager
async def served(health: Health, *, deadline: float = 30, connections: int = 10) -> AsyncIterator[HttpServer]:
    server = HttpServer(
        host="127.0.0.1",
        port=0,
        header_deadline_seconds=10,
        max_connections=connections,
        drain_seconds=5,
        on_refused=lambda refusal, referentie: None,
    )
    server.app = Guard(
        ops_app(health, Scrape(Metrics(), {}, None, SilenceMemory())),
        deadline_seconds=deadline,
        on_refused=lambda refusal, referentie: None,
    )
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def ask(
    server: HttpServer, path: str, *, method: str = "GET", more: str = "", body: str = ""
) -> Answer:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{more}\r\n{body}".encode())
    head, _, content = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    first, *lines = head.split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines)
    return Answer(first.split()[1], fields, content)


def schema_of(answer: Answer, path: str) -> dict[str, Any]:
    """Of the body, by path, status and content type. KeyError for what the document does not name."""
    responses = DOCUMENT["paths"].get(path, {"get": {"responses": {}}})["get"]["responses"]
    described = responses.get(answer.status) or DOCUMENT["x-elsewhere"][answer.status]
    if "$ref" in described:
        described = DOCUMENT["components"]["responses"][described["$ref"].rsplit("/", 1)[-1]]
    for name, header in described.get("headers", {}).items():
        if (value := answer.headers.get(name.lower())) is None:
            assert not header["required"], name
        else:
            assert re.search(header["schema"].get("pattern", ""), value)
    found: dict[str, Any] = described["content"][answer.headers["content-type"]]["schema"]
    return found


def fits(answer: Answer, path: str) -> bool:
    schema = schema_of(answer, path)
    is_json = answer.headers["content-type"] == "application/json"
    value = json.loads(answer.body) if is_json else answer.body
    validator = Draft202012Validator({**schema, "components": DOCUMENT["components"]})
    return bool(validator.is_valid(value))


async def fine() -> None: ...


async def never() -> None:
    await asyncio.Event().wait()


def ready(**checks: Callable[[], Awaitable[None]]) -> Health:
    health = Health({"disk": fine, **checks})
    health.open()
    return health


def test_the_document_is_valid_openapi() -> None:
    validate(DOCUMENT)


def test_a_route_that_nobody_described_cannot_be_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    described = {path: one for path, one in openapi._DESCRIBED.items() if path != "/readyz"}
    monkeypatch.setattr(openapi, "_DESCRIBED", described)
    with pytest.raises(KeyError, match="/readyz"):
        openapi.document()


def test_nothing_is_described_that_is_not_served() -> None:
    assert set(openapi._DESCRIBED) == set(PATHS) == {route.path for route in openapi._app_routes()}


@pytest.mark.parametrize("path", PATHS)
async def test_what_is_ready_answers_200_on_every_path(path: str) -> None:
    async with served(ready()) as server:
        answer = await ask(server, path)
    assert (answer.status, fits(answer, path)) == ("200", True)


async def test_every_reason_not_to_be_ready_is_503_and_fits() -> None:
    engine = open_engine(f"postgresql+psycopg://nobody@127.0.0.1:{_closed_port()}/none")

    async def database() -> None:
        await asyncio.to_thread(check_alive, engine)

    async def full() -> None:
        raise Unavailable("disk space")

    starting, draining = Health({"disk": fine}), ready()
    draining.drain()
    found: list[dict[str, str]] = []
    for health in (starting, draining, ready(database=database), ready(disk=full)):
        async with served(health) as server:
            answer = await ask(server, "/readyz")
        assert (answer.status, fits(answer, "/readyz")) == ("503", True), answer
        checks = json.loads(answer.body)["checks"]
        found.append({name: told for name, told in checks.items() if told != "ok"})
    engine.dispose()
    assert found == [
        {"process": "starting"},
        {"process": "draining"},
        {"database": "database unavailable"},
        {"disk": "disk space unavailable"},
    ]


async def test_a_check_that_nobody_described_does_not_fit() -> None:
    async with served(ready(nieuw=fine)) as server:
        answer = await ask(server, "/readyz")
    assert (answer.status, fits(answer, "/readyz")) == ("200", False)


async def test_an_unknown_path_and_another_method_are_as_described() -> None:
    async with served(ready()) as server:
        unknown = await ask(server, "/")
        others = {path: await ask(server, path, method="POST") for path in PATHS}
        heads = {path: await ask(server, path, method="HEAD") for path in PATHS}
    assert (unknown.status, fits(unknown, "/")) == ("404", True)
    for path, answer in others.items():
        assert (answer.status, fits(answer, path)) == ("405", True)
    assert {(head.status, head.body) for head in heads.values()} == {("200", "")}


REFUSED = [
    ("400", "Host: y\r\n", ""),
    ("400", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", ""),
    ("400", "no colon\r\n", ""),
    ("400", "Connection: Upgrade\r\nUpgrade: h2c\r\n", ""),
    ("400", "Transfer-Encoding: chunked\r\n", "0\r\nX-Trailer: 1\r\n\r\n"),
    ("431", "".join(f"X-{n}: x\r\n" for n in range(200)), ""),
]


@pytest.mark.parametrize("path", PATHS)
async def test_what_the_guard_refuses_fits_on_every_path(path: str) -> None:
    async with served(ready()) as server:
        for status, more, body in REFUSED:
            method = "POST" if body else "GET"
            answer = await ask(server, path, method=method, more=more, body=body)
            assert (answer.status, fits(answer, path)) == (status, True), (more[:40], answer)


async def test_what_takes_too_long_is_408() -> None:
    async with served(ready(database=never), deadline=0.1) as server:
        answer = await ask(server, "/readyz")
    assert (answer.status, fits(answer, "/readyz")) == ("408", True)


@pytest.mark.parametrize("path", PATHS)
async def test_one_connection_too_many_is_503_in_plain_text(path: str) -> None:
    async with served(ready(), connections=1) as server:
        with socket.create_connection(("127.0.0.1", server.port)):
            connections = server._server.server_state.connections
            async with asyncio.timeout(30):
                while not connections:  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
            answer = await ask(server, path)
    assert answer.headers["content-type"].startswith("text/plain")
    assert (answer.status, fits(answer, path)) == ("503", True)


def test_every_status_that_the_document_names_was_asked_for_above() -> None:
    named = {status for path in PATHS for status in DOCUMENT["paths"][path]["get"]["responses"]}
    assert named == {"200", "408", "503", *(status for status, *_ in REFUSED)}
    assert set(DOCUMENT["x-elsewhere"]) == {"404", "405"}


def _closed_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
