"""A key opens the API and nothing else does; wrong ones are slowed down."""

from __future__ import annotations

import httpx
from sqlalchemy import update
from starlette.types import Message

from components.kindkans_api import StoreWorld
from database.people_schema import account
from kindkans.rights import api_keys


def _problem(answer: httpx.Response) -> str:
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    return str(body["type"]).rpartition(":")[2]


async def test_a_key_is_its_account(world: StoreWorld) -> None:
    async with world.client(world.key("ib", "intern_begeleider", swv="s1", organisatie="o1")) as client:
        answer = await client.get("/api/mij")
    assert answer.status_code == 200
    assert answer.json() == {
        "gebruikersnaam": "ib",
        "naam": "Ib",
        "rol": "Intern begeleider",
        "type": "Rest",
        "externe_rol": None,
        "swv_id": "s1",
        "organisatie_id": "o1",
        "systeemrechten": [],
    }


async def test_without_a_good_key_no_path_tells_whether_it_is_there(world: StoreWorld) -> None:
    for header in (None, "", "Bearer", "Bearer ", "Basic abc", "Bearer onzin", "bearer éé"):
        headers = {} if header is None else {"Authorization": header.encode()}
        for path in ("/api/mij", "/api/niets", "/api", "/api/dossiers/1"):
            world.do(lambda connection: connection.exec_driver_sql("DELETE FROM login_mislukking"))
            async with world.client() as client:
                answer = await client.get(path, headers=headers)
            assert _problem(answer) == "geen-sleutel", (header, path)
            assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_a_key_that_ended_or_of_a_blocked_account_is_none(world: StoreWorld) -> None:
    ended, blocked = world.key("a", "loket", swv="s1"), world.key("b", "loket", swv="s1")
    lid = world.lid("a")
    (row,) = world.do(api_keys.list_keys, lid, lid.account_id)
    assert world.do(api_keys.end_key, lid, lid.account_id, row.key_id)
    block = update(account).where(account.c.account_id == "b").values(status="geblokkeerd")
    world.do(lambda connection: connection.execute(block))
    for key in (ended, blocked):
        async with world.client(key) as client:
            assert _problem(await client.get("/api/mij")) == "geen-sleutel"


async def test_wrong_keys_are_slowed_down_by_address_and_a_good_one_never(world: StoreWorld) -> None:
    good = world.key("a", "loket", swv="s1")
    async with world.client("onzin") as client:
        answers = [await client.get("/api/mij") for _ in range(8)]
    assert [_problem(one) for one in answers] == ["geen-sleutel"] * 5 + ["te-vaak"] * 3
    assert int(answers[-1].headers["Retry-After"]) > 0
    async with world.client(good) as client:
        assert (await client.get("/api/mij")).status_code == 200
    refused = [row for row in world.audit() if row[1] == "api_key_refused"]
    assert refused == [("onbekend", "api_key_refused", "onbekend", "")] * 5


async def test_a_cookie_opens_no_api_and_a_key_no_page(world: StoreWorld) -> None:
    key = world.key("a", "loket", swv="s1")
    async with world.client() as client:
        client.cookies.set(world.site.cookie, key)
        assert (await client.get("/api/mij")).status_code == 401
    async with world.client(key) as client:
        assert (await client.get("/")).headers["Location"].startswith("/inloggen")


async def test_what_is_not_there_is_a_problem_and_every_answer_is_kept_by_nobody(world: StoreWorld) -> None:
    async with world.client(world.key("a", "root")) as client:
        nowhere = await client.get("/api/niets")
        method = await client.patch("/api/mij")
        docs = [await client.get(path) for path in ("/api/docs", "/api/openapi.json", "/api/redoc")]
        slash = await client.get("/api/mij/")
    assert _problem(nowhere) == "niet-gevonden"
    assert (_problem(method), method.headers["Allow"]) == ("methode", "GET")
    assert {one.status_code for one in [*docs, slash]} == {404}
    for one in (nowhere, method):
        assert one.headers["Cache-Control"] == "no-store"
        assert one.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_body_has_a_bound(world: StoreWorld) -> None:
    async with world.client(world.key("a", "root")) as client:
        large = await client.post("/api/dossiers/zoeken", content=b" " * 300_000)

        async def endless() -> object:
            for _ in range(100):
                yield b" " * 10_000

        chunked = await client.post("/api/dossiers/zoeken", content=endless())
    assert _problem(large) == _problem(chunked) == "te-groot"


async def test_a_request_whose_sender_went_away_before_its_end_does_nothing(world: StoreWorld) -> None:
    world.put(1, files=0)
    key = world.key("loket", "loket", swv="s1")
    coming: list[Message] = [
        {"type": "http.request", "body": b'{"notitie": "half"}', "more_body": True},
        {"type": "http.disconnect"},
    ]
    answers: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        answers.append(message)

    headers = [(b"authorization", f"Bearer {key}".encode()), (b"content-type", b"application/json")]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/dossiers/1/notities",
        "raw_path": b"/api/dossiers/1/notities",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
        "root_path": "",
        "http_version": "1.1",
    }
    await world.app(scope, receive, send)
    assert answers == []
    async with world.client(key) as client:
        assert (await client.get("/api/notities")).json() == []
