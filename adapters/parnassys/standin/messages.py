"""Message bytes made fast and without zeep: for the bench, and for tests that need exact bytes.

Everything here is invented. `indienen` and `controleren` take a `Push`; a field set to None is left out.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

import pybase64

from adapters.parnassys.names import NS, Operation, SoapVersion

_XOP = "http://www.w3.org/2004/08/xop/include"
BOUNDARY = "kindkans-proef"
ROOT_ID = "root@parnassys"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A bijlage to send."""

    naam: str | None = "verslag.txt"
    content: bytes | None = b"Verslag van het gesprek.\n"  # None: no inhoud element
    mediatype: str | None = "text/plain"
    omschrijving: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A hulpvraag to send, good unless told otherwise."""

    bericht_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    tijdstip: str = "2026-01-31T09:30:00+01:00"
    brin: str = "32DD"
    vestiging: str | None = None
    school: str = "De Regenboog"
    plaats: str = "Apeldoorn"
    leerling_id: str = "L-1001"
    voornamen: str = "Noor"
    tussenvoegsel: str | None = "de"
    achternaam: str | None = "Vries"
    geboortedatum: str | None = "2017-05-04"
    geslacht: str | None = "vrouw"
    groep: str | None = "5"
    hulpvraag_id: str = field(default_factory=lambda: f"H-{uuid.uuid4().hex[:12]}")
    soort: str = "extraOndersteuning"
    titel: str = "Ondersteuning bij lezen"
    omschrijving: str = "De leerling heeft moeite met begrijpend lezen."
    hulpvraagdatum: str = "2026-01-30"
    indiener: str = "A. Jansen"
    functie: str | None = "intern begeleider"
    email: str | None = "ib@deregenboog.example"
    toestemming_ouders: str = "true"
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMessage:
    """A body, and the headers that go with it."""

    body: bytes = field(repr=False)
    content_type: str
    soap_action: str

    def headers(self) -> dict[str, str]:
        headers = {"Content-Type": self.content_type}
        return headers | {"SOAPAction": f'"{self.soap_action}"'} if self.soap_action else headers


def indienen(
    push: Push,
    *,
    mtom: bool = False,
    version: SoapVersion = SoapVersion.V11,
    operation: Operation = Operation.INDIENEN,
    header: str = "",
) -> RawMessage:
    """indienenHulpvraag, or controlerenHulpvraag. `header` is XML for inside the SOAP Header."""
    payload = push_xml(push, operation, mtom=mtom)
    xml = envelope(payload, version=version, header=header)
    action = operation.action if version is SoapVersion.V11 else ""
    if not mtom:
        return RawMessage(body=xml, content_type=_content_type(version), soap_action=action)
    parts = [(f"bijlage{n}@parnassys", f.content) for n, f in enumerate(push.files, 1) if f.content]
    return RawMessage(
        body=multipart(xml, parts, start_info=version.content_type),
        content_type=multipart_content_type(version),
        soap_action=action,
    )


def opvragen(
    *,
    bericht_id: str | None = None,
    dossiernummer: int | None = None,
    version: SoapVersion = SoapVersion.V11,
) -> RawMessage:
    """opvragenStatus."""
    number = None if dossiernummer is None else str(dossiernummer)
    fields = _optional("berichtId", bericht_id) + _optional("dossiernummer", number)
    name = Operation.OPVRAGEN.value
    xml = envelope(f'<{name} xmlns="{NS}">{fields}</{name}>', version=version)
    action = Operation.OPVRAGEN.action if version is SoapVersion.V11 else ""
    return RawMessage(body=xml, content_type=_content_type(version), soap_action=action)


def envelope(payload: str, *, version: SoapVersion = SoapVersion.V11, header: str = "") -> bytes:
    head = f"<s:Header>{header}</s:Header>" if header else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<s:Envelope xmlns:s="{version.value}">{head}<s:Body>{payload}</s:Body></s:Envelope>'
    ).encode()


def push_xml(push: Push, operation: Operation = Operation.INDIENEN, *, mtom: bool = False) -> str:
    """The element in the Body."""
    files = "".join(_file(n, file, mtom=mtom) for n, file in enumerate(push.files, start=1))
    return (
        f'<{operation.value} xmlns="{NS}">'
        f"{_optional('berichtId', push.bericht_id)}{_optional('tijdstip', push.tijdstip)}"
        f"<school>{_optional('brin', push.brin)}{_optional('vestiging', push.vestiging)}"
        f"{_optional('naam', push.school)}{_optional('plaats', push.plaats)}</school>"
        f"<leerling>{_leerling(push)}</leerling><hulpvraag>{_hulpvraag(push)}</hulpvraag>"
        f"{f'<bijlagen>{files}</bijlagen>' if files else ''}</{operation.value}>"
    )


def multipart(
    xml: bytes,
    parts: Sequence[tuple[str, bytes]],
    *,
    start_info: str = "text/xml",
    root_last: bool = False,
) -> bytes:
    """An MTOM body: the envelope and (Content-ID, bytes) parts."""
    root = (
        f'Content-Type: application/xop+xml; charset=UTF-8; type="{start_info}"\r\n'
        f"Content-Transfer-Encoding: binary\r\nContent-ID: <{ROOT_ID}>\r\n\r\n"
    ).encode() + xml
    others = [
        (
            "Content-Type: application/octet-stream\r\n"
            f"Content-Transfer-Encoding: binary\r\nContent-ID: <{content_id}>\r\n\r\n"
        ).encode()
        + content
        for content_id, content in parts
    ]
    ordered = [*others, root] if root_last else [root, *others]
    delimiter = f"--{BOUNDARY}\r\n".encode()
    return b"".join(delimiter + part + b"\r\n" for part in ordered) + f"--{BOUNDARY}--\r\n".encode()


def multipart_content_type(version: SoapVersion = SoapVersion.V11) -> str:
    return (
        f'multipart/related; type="application/xop+xml"; boundary="{BOUNDARY}"; '
        f'start="<{ROOT_ID}>"; start-info="{version.content_type}"'
    )


def _leerling(push: Push) -> str:
    return (
        _optional("leerlingId", push.leerling_id)
        + _optional("voornamen", push.voornamen)
        + _optional("tussenvoegsel", push.tussenvoegsel)
        + _optional("achternaam", push.achternaam)
        + _optional("geboortedatum", push.geboortedatum)
        + _optional("geslacht", push.geslacht)
        + _optional("groep", push.groep)
    )


def _hulpvraag(push: Push) -> str:
    indiener = (
        _optional("naam", push.indiener) + _optional("functie", push.functie) + _optional("email", push.email)
    )
    return (
        _optional("hulpvraagId", push.hulpvraag_id)
        + _optional("soort", push.soort)
        + _optional("titel", push.titel)
        + _optional("omschrijving", push.omschrijving)
        + _optional("hulpvraagdatum", push.hulpvraagdatum)
        + f"<indiener>{indiener}</indiener>"
        + _optional("toestemmingOuders", push.toestemming_ouders)
    )


def _file(number: int, file: File, *, mtom: bool) -> str:
    return (
        f"<bijlage>{_optional('naam', file.naam)}{_optional('mediatype', file.mediatype)}"
        f"{_optional('omschrijving', file.omschrijving)}{_inhoud(number, file.content, mtom=mtom)}</bijlage>"
    )


def _inhoud(number: int, content: bytes | None, *, mtom: bool) -> str:
    if content is None:
        return ""
    if mtom and content:
        return f'<inhoud><i:Include xmlns:i="{_XOP}" href="cid:bijlage{number}%40parnassys"/></inhoud>'
    return f"<inhoud>{pybase64.b64encode(content).decode('ascii')}</inhoud>"


def _optional(name: str, text: str | None) -> str:
    return "" if text is None else f"<{name}>{escape(text)}</{name}>"


def _content_type(version: SoapVersion) -> str:
    if version is SoapVersion.V11:
        return "text/xml; charset=utf-8"
    return "application/soap+xml; charset=utf-8"
