"""HTTP servers inside our own process: bound before they are started, stopped without signals of theirs."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from dossier.errors import ConfigurationError
from gateway.guard import refuse
from gateway.protocol import guarded_protocol
from gateway.refusals import CROWDED, OnRefused

BACKLOG = 2048
KEEP_ALIVE_SECONDS = 20
_UNREAD_FACTOR = 3  # times the deadline of a head: for the other side to take any of what we sent
_HARD_MAX_FACTOR = 2  # up to this many times `max_connections` we still read who asks, and answer 503


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # signals are the process's business (process.py)


class HttpServer:
    """One app on one port, bound at once: an app may need to know where it is served.

    Set `app` before `start`. Raises ConfigurationError when the port is taken.
    """

    app: ASGIApp

    def __init__(
        self,
        *,
        host: str,
        port: int,
        header_deadline_seconds: float,
        max_connections: int,
        drain_seconds: float,
        on_refused: OnRefused,
        listening: socket.socket | None = None,
    ) -> None:
        """`listening` is one that is bound already (workers.py); then `port` does not matter."""
        self._socket = listening or bind(host, port)
        _forget_who_does_not_read(self._socket, header_deadline_seconds * _UNREAD_FACTOR)
        self._host = host
        self._max_connections = max_connections
        self._on_refused = on_refused
        config = uvicorn.Config(
            self._serve,
            http=guarded_protocol(
                header_deadline_seconds=header_deadline_seconds,
                hard_max_connections=max_connections * _HARD_MAX_FACTOR,
                on_refused=on_refused,
            ),
            interface="asgi3",
            ws="none",
            lifespan="off",
            loop="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=BACKLOG,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=max(1, round(drain_seconds)),
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        return url_of(self._host, self._socket)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if len(self._server.server_state.connections) > self._max_connections:
            await refuse(CROWDED, scope, receive, send, self._on_refused)
        else:
            await self.app(scope, receive, send)

    async def start(self) -> None:
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        while not self._server.started:
            if self._task.done():
                self._task.result()
                raise ConfigurationError(f"the server on port {self.port} did not start")
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Takes no new connections, lets running requests finish within the drain time."""
        if self._task is None:
            self._socket.close()
            return
        self._server.should_exit = True
        await self._task


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises ConfigurationError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as exc:
        sock.close()
        raise ConfigurationError(
            f"port {port} of {host} cannot be used; choose another "
            "(PORT, OPS_PORT, HELPDESK_PORT, KINDKANS_PORT)"
        ) from exc
    sock.listen(BACKLOG)
    sock.setblocking(False)
    return sock


def url_of(host: str, listening: socket.socket) -> str:
    return f"http://{host}:{listening.getsockname()[1]}"


def _forget_who_does_not_read(listening: socket.socket, seconds: float) -> None:
    """Connections inherit it. Without it one whose answer nobody takes would stay for ever, closed or not."""
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))
