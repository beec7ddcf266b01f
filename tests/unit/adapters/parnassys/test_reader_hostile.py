"""Everything of pitfalls.md, "XML and HTTP": refused at once, in bounded memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from adapters.parnassys.errors import (
    NotXml,
    UnknownOperation,
    UnsupportedMediaType,
    VersionMismatch,
)
from adapters.parnassys.framing import parse_framing
from adapters.parnassys.limits import ReaderLimits
from adapters.parnassys.names import NS, SoapVersion
from adapters.parnassys.reader import Reader
from adapters.parnassys.standin.messages import File, Push, envelope, indienen, push_xml
from dossier.errors import MalformedMessage

ReadAll = Callable[..., Any]
PIECES = [None, 1, 64]
S = SoapVersion.V11.value
GOOD = indienen(Push(files=(File(content=b"merk"),))).body
DECLARATION, DOCUMENT = GOOD[: GOOD.index(b"\n") + 1], GOOD[GOOD.index(b"\n") + 1 :]
OP = f'<opvragenStatus xmlns="{NS}"><dossiernummer>1</dossiernummer></opvragenStatus>'


def soap(inside: str) -> bytes:
    return f'<s:Envelope xmlns:s="{S}">{inside}</s:Envelope>'.encode()


DOCTYPES = [
    b"<!DOCTYPE a>",
    b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">',
    b'<!DOCTYPE a PUBLIC "x" "file:///etc/passwd">',
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]>',
    b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    b"<!DOCTYPE a [<!ATTLIST x y CDATA 'z'>]>",
]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("doctype", DOCTYPES)
def test_every_doctype_is_refused(read: ReadAll, doctype: bytes, piece: int | None) -> None:
    for body in (DECLARATION + doctype + DOCUMENT, doctype + DOCUMENT, b"<!-- x -->" + doctype + DOCUMENT):
        with pytest.raises(NotXml):
            read(body, piece=piece)


@pytest.mark.parametrize("piece", PIECES)
def test_a_doctype_in_utf_16_is_refused(read: ReadAll, piece: int | None) -> None:
    body = ("\ufeff<!DOCTYPE a>" + DOCUMENT.decode()).encode("utf-16-le")
    with pytest.raises(NotXml):
        read(body, "text/xml", piece=piece)


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("place", ["before", "inside", "after", "stylesheet"])
def test_every_processing_instruction_is_refused(read: ReadAll, place: str, piece: int | None) -> None:
    body = {
        "before": DECLARATION + b"<?pi x?>" + DOCUMENT,
        "inside": GOOD.replace(b"<school>", b"<?pi x?><school>"),
        "after": GOOD + b"<?pi x?>",
        "stylesheet": b'<?xml-stylesheet href="http://127.0.0.1:9/"?>' + DOCUMENT,
    }[place]
    with pytest.raises(NotXml):
        read(body, piece=piece)


def declared(encoding: str, codec: str) -> bytes:
    return (f'<?xml version="1.0" encoding="{encoding}"?>' + DOCUMENT.decode()).encode(codec)


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize(
    "body",
    [
        declared("UTF-7", "utf-7"),
        declared("UTF-7", "utf-8"),
        declared("windows-1252", "cp1252"),
        declared("cp1252", "utf-8"),
        declared("ISO-8859-1", "latin-1"),
        declared("UTF-16", "utf-8"),
        declared("EBCDIC-CP-NL", "utf-8"),
        declared("UTF-32", "utf-32-le"),
        declared("UTF-32", "utf-32-be"),
        declared("UTF-32", "utf-32"),
        declared("UTF-16", "utf-16-le"),  # without a byte order mark
        declared("UTF-16", "utf-16-be"),
        declared("IBM037", "cp037"),
        "\ufeff".encode("utf-16-le") + declared("UTF-8", "utf-16-le"),
        b"+ADw-!DOCTYPE a+AD4-" + DOCUMENT,
        b'<?xml version="1.1"?>' + DOCUMENT,
        b'<?xml version="2.0"?>' + DOCUMENT,
        b"<?xml?>" + DOCUMENT,
        b'<?xml version="1.0" encoding="UTF-8" encoding="UTF-7"?>' + DOCUMENT,
        b'<?xml version="1.0"' + b" " * 5000 + b"?>" + DOCUMENT,
        b" " + GOOD,
        b"\xef\xbb\xbf\xef\xbb\xbf" + GOOD,
        b"\xff\xfe\xff\xfe" + DOCUMENT.decode().encode("utf-16-le"),
        "\ufeff".encode("utf-16-le") + "<a>\ud800</a>".encode("utf-16-le", "surrogatepass"),
        ("\ufeff" + DOCUMENT.decode()).encode("utf-16-le")[:-1],
    ],
)
def test_any_other_encoding_or_xml_version_is_refused(read: ReadAll, body: bytes, piece: int | None) -> None:
    with pytest.raises((NotXml, UnsupportedMediaType)):
        read(body, "text/xml", piece=piece)


@pytest.mark.parametrize("charset", ["utf-7", "utf-32", "windows-1252", "iso-8859-1", "us-ascii", "x" * 200])
def test_any_other_charset_parameter_is_refused(charset: str) -> None:
    for content_type in ("text/xml", "application/soap+xml"):
        with pytest.raises(UnsupportedMediaType):
            parse_framing(f'{content_type}; charset="{charset}"', "")


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        ("utf-16", GOOD),
        ("utf-8", ("\ufeff" + DOCUMENT.decode()).encode("utf-16-le")),
        ("utf-8", ("\ufeff" + DOCUMENT.decode()).encode("utf-16-be")),
    ],
)
def test_a_charset_that_the_bytes_contradict_is_refused(read: ReadAll, charset: str, body: bytes) -> None:
    with pytest.raises(UnsupportedMediaType):
        read(body, f"text/xml; charset={charset}")


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize(
    "bad", [b"\0", b"\x01", b"\x1b", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xef\xbf\xbf", b"\xe9",
            b"&#0;", b"&#x1F;", b"&#xD800;", b"&#xFFFFFFFFF;", b"&naam;", b"]]>", b"<", b"&"]
)  # fmt: skip
def test_characters_that_xml_has_not_are_refused(read: ReadAll, bad: bytes, piece: int | None) -> None:
    with pytest.raises(NotXml):
        read(GOOD.replace(b"Regenboog", b"Regen" + bad + b"boog"), piece=piece)


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize(
    "body",
    [
        soap(f"<s:Body>{OP}</s:Body><s:Body>{OP}</s:Body>"),
        soap(f"<s:Body>{OP}{OP}</s:Body>"),
        soap(f"<s:Body>{OP}<x/></s:Body>"),
        soap(f"<s:Body>{OP}</s:Body><x/>"),
        soap(f"<s:Body>{OP}</s:Body><s:Header/>"),
        soap(f"<s:Header/><s:Header/><s:Body>{OP}</s:Body>"),
        soap(f"<x/><s:Body>{OP}</s:Body>"),
        soap(f"tekst<s:Body>{OP}</s:Body>"),
        soap(f"<s:Body>tekst{OP}</s:Body>"),
        soap(f"<s:Body>{OP}tekst</s:Body>"),
        soap(f"<s:Body>{OP}</s:Body>tekst"),
        soap(f"<s:Body><![CDATA[tekst]]>{OP}</s:Body>"),
        soap(f"<s:Envelope><s:Body>{OP}</s:Body></s:Envelope>"),
        soap(f"<s:Body><s:Body>{OP}</s:Body></s:Body>"),
        soap(f"<Body>{OP}</Body>"),
        soap(f'<t:Body xmlns:t="{SoapVersion.V12.value}">{OP}</t:Body>'),
        soap("<s:Body/>"),
        soap("<s:Body> </s:Body>"),
        soap("<s:Header/>"),
        soap(""),
    ],
)
def test_any_other_shape_of_envelope_is_refused(read: ReadAll, body: bytes, piece: int | None) -> None:
    with pytest.raises(MalformedMessage):
        read(body, piece=piece)


@pytest.mark.parametrize(
    "body",
    [
        OP.encode(),
        b"<Envelope/>",
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope"/>',
        b"<html/>",
        b"<s:Envelope/>",
    ],
)
def test_another_root_is_a_version_mismatch(read: ReadAll, body: bytes) -> None:
    with pytest.raises(VersionMismatch):
        read(body)


def test_an_envelope_of_the_other_version_than_the_content_type_says_is_refused(read: ReadAll) -> None:
    with pytest.raises(UnsupportedMediaType):
        read(GOOD, "application/soap+xml; charset=utf-8")
    with pytest.raises(UnsupportedMediaType):
        read(indienen(Push(), version=SoapVersion.V12).body, "text/xml; charset=utf-8")


@pytest.mark.parametrize(
    "payload",
    [
        "<verwijderAlles/>",
        f'<indienenHulpvraagResponse xmlns="{NS}"/>',
        '<indienenHulpvraag xmlns="urn:anders"/>',
        "<indienenHulpvraag/>",
    ],
)
def test_an_operation_that_the_contract_has_not_is_refused(read: ReadAll, payload: str) -> None:
    with pytest.raises(UnknownOperation):
        read(envelope(payload))


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<s:Body>", b'<s:Body x:y="z">'),
        (b"<school>", b"<x:school/><school>"),
        (b"<school>", b'<school xmlns:a="urn:a" a:b:c="d">'),
        (b"<s:Body>", b'<s:Body y="1" y="2">'),
    ],
)
def test_names_that_no_namespace_explains_are_refused(
    read: ReadAll, old: bytes, new: bytes, piece: int | None
) -> None:
    with pytest.raises(NotXml):
        read(GOOD.replace(old, new), piece=piece)


def before_school(xml: str) -> str:
    return push_xml(Push()).replace("<school>", f"{xml}<school>")


def on_school(attribute: str) -> str:
    return push_xml(Push()).replace("<school>", f"<school {attribute}>")


def in_titel(xml: str) -> str:
    return push_xml(Push(titel="MERK")).replace("MERK", xml)


BULK = {
    "depth": before_school("<a>" * 10_000),
    "attributes": on_school(" ".join(f'a{n}="x"' for n in range(20_000))),
    "one attribute": on_school(f'a="{"x" * 1_000_000}"'),
    "namespaces": on_school(" ".join(f'xmlns:n{n}="urn:{n}"' for n in range(50_000))),
    "elements": before_school("<a/>" * 1_000_000),
    "bijlagen": before_school("<bijlagen>" + "<bijlage/>" * 300_000 + "</bijlagen>"),
    "text": in_titel("x" * 20_000_000),
    "undeclared prefixes": before_school('<a x:a="" x:b="" x:c=""/>' * 30_000),
    "a name": before_school(f"<{'a' * 2_000_000}/>"),
    "a comment": before_school(f"<!--{'x' * 9_000_000}-->"),
    "comments": before_school("<!--x-->" * 1_000_000),
    "references": in_titel("&#65;" * 1_000_000),
    "whitespace": before_school(" " * 20_000_000),
    "a cdata section": in_titel(f"<![CDATA[{'x' * 9_000_000}]]>"),
}


def feed_all(reader: Reader, body: bytes) -> None:
    for start in range(0, len(body), 65536):
        reader.feed(body[start : start + 65536])


@pytest.mark.parametrize("payload", BULK.values(), ids=BULK.keys())
def test_bulk_is_refused_in_little_memory(payload: str) -> None:
    body = envelope(payload)
    reader = Reader(parse_framing("text/xml", ""), ReaderLimits())
    tracemalloc.start()
    try:
        with pytest.raises(MalformedMessage):
            feed_all(reader, body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * 1024 * 1024


@pytest.mark.parametrize("inside", ["<!--{}-->", "<![CDATA[{}]]>"])
def test_one_endless_token_inside_inhoud_is_refused(read: ReadAll, inside: str) -> None:
    body = GOOD.replace(b"bWVyaw==", inside.format("A" * 12_000_000).encode())
    with pytest.raises(MalformedMessage):
        read(body, piece=65536)


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize(
    "limits",
    [
        {"depth": 5},
        {"elements": 20},
        {"skeleton_bytes": 1000},
    ],
)
def test_each_limit_is_kept(read: ReadAll, limits: dict[str, int], piece: int | None) -> None:
    with pytest.raises(MalformedMessage):
        read(GOOD, limits=ReaderLimits(**limits), piece=piece)


def test_content_of_bijlagen_does_not_count_as_skeleton(read: ReadAll) -> None:
    raw = indienen(Push(files=tuple(File(content=b"x" * 300_000) for _ in range(5))))
    for piece in (1000, 65536, None):
        assert read(raw.body, limits=ReaderLimits(skeleton_bytes=8000), piece=piece).message


@pytest.mark.parametrize(
    "content_type",
    [
        "", "text/plain", "application/json", "text/html; charset=utf-8", "application/xml",
        "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
        "multipart/related; boundary=x",
        'multipart/related; type="text/xml"; boundary=x', ";;;=", "text/xml\x00", "x" * 10_000,
        'multipart/related; type="application/xop+xml"',
        f'multipart/related; type="application/xop+xml"; boundary={"x" * 71}',
        'multipart/related; type="application/xop+xml"; boundary=x; start-info="text/html"',
    ],
)  # fmt: skip
def test_any_other_content_type_is_refused(content_type: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        parse_framing(content_type, "")


def test_a_reader_that_refused_one_message_leaves_the_next_alone(read: ReadAll) -> None:
    for body in (b"<", b"<!DOCTYPE a>", soap(""), GOOD[:500]):
        with pytest.raises(MalformedMessage):
            read(body)
        assert read(GOOD).content == {1: b"merk"}
