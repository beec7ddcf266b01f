"""Senders that misbehave: they stop half-way, dawdle, or leave before the answer."""

from __future__ import annotations

import base64
import json
import random
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

from acceptance.process import wait_for
from adapters.parnassys.standin.messages import File, indienen
from faults.catalogue.case import LONG_SECONDS, FaultCase
from faults.history import Number
from faults.load import CANARY, Load
from faults.stack import OMGEVING, Stack

_HALVES = 20
_SLOW = 500
_MEASURED = 300  # answers before, and while they dawdle: enough for a p99
_LEAVERS = 20
_REST_SECONDS = 5  # a push that is younger may be in the middle of being decided
_DAWDLERS = Path(__file__).parent.parent / "dawdlers.py"


def _halves(stack: Stack, load: Load, rng: random.Random) -> None:
    """A body that ends somewhere in its middle is a disconnect: nothing of it stays."""
    for n in range(_HALVES):
        content = rng.randbytes(200_000)
        body = indienen(load.new(File(naam=f"{CANARY}.txt", content=content))).body
        until = rng.randrange(1, len(body))
        connection = _connect(stack, len(body))
        connection.sendall(body[:until])
        _leave(connection, rudely=n % 2 == 0)
    wait_for(lambda: not stack.left_over(_REST_SECONDS))


def _leavers(stack: Stack, load: Load, rng: random.Random) -> None:
    """All is sent, and some or nothing of the answer read. Sent again, each gets its number."""
    for n in range(_LEAVERS):
        sent = load.begin(load.new(File(naam=f"{CANARY}.txt", content=rng.randbytes(20_000))))
        body = indienen(sent.push).body
        connection = _connect(stack, len(body))
        began = time.monotonic()
        connection.sendall(body)
        if n % 2:
            connection.recv(rng.randrange(1, 200))
        _leave(connection, rudely=True)
        load.got_no_answer(sent, began)


def _slow(stack: Stack, load: Load, rng: random.Random) -> str:
    """A byte each second, from many at once, while the others go on."""
    since = time.monotonic()
    load.answered(_MEASURED)
    began = time.monotonic()
    body = indienen(load.new(File(naam=f"{CANARY}.txt", content=rng.randbytes(50_000)))).body
    with _dawdlers(stack, body):
        wait_for(lambda: stack.connections() >= _SLOW * 0.9)
        during = time.monotonic()
        load.answered(_MEASURED, seconds=120)
        wait_for(lambda: time.monotonic() > during + LONG_SECONDS, LONG_SECONDS + 5)
        ended = time.monotonic()
    before = _speeds(load, since, began)
    meanwhile = _speeds(load, during, ended)
    return f"p50/p99 before {before}, with {_SLOW} slow senders {meanwhile}"


@contextmanager
def _dawdlers(stack: Stack, body: bytes) -> Iterator[None]:
    """`_SLOW` of them, in a process of their own: in ours they would hold up the senders that we measure."""
    plan = {
        "port": stack.soap_port("intake"),
        "connections": _SLOW,
        "head": _head(stack, len(body)).decode(),
        "body": base64.b64encode(body).decode(),
    }
    child = subprocess.Popen([sys.executable, _DAWDLERS], stdin=subprocess.PIPE)
    try:
        assert child.stdin is not None
        with child.stdin:
            child.stdin.write(json.dumps(plan).encode())
        yield
        assert child.poll() is None, "the slow senders ended by themselves"
    finally:
        child.kill()
        child.wait()


def _speeds(load: Load, since: float, until: float) -> str:
    seconds = [
        attempt.seconds * 1000
        for sent in load.history
        for attempt in sent.attempts
        if since <= attempt.began < until and isinstance(attempt.told, Number)
    ]
    cuts = quantiles(seconds, n=100)
    return f"{cuts[49]:.0f}/{cuts[98]:.0f} ms"


def _connect(stack: Stack, length: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", stack.soap_port("intake")), timeout=60)
    connection.sendall(_head(stack, length))
    return connection


def _head(stack: Stack, length: int) -> bytes:
    return (
        "POST /parnassys/v1 HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: {stack.authorization(OMGEVING)}\r\n"
        f"Content-Type: text/xml; charset=utf-8\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def _leave(connection: socket.socket, *, rudely: bool) -> None:
    if rudely:  # a reset
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


CLIENTS = (
    FaultCase(name="clients: half-sent bodies", inject=_halves),
    FaultCase(name="clients: gone amid the answer", inject=_leavers),
    FaultCase(name=f"clients: {_SLOW} slow senders", inject=_slow),
)
