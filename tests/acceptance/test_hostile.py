"""Everything hostile of pitfalls.md: a Fault or 4xx, nothing stored, and the next good message works."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import psutil
import pytest

from acceptance.process import Gateway, wait_for
from adapters.parnassys.names import SoapVersion
from adapters.parnassys.standin.messages import File, Push, envelope, indienen, multipart, push_xml

NUMBER = re.compile(r"dossiernummer>([0-9]+)<")
XOP = '<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="{}"/>'
WSA = 'xmlns:a="http://www.w3.org/2005/08/addressing"'


def good() -> bytes:
    return indienen(Push(brin="17GU")).body


def declared(encoding: str) -> bytes:
    return good().replace(b'encoding="UTF-8"', f'encoding="{encoding}"'.encode())


def within(*, header: str = "", body: str = "", after: str = "") -> bytes:
    payload = push_xml(Push(brin="17GU"))
    return envelope(payload + body, header=header).replace(b"</s:Envelope>", f"{after}</s:Envelope>".encode())


def bijlage(inhoud: str) -> bytes:
    return good().replace(
        b"</indienenHulpvraag>",
        f"<bijlagen><bijlage><naam>a</naam><inhoud>{inhoud}</inhoud></bijlage></bijlagen></indienenHulpvraag>".encode(),
    )


BOMB = (
    b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
)
ATTRIBUTES = b"".join(b' a%d="x"' % n for n in range(20_000))
XML = {
    "a doctype": good().replace(b"<s:Envelope", b"<!DOCTYPE s:Envelope><s:Envelope", 1),
    "an entity bomb": good().replace(b"<s:Envelope", BOMB + b"<s:Envelope", 1),
    "an external entity": good().replace(
        b"<s:Envelope", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><s:Envelope', 1
    ),
    "a doctype hidden in utf-7": b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-' + good(),
    "utf-32": good().decode().encode("utf-32"),
    "windows-1252": declared("windows-1252"),
    "a processing instruction": good().replace(b"<s:Body>", b"<?php x?><s:Body>"),
    "20,000 attributes": good().replace(b"<school>", b"<school" + ATTRIBUTES + b">"),
    "an attribute of 1 MB": good().replace(b"<school>", b'<school a="' + b"x" * 1_000_000 + b'">'),
    "a million elements": good().replace(b"<school>", b"<x/>" * 1_000_000 + b"<school>"),
    "a surname of 900,000 letters": indienen(Push(brin="17GU", achternaam="a" * 900_000)).body,
    "900,000 blanks before the brin": indienen(Push(brin=" " * 900_000 + "17GU")).body,
    "depth": good().replace(b"<school>", b"<x>" * 5_000 + b"<school>"),
    "two bodies": within(after="<s:Body/>"),
    "two payloads": within(body=push_xml(Push(brin="17GU"))),
    "an unknown header that must be understood": within(header='<x xmlns="urn:x" s:mustUnderstand="1"/>'),
    "an answer to somebody else": within(
        header=f"<a:ReplyTo {WSA}><a:Address>http://127.0.0.1:9/</a:Address></a:ReplyTo>"
    ),
    "an action that is not the operation": within(
        header=f"<a:Action {WSA}>urn:nld:kindkans:parnassys:v1:opvragenStatus</a:Action>"
    ),
    "no base64": bijlage("dit is geen base64!"),
    "a bijlage of character references": bijlage("&#65;" * 2_000_000),
    "base64 after its end": bijlage("QUJD=QUJD"),
    "an xop reference without mtom": bijlage(XOP.format("cid:a")),
    "a reference to a file": bijlage(XOP.format("file:///etc/passwd")),
    "a reference to the web": bijlage(XOP.format("http://127.0.0.1:9/")),
    "cut off": good()[:-40],
    "text behind the end": good() + b"<x/>",
    "a NUL byte": good().replace(b"De Regenboog", b"De\0Regenboog"),
    "no XML": b"\x00\x01\x02" * 100,
    "nothing": b"",
}


@pytest.fixture(scope="module", autouse=True)
def bounded_memory(gateway: Gateway) -> Iterator[None]:
    """Over the whole module the process grows by less than 64 MB."""
    gateway.post(good())
    process = psutil.Process(gateway.running["up"].pid)
    before = process.memory_info().rss
    yield
    assert process.memory_info().rss - before < 64 * 1024 * 1024


@pytest.mark.parametrize("body", XML.values(), ids=XML.keys())
def test_hostile_xml_is_a_fault_and_leaves_nothing(gateway: Gateway, body: bytes) -> None:
    before = traces(gateway)

    answer = gateway.post(body)

    assert answer.status_code in {400, 413, 415, 500}
    assert "Fault>" in answer.text
    assert "ONBEKENDE_STORING" not in answer.text
    assert "root:" not in answer.text
    assert traces(gateway) == before
    assert NUMBER.search(gateway.post(good()).text)


def parts_of(push: Push) -> bytes:
    return envelope(push_xml(push, mtom=True))


PICTURE = Push(brin="17GU", files=(File(naam="a.txt", content=b"abc"),))
PART = ("bijlage1@parnassys", b"abc")
MTOM = {
    "a part that is missing": multipart(parts_of(PICTURE), []),
    "a part that nobody asked for": multipart(parts_of(PICTURE), [PART, ("meer@parnassys", b"x")]),
    "a part that comes twice": multipart(parts_of(PICTURE), [PART, PART]),
    "a part that is used twice": multipart(
        parts_of(PICTURE).replace(
            b"</bijlagen>", re.findall(rb"<bijlage>.*</bijlage>", parts_of(PICTURE))[0] + b"</bijlagen>"
        ),
        [PART],
    ),
    "a reference to the web": multipart(
        re.sub(rb'href="cid:[^"]*"', b'href="http://127.0.0.1:9/"', parts_of(PICTURE)), [PART]
    ),
    "cut off": multipart(parts_of(PICTURE), [PART])[:-30],
    "8 MB behind the last part": multipart(parts_of(PICTURE), [PART]) + b"x" * 8_000_000,
    "8 MB of blank lines before the first part": b"\r\n" * 4_000_000 + multipart(parts_of(PICTURE), [PART]),
    "an endless header of a part": multipart(parts_of(PICTURE), [PART]).replace(
        b"Content-ID", b"X: " + b"x" * 1_000_000 + b"\r\nContent-ID", 1
    ),
}


@pytest.mark.parametrize("body", MTOM.values(), ids=MTOM.keys())
def test_hostile_mtom_is_a_fault_and_leaves_nothing(gateway: Gateway, body: bytes) -> None:
    before = traces(gateway)
    good_one = indienen(PICTURE, mtom=True, version=SoapVersion.V11)

    answer = gateway.post(body, Content_Type=good_one.content_type)

    assert answer.status_code in {400, 500}
    assert "Fault>" in answer.text
    assert "ONBEKENDE_STORING" not in answer.text
    assert traces(gateway) == before
    assert NUMBER.search(gateway.post(good_one.body, Content_Type=good_one.content_type).text)


HEADERS = {
    "no XML type": ({"Content_Type": "application/json"}, 415),
    "another charset": ({"Content_Type": "text/xml; charset=utf-7"}, 415),
    "compressed": ({"Content_Encoding": "gzip"}, 415),
    "another operation in SOAPAction": (
        {"SOAPAction": '"urn:nld:kindkans:parnassys:v1:opvragenStatus"'},
        500,
    ),
    "a huge header": ({"X_Huge": "x" * 200_000}, 431),
}


@pytest.mark.parametrize(("headers", "status"), HEADERS.values(), ids=HEADERS.keys())
def test_hostile_headers_are_refused(gateway: Gateway, headers: dict[str, str], status: int) -> None:
    before = traces(gateway)
    try:
        answered = gateway.post(good(), **headers).status_code
    except OSError:
        answered = status if status == 431 else 0  # closed before the whole head was sent
    assert answered == status
    assert traces(gateway) == before
    assert NUMBER.search(gateway.post(good()).text)


def test_content_length_with_transfer_encoding_is_refused(gateway: Gateway) -> None:
    answer = raw(gateway, head(gateway, "Content-Length: 5\r\nTransfer-Encoding: chunked") + b"0\r\n\r\nabc")
    assert answer.startswith(b"HTTP/1.1 400")


def test_an_endless_head_is_cut_off(gateway: Gateway) -> None:
    def send_for_ever(sock: socket.socket) -> None:
        for _ in range(20_000):
            sock.sendall(b"X-More: " + b"x" * 1_000 + b"\r\n")

    with connection(gateway) as sock:
        sock.sendall(b"POST /parnassys/v1 HTTP/1.1\r\nHost: x\r\n")
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            send_for_ever(sock)
    assert NUMBER.search(gateway.post(good()).text)


@pytest.mark.parametrize("framing", ["Content-Length: 100000", "Transfer-Encoding: chunked"])
def test_a_half_sent_body_is_no_message(gateway: Gateway, framing: str) -> None:
    before = traces(gateway)
    message = indienen(Push(brin="17GU", files=(File(naam="a.bin", content=b"x" * 300_000),))).body
    with connection(gateway) as sock:
        half = message[:90_000]
        chunk = b"%x\r\n%s\r\n" % (len(half), half)
        aborted = gateway.log().read_text().count('"afgebroken"')
        sock.sendall(head(gateway, framing) + (chunk if "chunked" in framing else half))

    wait_for(lambda: gateway.log().read_text().count('"afgebroken"') > aborted)
    assert traces(gateway) == before
    assert NUMBER.search(gateway.post(good()).text)


def test_more_than_the_cap_is_413_whether_announced_or_not(own: Gateway) -> None:
    own.environment["MAX_REQUEST_BYTES"] = "100000"
    own.start()
    large = indienen(Push(brin="17GU", files=(File(content=b"x" * 200_000),))).body

    announced = own.post(large)
    chunked = raw(
        own, head(own, "Transfer-Encoding: chunked") + b"%x\r\n%s\r\n" % (len(large), large), seconds=10
    )

    assert announced.status_code == 413
    assert "BERICHT_TE_GROOT" in announced.text
    assert chunked.startswith(b"HTTP/1.1 413")
    assert own.objects() == []
    own.stop()


def test_slow_senders_get_an_answer_within_the_deadline_and_do_not_hold_up_others(own: Gateway) -> None:
    own.environment |= {"REQUEST_DEADLINE_SECONDS": "2", "HEADER_DEADLINE_SECONDS": "2"}
    own.start()
    slow_heads = [connection(own) for _ in range(20)]
    slow_bodies = [connection(own) for _ in range(20)]
    for sock in slow_heads:
        sock.sendall(b"POST /parnassys/v1 HTTP/1.1\r\nHos")
    for sock in slow_bodies:
        sock.sendall(head(own, "Content-Length: 5000") + good()[:100])

    assert NUMBER.search(own.post(good()).text)

    assert [sock.recv(100) for sock in slow_heads] == [b""] * 20
    answers = [received(sock) for sock in slow_bodies]
    assert all(a.startswith(b"HTTP/1.1 503") and b"NIET_OP_TIJD" in a for a in answers)
    for sock in (*slow_heads, *slow_bodies):
        sock.close()
    own.stop()


def traces(gateway: Gateway) -> tuple[object, ...]:
    """What a message may leave behind; good pushes of the same test come after the comparison."""
    counted = gateway.rows(
        "SELECT (SELECT count(*) FROM inzending), (SELECT count(*) FROM dossier),"
        " (SELECT count(*) FROM outbox)"
    )
    return counted, len(gateway.objects())


def head(gateway: Gateway, framing: str) -> bytes:
    return (
        f"POST /parnassys/v1 HTTP/1.1\r\nHost: x\r\nAuthorization: {gateway.authorization()}\r\n"
        f"Content-Type: text/xml\r\n{framing}\r\n\r\n"
    ).encode()


def connection(gateway: Gateway) -> socket.socket:
    url = urlsplit(gateway.url())
    assert url.hostname
    assert url.port
    return socket.create_connection((url.hostname, url.port), timeout=60)


def raw(gateway: Gateway, request: bytes, *, seconds: float = 20) -> bytes:
    with connection(gateway) as sock:
        sock.settimeout(seconds)
        sock.sendall(request)
        return received(sock)


def received(sock: socket.socket) -> bytes:
    answer = b""
    try:
        while chunk := sock.recv(65536):
            answer += chunk
    except OSError:
        pass
    return answer
