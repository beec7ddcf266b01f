"""A floor: the same server and guard, with an app that only reads and answers.

python raw_app.py        prints its URL, runs until SIGTERM
"""

from __future__ import annotations

import uvloop
from starlette.types import Receive, Scope, Send

from gateway.guard import Guard
from gateway.process import Failure, run
from gateway.servers import HttpServer


async def only_read(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"4")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"read"})


async def main() -> None:
    server = HttpServer(
        host="127.0.0.1",
        port=0,
        header_deadline_seconds=10,
        max_connections=600,
        drain_seconds=5,
        on_refused=lambda refusal, referentie: None,
    )
    server.app = Guard(only_read, deadline_seconds=120, on_refused=lambda refusal, referentie: None)
    print(server.url, flush=True)
    await run([server], Failure())


if __name__ == "__main__":
    uvloop.run(main())
