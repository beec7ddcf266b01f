"""Hostile HTTP: what is no body is bounded too, with and without credentials, on both ports."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import psutil
import pytest

from acceptance.process import Gateway
from adapters.parnassys.standin.messages import Push, indienen

NUMBER = re.compile(r"dossiernummer>([0-9]+)<")
MEBIBYTE = 1024 * 1024
SENT_BYTES = 64 * MEBIBYTE  # of each endless thing, unless we are cut off before


def chunked(*lines: bytes) -> bytes:
    return b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(lines)


def repeated(piece: bytes) -> Callable[[], Iterator[bytes]]:
    batch = piece * (128 * 1024 // len(piece) + 1)
    return lambda: (batch for _ in range(SENT_BYTES // len(batch)))


# What comes first, and what then comes without end.
ENDLESS = {
    "many trailers": (chunked(b"1\r\n<\r\n0\r\n"), repeated(b"X-T0000001: " + b"a" * 100 + b"\r\n")),
    "one trailer": (chunked(b"1\r\n<\r\n0\r\nX-T: "), repeated(b"a" * 1000)),
    "the name of a trailer": (chunked(b"1\r\n<\r\n0\r\nX-"), repeated(b"a" * 1000)),
    "chunk extensions": (chunked(), repeated(b"1;" + b"a" * 1000 + b"\r\n<\r\n")),
    "one chunk extension": (chunked(b"1;a="), repeated(b"a" * 1000)),
    "chunks of one byte": (chunked(), repeated(b"1\r\n<\r\n")),
    "zeros before the size of a chunk": (chunked(), repeated(b"0" * 1000)),
    "another protocol": (
        b"Connection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\n\r\n",
        repeated(b"a" * 1000),
    ),
    "requests before an answer": (b"\r\n", repeated(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")),
    "blank lines before a request": (b"Content-Length: 0\r\n\r\n", repeated(b"\r\n" * 500)),
}


@pytest.mark.parametrize(("begin", "rest"), ENDLESS.values(), ids=ENDLESS.keys())
@pytest.mark.parametrize("port", ["soap", "soap without credentials", "ops"])
def test_what_has_no_end_and_is_no_body_is_cut_off(
    gateway: Gateway, port: str, begin: bytes, rest: Callable[[], Iterator[bytes]]
) -> None:
    process = psutil.Process(gateway.running["up"].pid)
    gateway.post(good())
    before = process.memory_info().rss

    with connection(gateway, port) as sock:
        sock.sendall(head(gateway, port) + begin)
        assert sock.recv(1000).startswith(b"HTTP/1.1 ")  # so that the rest is not in the same read
        sent = sent_until_cut_off(sock, rest())

    assert sent < SENT_BYTES // 2
    assert process.memory_info().rss - before < 24 * MEBIBYTE
    assert NUMBER.search(gateway.post(good()).text)


def sent_until_cut_off(sock: socket.socket, pieces: Iterator[bytes]) -> int:
    """How much we could send; what the kernel still holds is counted as well."""
    sent = 0
    sock.settimeout(20)
    try:
        for piece in pieces:
            sock.sendall(piece)
            sent += len(piece)
    except (ConnectionResetError, BrokenPipeError):
        pass
    return sent


def good() -> bytes:
    return indienen(Push(brin="17GU")).body


def head(gateway: Gateway, port: str) -> bytes:
    """Up to and without the field that says how the body is framed."""
    if port == "ops":
        return b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
    known = f"Authorization: {gateway.authorization()}\r\nExpect: 100-continue\r\n"
    who = known if port == "soap" else ""
    return f"POST /parnassys/v1 HTTP/1.1\r\nHost: x\r\n{who}Content-Type: text/xml\r\n".encode()


def connection(gateway: Gateway, port: str) -> socket.socket:
    url = urlsplit(gateway.address()["ops_url"] if port == "ops" else gateway.url())
    assert url.hostname
    assert url.port
    return socket.create_connection((url.hostname, url.port), timeout=20)
