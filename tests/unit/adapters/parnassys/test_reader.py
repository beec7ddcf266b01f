from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import Any

import pytest

from adapters.parnassys.errors import NotXml
from adapters.parnassys.events import BijlageData, BijlageEnd, BijlageStart, Message, OperationSeen
from adapters.parnassys.framing import parse_framing
from adapters.parnassys.limits import ReaderLimits
from adapters.parnassys.names import INHOUD, Operation, SoapVersion
from adapters.parnassys.reader import Reader
from adapters.parnassys.standin.messages import (
    File,
    Push,
    RawMessage,
    envelope,
    indienen,
    opvragen,
    push_xml,
)
from dossier.errors import MalformedMessage

ReadAll = Callable[..., Any]
PIECES = [None, 1, 7, 100]
TEXT = "text/xml; charset=utf-8"


def with_inhoud(xml: str) -> bytes:
    """A message with one bijlage, whose inhoud is exactly this XML."""
    body = indienen(Push(files=(File(content=b"merk"),))).body
    return body.replace(b"bWVyaw==", xml.encode())


@pytest.mark.parametrize("piece", PIECES)
def test_a_message_is_read_the_same_in_pieces_of_any_size(
    read: ReadAll, piece: int | None, version: SoapVersion
) -> None:
    files = (File(content=b"een"), File(content=os.urandom(5000)), File(content=None), File(content=b""))
    raw = indienen(Push(files=files), version=version)
    reading = read(raw.body, raw.content_type, raw.soap_action, piece=piece)
    assert reading.content == {1: b"een", 2: files[1].content}
    assert reading.message.bijlagen == (1, 2, None, None)
    assert reading.message.operation is Operation.INDIENEN
    assert reading.message.version is version


@pytest.mark.parametrize("piece", PIECES)
def test_events_come_in_order_and_the_message_last(read: ReadAll, piece: int | None) -> None:
    raw = indienen(Push(files=(File(content=b"a"), File(content=b"b"))))
    assert read(raw.body, piece=piece).events[:-1] == [
        OperationSeen(Operation.INDIENEN),
        BijlageStart(1),
        BijlageData(1, b"a"),
        BijlageEnd(1, 1),
        BijlageStart(2),
        BijlageData(2, b"b"),
        BijlageEnd(2, 1),
    ]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("trailing", [b"x", b"<a/>", b"\0", b"<!DOCTYPE a>", b"<?pi?>"])
def test_bytes_after_the_envelope_are_refused(read: ReadAll, piece: int | None, trailing: bytes) -> None:
    with pytest.raises(MalformedMessage):
        read(indienen(Push()).body + trailing, piece=piece)


@pytest.mark.parametrize("piece", PIECES)
def test_whitespace_and_comments_after_the_envelope_are_fine(read: ReadAll, piece: int | None) -> None:
    reading = read(indienen(Push()).body + b"\r\n<!-- einde -->\r\n", piece=piece)
    assert isinstance(reading.message, Message)


@pytest.mark.parametrize("piece", PIECES)
def test_every_shorter_message_is_refused(read: ReadAll, piece: int | None) -> None:
    body = indienen(Push(files=(File(content=b"inhoud"),))).body
    for length in range(0, len(body), 37):
        with pytest.raises(MalformedMessage):
            read(body[:length], piece=piece)


def test_the_skeleton_has_every_field_and_no_content(read: ReadAll) -> None:
    raw = indienen(Push(achternaam="Ö'Neill & <zn>", files=(File(content=b"inhoud"),)))
    payload = read(raw.body).message.payload
    assert [element.text for element in payload.iter(INHOUD)] == [None]
    assert "Ö'Neill & <zn>" in [element.text for element in payload.iter()]


def test_the_message_does_not_show_personal_data_when_printed(read: ReadAll) -> None:
    message = read(indienen(Push(achternaam="Kanarie")).body).message
    assert "Kanarie" not in repr(message)


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("charset", ["", "; charset=utf-16"])
def test_utf_16_with_a_byte_order_mark_is_read(
    read: ReadAll, piece: int | None, encoding: str, charset: str
) -> None:
    text = indienen(Push(voornamen="Zoë 😀", files=(File(content=b"x"),))).body.decode()
    text = "\ufeff" + text.replace('encoding="UTF-8"', 'encoding="UTF-16"')
    reading = read(text.encode(encoding), "text/xml" + charset, piece=piece)
    assert "Zoë 😀" in [element.text for element in reading.message.payload.iter()]


@pytest.mark.parametrize("piece", PIECES)
def test_a_utf_8_byte_order_mark_is_fine(read: ReadAll, piece: int | None) -> None:
    assert read(b"\xef\xbb\xbf" + indienen(Push()).body, piece=piece).message


@pytest.mark.parametrize(
    "declaration",
    [
        b"",
        b'<?xml version="1.0"?>',
        b"<?xml version='1.0' encoding='utf-8'?>",
        b'<?xml version="1.0" encoding="utf8" standalone="yes" ?>\n',
        b"\n",
    ],
)
@pytest.mark.parametrize("piece", PIECES)
def test_every_usual_xml_declaration_is_fine(read: ReadAll, declaration: bytes, piece: int | None) -> None:
    body = indienen(Push()).body
    assert read(declaration + body[body.index(b"?>") + 3 :], piece=piece).message


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize(
    ("xml", "content"),
    [
        ("QUJD", b"ABC"),
        ("<![CDATA[QUJD]]>", b"ABC"),
        ("QU<![CDATA[JD]]>RA==", b"ABCD"),
        ("<!-- a -->QU<!-- = -->JD<!-- b -->", b"ABC"),
        ("&#81;&#x55;JD", b"ABC"),
        ("QU&#13;\n&#10;&#9;JD", b"ABC"),
        ("QU\r\nJD\rRA\n=\r\n=", b"ABCD"),
        ("\r\n  QUJD  \r\n", b"ABC"),
    ],
)
def test_inhoud_is_read_through_everything_xml_allows(
    read: ReadAll, piece: int | None, xml: str, content: bytes
) -> None:
    assert read(with_inhoud(xml), piece=piece).content == {1: content}


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("xml", ["", " \r\n ", "<!-- leeg -->", "<![CDATA[]]>"])
def test_an_inhoud_without_bytes_is_a_bijlage_without_a_file(
    read: ReadAll, piece: int | None, xml: str
) -> None:
    reading = read(with_inhoud(xml), piece=piece)
    assert reading.message.bijlagen == (None,)
    assert reading.content == {}


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize(
    "xml", ["QU<b>JD</b>", "QUJD<b/>", "<b/>QUJD", "Q", "QUJD<?pi?>", "QUJD&amp;", "geheim=geheim"]
)
def test_inhoud_that_is_no_base64_is_refused(read: ReadAll, piece: int | None, xml: str) -> None:
    with pytest.raises(MalformedMessage) as raised:
        read(with_inhoud(xml), piece=piece)
    if not isinstance(raised.value, NotXml):
        assert raised.value.veld == "bijlagen/bijlage[1]/inhoud"
    assert "geheim" not in str(raised.value)


def test_the_error_names_the_bijlage_by_its_place(read: ReadAll) -> None:
    files = (File(content=b"a"), File(content=None), File(content=b"merk"))
    body = indienen(Push(files=files)).body.replace(b"bWVyaw==", b"fout")[:-1] + b">"
    body = body.replace(b"fout", b"f*ut")
    with pytest.raises(MalformedMessage) as raised:
        read(body)
    assert raised.value.veld == "bijlagen/bijlage[3]/inhoud"


def test_two_inhoud_elements_in_one_bijlage_are_refused(read: ReadAll) -> None:
    with pytest.raises(MalformedMessage):
        read(with_inhoud("QUJD</inhoud><inhoud>QUJD"))


def test_an_inhoud_elsewhere_is_only_a_field(read: ReadAll) -> None:
    payload = push_xml(Push(files=(File(),))).replace("<bijlagen>", "<bijlagen><inhoud>QUJD</inhoud>")
    reading = read(envelope(payload.replace("<school>", "<school><inhoud>QUJD</inhoud>")))
    assert len(reading.content) == 1


@pytest.mark.parametrize("extra", [0, 1, 100_000])
def test_a_bijlage_beyond_the_limit_is_counted_to_its_end_and_not_handed_on(
    read: ReadAll, extra: int
) -> None:
    limits = ReaderLimits(bijlage_bytes=200_000)
    raw = indienen(Push(files=(File(content=b"x" * (200_000 + extra)), File(content=b"na"))))
    reading = read(raw.body, limits=limits, piece=65536)
    assert BijlageEnd(1, 200_000 + extra) in reading.events
    assert len(reading.content[1]) <= 200_000
    assert (len(reading.content[1]) == 200_000) == (extra == 0)
    assert reading.content[2] == b"na"


def test_a_large_bijlage_in_one_cdata_section_is_read(read: ReadAll) -> None:
    content = os.urandom(3_000_000)
    raw = indienen(Push(files=(File(content=content),)))
    body = raw.body.replace(b"<inhoud>", b"<inhoud><![CDATA[").replace(b"</inhoud>", b"]]></inhoud>")
    assert read(body, piece=65536).content == {1: content}


def test_content_of_200_mb_passes_in_small_chunks_and_leaves_nothing() -> None:
    reader = Reader(parse_framing(TEXT, ""), ReaderLimits())
    before, after = indienen(Push(files=(File(content=b"merk"),))).body.split(b"bWVyaw==")
    slab = b"QUJD" * 16 * 1024
    largest = 0
    size = 0
    reader.feed(before)
    for _ in range(4270):  # of 64 KiB: 279 MB of base64, 209 MB of content
        for event in reader.feed(slab):
            assert isinstance(event, BijlageStart | BijlageData)
            largest = max(largest, len(event.chunk) if isinstance(event, BijlageData) else 0)
    *events, message = reader.feed(after) + reader.close()
    size = next(event.size_bytes for event in events if isinstance(event, BijlageEnd))
    assert size == 4270 * len(slab) // 4 * 3
    assert largest <= 128 * 1024
    assert isinstance(message, Message)
    assert sum(len(element.text or "") for element in message.payload.iter()) < 1000


def test_a_message_of_twenty_bijlagen_hashes_the_same(read: ReadAll) -> None:
    contents = [os.urandom(100_000 + n) for n in range(20)]
    raw = indienen(Push(files=tuple(File(content=content) for content in contents)))
    reading = read(raw.body, piece=65536)
    hashes = [hashlib.sha256(reading.content[n]).digest() for n in range(1, 21)]
    assert hashes == [hashlib.sha256(content).digest() for content in contents]


@pytest.mark.parametrize("piece", PIECES)
def test_a_status_question_has_no_bijlagen(read: ReadAll, piece: int | None) -> None:
    reading = read(opvragen(dossiernummer=7).body, piece=piece)
    assert reading.events[0] == OperationSeen(Operation.OPVRAGEN)
    assert reading.message.bijlagen == ()


@pytest.mark.parametrize("piece", PIECES)
def test_line_ends_are_read_as_xml_says(read: ReadAll, piece: int | None) -> None:
    raw: RawMessage = indienen(Push(omschrijving="regel MERK einde"))
    body = raw.body.replace(b"MERK", b"a\r\nb\rc\r\r\nd&#13;e")
    texts = [element.text for element in read(body, piece=piece).message.payload.iter()]
    assert "regel a\nb\nc\n\nd\re einde" in texts
