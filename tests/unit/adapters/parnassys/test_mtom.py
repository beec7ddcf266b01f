from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from adapters.parnassys.errors import UnsupportedMediaType
from adapters.parnassys.events import BijlageEnd, OperationSeen
from adapters.parnassys.limits import ReaderLimits
from adapters.parnassys.names import Operation, SoapVersion
from adapters.parnassys.standin.messages import (
    BOUNDARY,
    File,
    Push,
    envelope,
    indienen,
    multipart,
    multipart_content_type,
    push_xml,
)
from dossier.errors import MalformedMessage

ReadAll = Callable[..., Any]
PIECES = [None, 1, 7, 100]
TYPE = multipart_content_type()
TRAP = b"\r\n--" + BOUNDARY.encode()[:-1] + b"\r\n--\r\n\r"  # looks like a boundary, and is none
FILES = (File(content=TRAP), File(content=None), File(content=os.urandom(3000)), File(content=b""))
GOOD = indienen(Push(files=FILES), mtom=True)
ONE_FILE = envelope(push_xml(Push(files=(File(content=b"x"),)), mtom=True))
ID = "bijlage1@parnassys"


@pytest.mark.parametrize("piece", PIECES)
def test_parts_are_tied_to_their_bijlagen(read: ReadAll, piece: int | None, version: SoapVersion) -> None:
    raw = indienen(Push(files=FILES), mtom=True, version=version)
    reading = read(raw.body, raw.content_type, piece=piece)
    assert reading.message.bijlagen == (1, None, 2, None)
    assert reading.content == {1: TRAP, 2: FILES[2].content}
    assert reading.message.version is version


@pytest.mark.parametrize("piece", PIECES)
def test_parts_may_come_before_the_root_and_in_another_order(read: ReadAll, piece: int | None) -> None:
    files = (File(content=b"een"), File(content=b"twee"))
    xml = envelope(push_xml(Push(files=files), mtom=True))
    parts = [("bijlage2@parnassys", b"twee"), (ID, b"een")]
    reading = read(multipart(xml, parts, root_last=True), TYPE, piece=piece)
    assert reading.content == {1: b"twee", 2: b"een"}
    assert reading.message.bijlagen == (2, 1)
    assert reading.events.index(BijlageEnd(2, 3)) < reading.events.index(OperationSeen(Operation.INDIENEN))


@pytest.mark.parametrize("piece", PIECES)
def test_inline_base64_and_parts_may_be_mixed(read: ReadAll, piece: int | None) -> None:
    xml = ONE_FILE.replace(b"</bijlage>", b"</bijlage><bijlage><inhoud>QUJD</inhoud></bijlage>")
    reading = read(multipart(xml, [(ID, b"deel")], root_last=True), TYPE, piece=piece)
    assert reading.content == {1: b"deel", 2: b"ABC"}
    assert reading.message.bijlagen == (1, 2)


def test_without_start_the_first_part_is_the_root(read: ReadAll) -> None:
    content_type = f'multipart/related; type="application/xop+xml"; boundary={BOUNDARY}'
    assert read(GOOD.body, content_type).message.bijlagen == (1, None, 2, None)


def test_an_empty_part_is_a_bijlage_without_a_file(read: ReadAll) -> None:
    assert read(multipart(ONE_FILE, [(ID, b"")]), TYPE).message.bijlagen == (None,)


def test_a_content_id_may_be_written_without_escapes(read: ReadAll) -> None:
    xml = ONE_FILE.replace(b"cid:bijlage1%40parnassys", b"cid:bijlage1@parnassys")
    assert read(multipart(xml, [(ID, b"x")]), TYPE).content == {1: b"x"}


def test_whitespace_around_the_include_is_forgiven(read: ReadAll) -> None:
    xml = ONE_FILE.replace(b"<inhoud>", b"<inhoud>\r\n  ").replace(b"</inhoud>", b"\r\n</inhoud>")
    assert read(multipart(xml, [(ID, b"x")]), TYPE).content == {1: b"x"}


@pytest.mark.parametrize("extra", [0, 1, 200_000])
def test_a_part_beyond_the_limit_is_counted_to_its_end(read: ReadAll, extra: int) -> None:
    raw = indienen(Push(files=(File(content=b"x" * (100_000 + extra)),)), mtom=True)
    reading = read(raw.body, raw.content_type, limits=ReaderLimits(bijlage_bytes=100_000), piece=4096)
    assert BijlageEnd(1, 100_000 + extra) in reading.events
    assert len(reading.content[1]) <= 100_000


@pytest.mark.parametrize("piece", PIECES)
def test_a_multipart_body_cut_off_anywhere_is_refused(read: ReadAll, piece: int | None) -> None:
    body = GOOD.body.removesuffix(b"--\r\n")
    for length in range(0, len(body), 101):
        with pytest.raises(MalformedMessage):
            read(body[:length], TYPE, piece=piece)


@pytest.mark.parametrize(
    "href",
    [
        "http://127.0.0.1:9/geheim", "file:///etc/passwd", "bijlage1@parnassys", "", "CID:", "cid:",
        "cid:anders@parnassys", "cid:root@parnassys", "cid:bijlage1%2540parnassys",
    ],
)  # fmt: skip
def test_any_reference_but_a_cid_of_this_message_is_refused(read: ReadAll, href: str) -> None:
    xml = ONE_FILE.replace(b"cid:bijlage1%40parnassys", href.encode())
    with pytest.raises(MalformedMessage) as raised:
        read(multipart(xml, [(ID, b"x")]), TYPE)
    assert raised.value.veld in {"bijlagen/bijlage[1]/inhoud", ""}
    assert "geheim" not in str(raised.value)


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [(ID, b"x"), ("over@parnassys", b"y")],
        [(ID, b"x"), (ID, b"y")],
        [("", b"x")],
        [(ID, b"x"), ("root@parnassys", ONE_FILE)],
    ],
    ids=["missing", "left over", "twice the same id", "no id", "two roots"],
)
def test_each_part_is_used_exactly_once(read: ReadAll, parts: list[tuple[str, bytes]]) -> None:
    with pytest.raises(MalformedMessage):
        read(multipart(ONE_FILE, parts), TYPE)


def test_two_bijlagen_cannot_share_a_part(read: ReadAll) -> None:
    files = (File(content=b"x"), File(content=b"y"))
    xml = envelope(push_xml(Push(files=files), mtom=True)).replace(b"bijlage2%40", b"bijlage1%40")
    with pytest.raises(MalformedMessage):
        read(multipart(xml, [(ID, b"x")]), TYPE)


INCLUDE = b'<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:bijlage1%40parnassys"/>'


@pytest.mark.parametrize(
    "inhoud",
    [
        INCLUDE + INCLUDE,
        b"QUJD" + INCLUDE,
        b"QUJ" + INCLUDE,
        INCLUDE + b"QUJD",
        INCLUDE.replace(b"/>", b"><a/></i:Include>"),
        INCLUDE.replace(b"/>", b">QUJD</i:Include>"),
        INCLUDE.replace(b"2004/08", b"2003/12"),
        INCLUDE.replace(b"Include", b"include"),
        b"<b>" + INCLUDE + b"</b>",
    ],
)
def test_an_include_stands_alone(read: ReadAll, inhoud: bytes) -> None:
    assert INCLUDE in ONE_FILE
    with pytest.raises(MalformedMessage):
        read(multipart(ONE_FILE.replace(INCLUDE, inhoud), [(ID, b"x")]), TYPE)


def test_an_include_elsewhere_is_refused_by_its_unused_part(read: ReadAll) -> None:
    xml = ONE_FILE.replace(INCLUDE, b"").replace(b"<titel>", b"<titel>" + INCLUDE)
    with pytest.raises(MalformedMessage):
        read(multipart(xml, [(ID, b"x")]), TYPE)


def test_an_include_in_a_message_that_is_no_mtom_is_refused(read: ReadAll) -> None:
    with pytest.raises(MalformedMessage):
        read(ONE_FILE)


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b": binary\r\nContent-ID: <bij", b": base64\r\nContent-ID: <bij"),
        (b": binary\r\nContent-ID: <root", b": quoted-printable\r\nContent-ID: <root"),
        (b"application/xop+xml; charset=UTF-8", b"application/xop+xml; charset=UTF-7"),
        (b"application/xop+xml; charset=UTF-8", b"text/html; charset=UTF-8"),
        (b"Content-ID: <root@parnassys>", b"Content-ID: <anders@parnassys>"),
        (b"Content-ID: <root@parnassys>", b"Content-ID: <root@parnassys>\r\nContent-ID: <x>"),
        (b"Content-ID: <root@parnassys>", b"X: " + b"y" * 10_000 + b"\r\nContent-ID: <root@parnassys>"),
        (b"Content-ID: <root@parnassys>", b"X: y\r\n" * 40 + b"Content-ID: <root@parnassys>"),
        (b"<?xml", b"<!DOCTYPE x><?xml"),
        (b"<?xml", b"\x00<?xml"),
    ],
)  # fmt: skip
def test_a_bad_part_is_refused(read: ReadAll, old: bytes, new: bytes, piece: int | None) -> None:
    assert old in GOOD.body
    with pytest.raises((MalformedMessage, UnsupportedMediaType)):
        read(GOOD.body.replace(old, new, 1), TYPE, piece=piece)


def test_too_many_parts_are_refused(read: ReadAll) -> None:
    parts = [(f"deel{n}@x", b"x") for n in range(50_000)]
    with pytest.raises(MalformedMessage):
        read(multipart(ONE_FILE, parts), TYPE, piece=65536)


@pytest.mark.parametrize("body", [b"", b"\r\n", b"--", b"x" * 1000, b"--anders\r\n\r\n--anders--", ONE_FILE])
def test_a_body_that_is_no_multipart_is_refused(read: ReadAll, body: bytes) -> None:
    for piece in (None, 1):
        with pytest.raises(MalformedMessage):
            read(body, TYPE, piece=piece)


def test_the_splitter_keeps_quiet(read: ReadAll, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(MalformedMessage):
        read(b"--geheim", TYPE)
    assert "geheim" not in caplog.text
    assert caplog.text == ""
