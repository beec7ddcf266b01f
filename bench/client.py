"""The load: senders that push over kept connections, each waiting for its answer. A process of its own.

    python client.py '{"url": ..., "authorization": ..., "files": 20, "file_bytes": 5242880,
                       "senders": 8, "seconds": 10, "messages": 0, "per_second": 0}'

Prints one JSON line. `messages` > 0 ends after so many; `per_second` > 0 starts them on a clock, whether
earlier ones were answered or not (an open loop), so that waiting counts.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import uvloop

from adapters.parnassys.standin.messages import File, Push, indienen

_ID, _HULPVRAAG = "11111111-1111-1111-1111-111111111111", "H-BENCH-HULPVRAAG"
_NUMBER = re.compile(rb"dossiernummer>([0-9]+)<")
_LENGTH = re.compile(rb"content-length: ([0-9]+)", re.IGNORECASE)
_CHUNK = 256 * 1024


class Message:
    """One message, of which only the head with its ids differs from push to push."""

    def __init__(self, plan: dict[str, Any]) -> None:
        files = tuple(
            File(naam=f"bijlage {n}.bin", content=os.urandom(plan["file_bytes"]), mediatype="application/pdf")
            for n in range(plan["files"])
        )
        push = Push(bericht_id=_ID, hulpvraag_id=_HULPVRAAG, omschrijving="tekst " * 270, files=files)
        raw = indienen(push)
        cut = raw.body.index(_HULPVRAAG.encode()) + len(_HULPVRAAG)
        self.size = len(raw.body)
        self._head = raw.body[:cut]
        self.tail = memoryview(raw.body)[cut:]
        url = urlsplit(plan["url"])
        fields = {**raw.headers(), "Host": url.netloc, "Authorization": plan["authorization"]}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self._request = f"POST {url.path} HTTP/1.1\r\n{lines}Content-Length: {self.size}\r\n\r\n".encode()

    def start(self) -> bytes:
        """The request's head and the first bytes of a body with ids of its own."""
        hulpvraag = uuid.uuid4().hex[: len(_HULPVRAAG)].encode()
        body = self._head.replace(_ID.encode(), str(uuid.uuid4()).encode())
        return self._request + body.replace(_HULPVRAAG.encode(), hulpvraag)


@dataclass(slots=True)
class Tally:
    seconds: list[float] = field(default_factory=list)
    failures: int = 0


class Sender:
    def __init__(self, plan: dict[str, Any], message: Message, tally: Tally) -> None:
        self._address = urlsplit(plan["url"])
        self._message = message
        self._tally = tally

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(
            self._address.hostname, self._address.port, limit=1 << 20
        )

    async def push(self, since: float | None = None) -> None:
        began = since or time.perf_counter()
        self._writer.write(self._message.start())
        tail = self._message.tail
        for at in range(0, len(tail), _CHUNK):
            self._writer.write(tail[at : at + _CHUNK])
            await self._writer.drain()
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await self._reader.readexactly(int(length[1])) if length else b""
        self._tally.seconds.append(time.perf_counter() - began)
        # The raw ASGI app of the floor answers without a number: its 200 will do.
        if _NUMBER.search(body) is None and body != b"read":
            self._tally.failures += 1

    def close(self) -> None:
        self._writer.close()


async def closed_loop(plan: dict[str, Any], senders: list[Sender], tally: Tally) -> None:
    until = time.perf_counter() + plan["seconds"]
    left = plan["messages"] or sys.maxsize

    async def run(sender: Sender) -> None:
        nonlocal left
        while left > 0 and time.perf_counter() < until:
            left -= 1
            await sender.push()

    await asyncio.gather(*(run(sender) for sender in senders))


async def open_loop(plan: dict[str, Any], senders: list[Sender], tally: Tally) -> None:
    free: asyncio.Queue[Sender] = asyncio.Queue()
    for sender in senders:
        free.put_nowait(sender)
    start = time.perf_counter()
    tasks = []

    async def one(due: float) -> None:
        sender = await free.get()
        await sender.push(since=due)
        free.put_nowait(sender)

    for number in range(int(plan["seconds"] * plan["per_second"])):
        due = start + number / plan["per_second"]
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(due)))
    await asyncio.gather(*tasks)


async def main() -> None:
    plan = json.loads(sys.argv[1])
    message, tally = Message(plan), Tally()
    senders = [Sender(plan, message, tally) for _ in range(plan["senders"])]
    await asyncio.gather(*(sender.open() for sender in senders))
    await senders[0].push()  # the secret is verified once; that is not what we measure
    tally.seconds.clear()
    began = time.perf_counter()
    await (open_loop if plan.get("per_second") else closed_loop)(plan, senders, tally)
    elapsed = time.perf_counter() - began
    for sender in senders:
        sender.close()
    ordered = sorted(tally.seconds)
    result = {
        "messages": len(ordered),
        "failures": tally.failures,
        "seconds": elapsed,
        "bytes": message.size,
        "p50": ordered[len(ordered) // 2],
        "p99": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    uvloop.run(main())
