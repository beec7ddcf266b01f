"""The HTTP server on a real socket: who takes nothing of an answer is let go."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable

from starlette.types import Receive, Scope, Send

from gateway.servers import HttpServer

LENGTH = 32 * 1024 * 1024  # more than any kernel buffers


async def long_answer(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [(b"content-length", str(LENGTH).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"x" * LENGTH})


async def test_a_client_that_does_not_read_its_answer_is_let_go() -> None:
    server = HttpServer(
        host="127.0.0.1",
        port=0,
        header_deadline_seconds=0.5,
        max_connections=10,
        drain_seconds=5,
        on_refused=lambda refusal, referentie: None,
    )
    server.app = long_answer
    await server.start()
    connections = server._server.server_state.connections
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await wait_for(lambda: len(connections) == 1)
        await wait_for(lambda: not connections)
    await server.stop()


async def wait_for(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"waited {seconds} s in vain"
        await asyncio.sleep(0.02)
