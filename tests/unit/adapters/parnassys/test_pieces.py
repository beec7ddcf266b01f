"""What costs more than its bytes, or is skipped, has a bound; what suppliers send does not reach it."""

from __future__ import annotations

import pytest

from adapters.parnassys.framing import parse_framing
from adapters.parnassys.limits import ReaderLimits
from adapters.parnassys.reader import Reader
from adapters.parnassys.standin.messages import (
    BOUNDARY,
    ROOT_ID,
    Push,
    envelope,
    multipart_content_type,
    push_xml,
)
from dossier.errors import MalformedMessage

MEBIBYTE = 1024 * 1024
LINE = b"QUJD" * 19
HEAD, _, _ = envelope(push_xml(Push())).partition(b"</indienenHulpvraag>")
INHOUD = HEAD + b"<bijlagen><bijlage><inhoud>"

COSTLY = {
    "character references": b"&#65;" * 10_000,
    "cdata sections": b"<![CDATA[QUJD]]>" * 4_000,
    "empty cdata sections": b"<![CDATA[]]>" * 5_000,
    "comments": b"<!--a-->" * 8_000,
}
USUAL = {
    "one line": LINE * 800,
    "lines": (LINE + b"\r\n") * 800,
    "lines as .NET writes them": (LINE + b"&#xD;\n") * 800,
    "lines of 64 with two references": (LINE[:64] + b"&#xD;&#xA;") * 800,
}


@pytest.mark.parametrize("piece", COSTLY.values(), ids=COSTLY.keys())
def test_an_inhoud_of_a_great_many_pieces_is_cut_off(piece: bytes) -> None:
    with pytest.raises(MalformedMessage, match="te veel losse stukken"):
        feed("text/xml", INHOUD, piece, MEBIBYTE)


@pytest.mark.parametrize("piece", USUAL.values(), ids=USUAL.keys())
def test_an_inhoud_as_suppliers_write_it_is_read_however_long(piece: bytes) -> None:
    feed("text/xml", INHOUD, piece, 12 * MEBIBYTE)


def test_an_inhoud_may_come_byte_by_byte() -> None:
    reader = Reader(parse_framing("text/xml", ""), ReaderLimits(inhoud_pieces=10))
    reader.feed(INHOUD)
    for _ in range(5_000):
        reader.feed(b"Q")


@pytest.mark.parametrize("piece", [b"\r\n" * 500, b"x" * 1000])
def test_what_stands_after_the_last_part_has_an_end(piece: bytes) -> None:
    root = f"--{BOUNDARY}\r\nContent-Type: application/xop+xml\r\nContent-ID: <{ROOT_ID}>\r\n\r\n".encode()
    end = f"\r\n--{BOUNDARY}--\r\n".encode()
    whole = root + envelope(push_xml(Push())) + end
    feed(multipart_content_type(), whole, piece, 64 * 1024)
    with pytest.raises(MalformedMessage, match="multipart"):
        feed(multipart_content_type(), whole, piece, MEBIBYTE)


def test_what_stands_before_the_first_part_has_an_end() -> None:
    with pytest.raises(MalformedMessage, match="multipart"):
        feed(multipart_content_type(), b"", b"\r\n" * 500, MEBIBYTE)


def feed(content_type: str, begin: bytes, piece: bytes, size: int) -> None:
    reader = Reader(parse_framing(content_type, ""), ReaderLimits())
    reader.feed(begin)
    for _ in range(size // len(piece)):
        reader.feed(piece)
