"""Senders that send a byte each second, many at once. A process of its own.

Reads one JSON object: port, connections, head (of the request), body (base64). Ends when it is killed.
"""

from __future__ import annotations

import base64
import json
import selectors
import socket
import sys
import time
from typing import Any

_TICKS = 50  # a second; each moves its share of the connections, so that they do not all send at once


def main() -> None:
    plan: dict[str, Any] = json.load(sys.stdin)
    body, selector = base64.b64decode(plan["body"]), selectors.DefaultSelector()
    turns: list[dict[socket.socket, int]] = [{} for _ in range(_TICKS)]
    began, tick = time.monotonic(), 0
    while True:
        for key, _ in selector.select(timeout=0):  # a 408, or closed: it was too slow
            key.data.pop(key.fileobj)
            selector.unregister(key.fileobj)
            key.fileobj.close()  # type: ignore[union-attr]
        turn = turns[tick % _TICKS]
        while len(turn) < plan["connections"] // _TICKS:
            connection = _connect(plan)
            selector.register(connection, selectors.EVENT_READ, turn)
            turn[connection] = 0
        for connection, sent in turn.items():
            try:
                connection.send(body[sent : sent + 1])
                turn[connection] = sent + 1
            except OSError:
                pass  # it is closed, and the selector will say so
        tick += 1
        time.sleep(max(0.0, began + tick / _TICKS - time.monotonic()))


def _connect(plan: dict[str, Any]) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", plan["port"]), timeout=60)
    connection.sendall(plan["head"].encode())
    connection.setblocking(False)
    return connection


if __name__ == "__main__":
    main()
