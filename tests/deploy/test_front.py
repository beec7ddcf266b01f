"""When nginx goes to another intake, and when it must not: before intakes that misbehave as told."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from deploy.front import Front

pytestmark = pytest.mark.xdist_group("compose")
_NETWORK = f"127.{210 + os.getpid() % 40}.{os.getpid() // 40 % 250}"
_BODY = b"<envelope/>" * 1000


class FakeIntake:
    """Reads one request per connection and does with it what it was told: `answer`, or `hang up`."""

    def __init__(self, address: str, behaviour: str) -> None:
        self._behaviour = behaviour
        self.bodies: list[bytes] = []
        self._socket = socket.create_server((address, 8080))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(timeout=60)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                connection, _ = self._socket.accept()
                with connection:
                    self.bodies.append(_body_of(connection))
                    if self._behaviour == "answer":
                        connection.sendall(
                            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
                        )


def _body_of(connection: socket.socket) -> bytes:
    received = b""
    while len(received.partition(b"\r\n\r\n")[2]) < len(_BODY):
        received += connection.recv(65536)
    return received.partition(b"\r\n\r\n")[2]


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    front = Front(tmp_path, f"{_NETWORK}.1", [f"{_NETWORK}.11", f"{_NETWORK}.12"])
    front.start()
    yield front
    front.close()


@pytest.fixture
def good() -> Iterator[FakeIntake]:
    intake = FakeIntake(f"{_NETWORK}.12", "answer")
    yield intake
    intake.close()


@pytest.fixture
def bad() -> Iterator[FakeIntake]:
    intake = FakeIntake(f"{_NETWORK}.11", "hang up")
    yield intake
    intake.close()


def post(front: Front) -> requests.Response:
    with front.session() as session:
        return session.post(f"{front.url}/parnassys/v1", data=_BODY, timeout=30)


def test_an_intake_that_takes_no_connection_is_passed_over(front: Front, good: FakeIntake) -> None:
    assert [post(front).text for _ in range(4)] == ["ok"] * 4
    assert good.bodies == [_BODY] * 4


def test_what_was_sent_to_one_intake_is_never_sent_to_another(
    front: Front, bad: FakeIntake, good: FakeIntake
) -> None:
    answers = [post(front) for _ in range(2)]  # in turn, so that one of them meets the bad one

    assert sorted(answer.status_code for answer in answers) == [200, 503]
    assert (len(bad.bodies), len(good.bodies)) == (1, 1)
    assert "zelfde berichtId" in next(answer.text for answer in answers if answer.status_code == 503)
