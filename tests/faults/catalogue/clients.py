"""Senders that misbehave: they stop half-way, dawdle, or leave before the answer."""

from __future__ import annotations

import random
import selectors
import socket
import struct
import threading
import time
from statistics import quantiles

from acceptance.process import wait_for
from adapters.parnassys.standin.messages import File, indienen
from faults.catalogue.case import LONG_SECONDS, FaultCase
from faults.history import Number
from faults.load import CANARY, Load
from faults.stack import OMGEVING, Stack

_HALVES = 20
_SLOW = 500
_LEAVERS = 20
_REST_SECONDS = 5  # a push that is younger may be in the middle of being decided


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
    load.answered(100)
    began = time.monotonic()
    body = indienen(load.new(File(naam=f"{CANARY}.txt", content=rng.randbytes(50_000)))).body
    ending = threading.Event()
    dawdlers = threading.Thread(target=_dawdle, args=(stack, body, ending), daemon=True)
    dawdlers.start()
    try:
        wait_for(lambda: stack.connections() >= _SLOW * 0.9)
        during = time.monotonic()
        load.answered(100, seconds=120)
        wait_for(lambda: time.monotonic() > during + LONG_SECONDS, LONG_SECONDS + 5)
        ended = time.monotonic()
    finally:
        ending.set()
        dawdlers.join(timeout=30)
    before = _speeds(load, since, began)
    meanwhile = _speeds(load, during, ended)
    return f"p50/p99 before {before}, with {_SLOW} slow senders {meanwhile}"


def _speeds(load: Load, since: float, until: float) -> str:
    seconds = [
        attempt.seconds * 1000
        for sent in load.history
        for attempt in sent.attempts
        if since <= attempt.began < until and isinstance(attempt.told, Number)
    ]
    cuts = quantiles(seconds, n=100)
    return f"{cuts[49]:.0f}/{cuts[98]:.0f} ms"


def _dawdle(stack: Stack, body: bytes, ending: threading.Event) -> None:
    """Keeps `_SLOW` connections open; one that the gateway ends is made again."""
    selector = selectors.DefaultSelector()
    sent: dict[socket.socket, int] = {}
    try:
        while not ending.is_set():
            while len(sent) < _SLOW:
                connection = _connect(stack, len(body))
                connection.setblocking(False)
                selector.register(connection, selectors.EVENT_READ)
                sent[connection] = 0
            for key, _ in selector.select(timeout=0):  # a 408, or closed: it was too slow
                connection = key.fileobj  # type: ignore[assignment]
                selector.unregister(connection)
                del sent[connection]
                connection.close()
            for connection, number in sent.items():
                try:
                    connection.send(body[number : number + 1])
                    sent[connection] = number + 1
                except OSError:
                    pass  # it is closed, and the selector will say so
            ending.wait(1.0)
    finally:
        for connection in sent:
            connection.close()
        selector.close()


def _connect(stack: Stack, length: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", stack.soap_port("intake")), timeout=20)
    head = (
        "POST /parnassys/v1 HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: {stack.authorization(OMGEVING)}\r\n"
        f"Content-Type: text/xml; charset=utf-8\r\nContent-Length: {length}\r\n\r\n"
    )
    connection.sendall(head.encode())
    return connection


def _leave(connection: socket.socket, *, rudely: bool) -> None:
    if rudely:  # a reset
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


CLIENTS = (
    FaultCase(name="clients: half-sent bodies", inject=_halves),
    FaultCase(name="clients: gone amid the answer", inject=_leavers),
    FaultCase(name=f"clients: {_SLOW} slow senders", inject=_slow),
)
