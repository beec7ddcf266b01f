"""A Prometheus that is no good never hurts the page: it falls back to the database and says so."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from components.intake_world import World
from database.engine import writing
from database.migrate import History
from dossier.errors import ConfigurationError
from dossier.identifiers import SwvId
from dossier.timestamps import utc_now
from helpdesk.app import helpdesk_app
from helpdesk.desk import Desk
from helpdesk.roles import Person, Role
from helpdesk.status import prometheus as client
from helpdesk.status.figures import NoAnswer
from helpdesk.status.prometheus import Prometheus
from storage.keyring import Keyring
from storage.seal import Seal
from validators.limits import Limits
from web.login import Login
from web.sessions import Sessions

ADDRESS = "http://helpdesk.test"
GOOD = {"status": "success", "data": {"resultType": "vector", "result": []}}


def matrix(result: Any) -> bytes:
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}}).encode()


ANSWERS: dict[str, tuple[int, bytes]] = {
    "no JSON": (200, b"<html>Bad gateway</html>"),
    "half of it": (200, b'{"status": "success", "data": {'),
    "no UTF-8": (200, b'{"status": "\xff"}'),
    "JSON without end": (200, b"[" * 100_000),
    "another shape": (200, b"[1, 2]"),
    "no shape": (200, b"null"),
    "an error": (400, b'{"status":"error","errorType":"bad_data","error":"x"}'),
    "an error that says success": (200, b'{"status":"error","data":{"resultType":"matrix","result":[]}}'),
    "another kind": (200, json.dumps(GOOD).encode()),
    "points of text": (200, matrix([{"metric": {}, "values": ["a", "b"]}])),
    "points of three": (200, matrix([{"metric": {}, "values": [[1, "2", 3]]}])),
    "a number that is none": (200, matrix([{"metric": {}, "values": [[1, "twee"]]}])),
    "labels that are none": (200, matrix([{"metric": [], "values": []}])),
    "a redirect": (302, b""),
    "a failure": (500, b""),
    "too much": (200, b"x" * (client._LARGEST_BYTES + 1)),
}


class Odd:
    """A server that gives whatever it is told to, to any question."""

    def __init__(self) -> None:
        self.status, self.body = 200, b""
        self.asked = 0
        self.hold = threading.Event()  # set: it answers
        self.hold.set()
        odd = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                odd.asked += 1
                self.rfile.read(int(self.headers["Content-Length"]))
                odd.hold.wait(30)
                self.send_response(odd.status)
                self.send_header("Content-Length", str(len(odd.body)))
                if odd.status == 302:
                    self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()
                try:
                    self.wfile.write(odd.body)
                except OSError:
                    self.close_connection = True  # who asked has heard enough

            def log_message(self, format: str, *args: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self.hold.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def odd() -> Iterator[Odd]:
    server = Odd()
    yield server
    server.close()


@pytest.fixture
def prometheus(odd: Odd) -> Iterator[Prometheus]:
    made = Prometheus(odd.url)
    yield made
    made.close()


@pytest.fixture
async def browser(new_sqlite: Callable[[History], str], tmp_path: Any, prometheus: Prometheus) -> Any:
    seal = Seal(Keyring.generate())
    world = World(tmp_path, seal, new_sqlite(History.GATEWAY))
    desk = Desk(
        engine=world.engine,
        seal=seal,
        limits=Limits(),
        address=ADDRESS,
        login=Login(world.engine, seal),
        prometheus=prometheus,
    )
    client = httpx.AsyncClient(transport=httpx.ASGITransport(helpdesk_app(desk)), base_url=ADDRESS)

    def of(role: Role, swv: str | None = None) -> httpx.AsyncClient:
        person = Person(actor="lokaal:p", naam="P", role=role, swv_id=SwvId(swv) if swv else None)
        with writing(world.engine) as connection:
            client.cookies.set(desk.cookie, Sessions().start(connection, person.who))
        return client

    yield of
    await client.aclose()
    world.stop()
    world.engine.dispose()


@pytest.mark.parametrize("name", ANSWERS)
async def test_what_is_no_answer_leaves_the_figures_of_the_database(
    browser: Any, odd: Odd, name: str
) -> None:
    odd.status, odd.body = ANSWERS[name]
    page = await browser(Role.HELPDESK).get("/status")

    assert page.status_code == 200, page.text[-2000:]
    assert "Prometheus antwoordt nu niet." in page.text
    assert "Ontvangen per uur" in page.text
    assert odd.asked == 1


async def test_every_panel_says_so_too(browser: Any, odd: Odd) -> None:
    odd.status, odd.body = ANSWERS["no JSON"]
    page = await browser(Role.HELPDESK).get("/status/service")

    assert page.status_code == 200
    assert "gaf op deze vraag geen antwoord" in page.text
    assert "<svg" not in re.sub(r"<header.*?</header>", "", page.text, flags=re.S)


async def test_who_does_not_answer_in_time_is_not_waited_for_again(
    browser: Any, odd: Odd, monkeypatch: pytest.MonkeyPatch, prometheus: Prometheus
) -> None:
    prometheus._http.timeout = httpx.Timeout(0.2)
    odd.hold.clear()
    first = await browser(Role.HELPDESK).get("/status")
    second = await browser(Role.HELPDESK).get("/status/service")

    assert "Prometheus antwoordt nu niet." in first.text
    assert "gaf op deze vraag geen antwoord" in second.text
    assert odd.asked == 1


async def test_prometheus_is_not_asked_for_who_sees_one_swv(browser: Any, odd: Odd) -> None:
    page = await browser(Role.APPLICATIEBEHEERDER, "swv-a").get("/status")

    assert page.status_code == 200
    assert odd.asked == 0


def test_after_a_rest_it_is_asked_again(odd: Odd) -> None:
    clock = [0.0]
    prometheus = Prometheus(odd.url, clock=lambda: clock[0])
    odd.body = b"x" * (client._LARGEST_BYTES + 1)
    for _ in range(2):
        with pytest.raises(NoAnswer):
            prometheus.now("up", utc_now())
    odd.body = json.dumps(GOOD).encode()
    clock[0] = client._REST_SECONDS

    assert prometheus.now("up", utc_now()) == []
    assert odd.asked == 2
    prometheus.close()


def test_an_answer_that_drips_is_cut_off(odd: Odd) -> None:
    """Each piece in time, and all of it never: by a clock that runs a second with each look at it."""
    seconds = iter(range(10_000))
    prometheus = Prometheus(odd.url, clock=lambda: float(next(seconds)))
    odd.body = b" " * 3_000_000

    with pytest.raises(NoAnswer):
        prometheus.now("up", utc_now())
    prometheus.close()


def test_nobody_there_is_no_answer() -> None:
    prometheus = Prometheus("http://127.0.0.1:1/prometheus/")
    with pytest.raises(NoAnswer):
        prometheus.now("up", utc_now())
    prometheus.close()


@pytest.mark.parametrize(
    "url", ["prometheus:9090", "ftp://prometheus", "http://", "http://prometheus:geheim"]
)
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        Prometheus(url)

    assert "PROMETHEUS_URL" in str(refused.value)
    assert "geheim" not in str(refused.value)
