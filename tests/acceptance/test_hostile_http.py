"""Hostile HTTP: what is no body is bounded too, with and without credentials, on both ports."""

from __future__ import annotations

import gzip
import re
import socket
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import psutil
import pytest
import requests

from acceptance.process import Gateway, wait_for
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
    return socket.create_connection((url.hostname, url.port), timeout=60)


# What is refused before it is a message: how, and the first words of the answer.
REFUSED = {
    "no HTTP": (b"hallo\r\n\r\n", 400, "HTTP_ONGELDIG"),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "HTTP_ONGELDIG"),
    "two lengths": (
        b"POST /parnassys/v1 HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        400,
        "HTTP_ONGELDIG",
    ),
    "a length and chunks": (
        b"POST /parnassys/v1 HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
        "HTTP_ONGELDIG",
    ),
    "an unknown transfer encoding": (
        b"POST /parnassys/v1 HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        400,
        "HTTP_ONGELDIG",
    ),
    "chunks that are not last": (
        b"POST /parnassys/v1 HTTP/1.1\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        400,
        "HTTP_ONGELDIG",
    ),
    "a blank before the colon": (
        b"POST /parnassys/v1 HTTP/1.1\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        400,
        "HTTP_ONGELDIG",
    ),
    "a folded field": (
        b"POST /parnassys/v1 HTTP/1.1\r\nX: a\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
        "HTTP_ONGELDIG",
    ),
    "bare line feeds": (b"POST /parnassys/v1 HTTP/1.1\nContent-Length: 0\n\n", 400, "HTTP_ONGELDIG"),
    "a length with a plus": (
        b"POST /parnassys/v1 HTTP/1.1\r\nContent-Length: +5\r\n\r\nabcde",
        400,
        "HTTP_ONGELDIG",
    ),
    "a chunk size that is none": (
        b"POST /parnassys/v1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\n<\r\n0\r\n\r\n",
        400,
        "HTTP_ONGELDIG",
    ),
    "a chunk size beyond 64 bits": (
        b"POST /parnassys/v1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 17 + b"\r\n<",
        400,
        "HTTP_ONGELDIG",
    ),
    "two hosts": (b"GET /parnassys/v1 HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, "HTTP_ONGELDIG"),
    "a tunnel": (b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "HTTP_ONGELDIG"),
    "another protocol": (
        b"POST /parnassys/v1 HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\n\r\n<",
        400,
        "HTTP_ONGELDIG",
    ),
    "trailers": (
        b"POST /parnassys/v1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-T: a\r\n\r\n",
        400,
        "HTTP_ONGELDIG",
    ),
    "200 fields": (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431, "KOP_TE_GROOT"),
    "40 kB of fields": (b"GET / HTTP/1.1\r\nX: " + b"y" * 40_000 + b"\r\n\r\n", 431, "KOP_TE_GROOT"),
    "another path": (b"GET /nergens HTTP/1.1\r\nConnection: close\r\n\r\n", 404, "ADRES_ONBEKEND"),
}


@pytest.mark.parametrize(("request_bytes", "status", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_message_is_refused_in_dutch_with_a_referentie_and_one_line_in_the_log(
    gateway: Gateway, request_bytes: bytes, status: int, code: str
) -> None:
    with connection(gateway, "soap") as sock:
        sock.sendall(request_bytes)
        received = until_closed(sock)

    kop, _, text = received.decode().partition("\r\n\r\n")
    assert kop.startswith(f"HTTP/1.1 {status} ")
    assert text.startswith(f"{code}: ")
    referentie = re.search(r"(?im)^x-kindkans-referentie: ([0-9a-f]{32})$", kop.replace("\r", ""))
    assert referentie
    assert referentie[1] in text
    assert len(re.findall(rb"HTTP/1.1 [1-5]", received)) == 1
    lines = [line for line in gateway.log().read_text().splitlines() if referentie[1] in line]
    assert len(lines) == 1
    assert '"event": "refused"' in lines[0]
    assert f'"code": "{code}"' in lines[0]
    assert NUMBER.search(gateway.post(good()).text)


def test_a_compressed_message_gets_the_fault_that_the_contract_names(gateway: Gateway) -> None:
    answer = gateway.post(gzip.compress(good()), Content_Encoding="gzip")

    assert answer.status_code == 415
    assert "<code>MEDIATYPE_NIET_ONDERSTEUND</code>" in answer.text
    assert answer.headers["X-Kindkans-Referentie"] in answer.text
    wait_for(lambda: answer.headers["X-Kindkans-Referentie"] in gateway.log().read_text())
    assert NUMBER.search(gateway.post(good()).text)


def test_a_soapaction_that_contradicts_the_body_is_an_unknown_bewerking(gateway: Gateway) -> None:
    answer = gateway.post(good(), SOAPAction='"urn:nld:kindkans:parnassys:v1:opvragenStatus"')

    assert "<code>BEWERKING_ONBEKEND</code>" in answer.text


def test_too_many_connections_get_503_and_are_told_when_to_come_back(own: Gateway) -> None:
    own.environment |= {"MAX_CONNECTIONS": "5", "HEADER_DEADLINE_SECONDS": "60"}
    own.start()
    many = [connection(own, "soap") for _ in range(5)]

    answer = own.post(good())
    large = own.post(good() + b" " * 900_000)  # a reset would have taken this answer

    assert (answer.status_code, large.status_code) == (503, 503)
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.text.startswith("TE_DRUK: ")
    assert answer.headers["X-Kindkans-Referentie"] in answer.text
    wait_for(lambda: answer.headers["X-Kindkans-Referentie"] in own.log().read_text())
    flood = [connection(own, "soap") for _ in range(20)]
    assert b"503" in until_closed(flood[-1])  # not even asked what it wants
    for sock in (*many, *flood):
        sock.close()
    wait_for(lambda: NUMBER.search(own.post(good()).text))
    own.stop()


def test_a_slow_head_on_the_port_of_operations_is_closed(own: Gateway) -> None:
    own.environment["HEADER_DEADLINE_SECONDS"] = "1"
    own.start()
    slow = [connection(own, "ops") for _ in range(10)]
    for sock in slow:
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHos")
    assert [until_closed(sock) for sock in slow] == [b""] * 10
    assert own.ready()
    for sock in slow:
        sock.close()
    assert own.log().read_text().count('"code": "NIET_OP_TIJD"') == 10
    own.stop()


def test_requests_that_come_one_by_one_share_a_connection(gateway: Gateway) -> None:
    with requests.Session() as session:
        for _ in range(5):
            assert session.get(f"{gateway.url()}?wsdl", timeout=60).ok
    with connection(gateway, "soap") as sock:
        for _ in range(3):
            sock.sendall(b"GET /parnassys/v1 HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = b""
            while not answer.endswith(b"?wsdl\n"):
                answer += sock.recv(65536) or pytest.fail("closed")


def test_of_requests_before_an_answer_only_the_first_is_read(gateway: Gateway) -> None:
    with connection(gateway, "soap") as sock:
        sock.sendall(b"GET /parnassys/v1 HTTP/1.1\r\nHost: x\r\n\r\n" * 3)
        received = until_closed(sock)

    assert received.count(b"HTTP/1.1 200") == 1
    assert b"connection: close" in received.lower()


def until_closed(sock: socket.socket) -> bytes:
    received = b""
    sock.settimeout(20)
    try:
        while piece := sock.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    return received
