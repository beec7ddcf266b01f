"""An HTTP server between obstore and moto that does what a bad network or a bad S3 does."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Middleman:
    """Passes on, but for what `behave` says of a request (method, path)."""

    endpoint: str = ""
    seen: list[tuple[str, str]] = field(default_factory=list)
    behave: Callable[[str, str], str] = lambda method, path: "pass"

    def count(self, method: str, part: str) -> int:
        return sum(m == method and part in path for m, path in self.seen)


def once(behaviour: str, method: str, part: str) -> Callable[[str, str], str]:
    """That, the first time such a request comes."""
    left = [behaviour]

    def behave(got: str, path: str) -> str:
        return left.pop() if left and got == method and part in path else "pass"

    return behave


@contextlib.contextmanager
def middleman(behind: str, port: int = 0) -> Iterator[Middleman]:
    """pass; unconditional (drops If-None-Match); swallow (done, but the answer is lost); silent (no
    answer, nothing done); 409, 500, 503 and so on; short (half of the body, then the end)."""
    found = Middleman()
    host = behind.removeprefix("http://")
    release = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        # HTTP/1.0, the default: no connection outlives its answer, so that an end is an end.
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            found.seen.append((self.command, self.path))
            behaviour = found.behave(self.command, self.path)
            if behaviour == "silent":
                release.wait(600)
                return
            if behaviour.isdigit():
                self._answer(int(behaviour), {}, b"<Error><Code>SlowDown</Code></Error>")
                return
            headers = dict(self.headers)
            if behaviour == "unconditional":
                headers = {name: value for name, value in headers.items() if name.lower() != "if-none-match"}
            status, answered, content = self._pass_on(headers, body)
            if behaviour == "swallow":
                return
            self._answer(status, answered, content, short=behaviour == "short")

        do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = _any

        def _pass_on(self, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
            connection = http.client.HTTPConnection(host, timeout=30)
            try:
                connection.request(self.command, self.path, body, dict(headers))
                answer = connection.getresponse()
                return answer.status, dict(answer.getheaders()), answer.read()
            finally:
                connection.close()

        def _answer(
            self, status: int, headers: Mapping[str, str], body: bytes, *, short: bool = False
        ) -> None:
            head = self.command == "HEAD"
            self.send_response_only(status)
            for name, value in headers.items():
                if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", headers.get("Content-Length", "0") if head else str(len(body)))
            self.end_headers()
            if not head:
                self.wfile.write(body[: len(body) // 2] if short else body)

        def log_message(self, *_: object) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that went away is what we are for."""

    server = Server(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    found.endpoint = f"http://127.0.0.1:{server.server_port}"
    try:
        yield found
    finally:
        release.set()
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
