"""The SOAP envelope as lxml's parser calls it out, element by element: never a tree of the whole.

    Envelope > Header? > blocks, then Envelope > Body > one operation > its fields.
    `bijlagen/bijlage/inhoud` leaves as events; all else becomes a small tree, the skeleton.

Anything out of this order, and everything that SOAP 1.1 section 3 forbids (DOCTYPE, processing
instructions), is refused at the moment it is seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from lxml import etree

from adapters.parnassys.addressing import HeaderReader
from adapters.parnassys.arrivals import Arrivals
from adapters.parnassys.base64_stream import Base64Stream
from adapters.parnassys.errors import NotXml, UnknownOperation, UnsupportedMediaType, VersionMismatch
from adapters.parnassys.events import Addressing, Event, OperationSeen
from adapters.parnassys.limits import ReaderLimits
from adapters.parnassys.names import (
    BIJLAGE,
    BIJLAGEN,
    ENVELOPES,
    INHOUD,
    NS,
    OPERATIONS,
    XMIME,
    XOP_INCLUDE,
    XSI,
    Operation,
    SoapVersion,
)
from dossier.errors import MalformedMessage

_NOTHING: Mapping[str, str] = {}
_NSMAP: Mapping[str | None, str] = {None: NS}
# Said of a value, and checked against the contract anyway.
_DROPPED_ATTRIBUTES = frozenset(
    {
        f"{{{XSI}}}type",
        f"{{{XSI}}}schemaLocation",
        f"{{{XSI}}}noNamespaceSchemaLocation",
        f"{{{XMIME}}}contentType",
    }
)
_BIJLAGEN_DEPTH, _BIJLAGE_DEPTH, _INHOUD_DEPTH = 4, 5, 6  # Envelope is 1


class _Region(IntEnum):
    """Where the parser is; what may come next depends on it."""

    DOCUMENT = 0
    ENVELOPE = 1
    HEADER = 2
    BODY = 3
    PAYLOAD = 4
    INHOUD = 5
    INCLUDE = 6


class Envelope:
    """The target of lxml's parser. Leaves its events in `events`."""

    def __init__(
        self,
        *,
        version: SoapVersion | None,
        soap_action: str,
        mtom: bool,
        limits: ReaderLimits,
        events: list[Event],
    ) -> None:
        self.events = events
        self.arrivals = Arrivals(events, limits.bijlage_bytes)  # MTOM parts use it too
        self.operation: Operation | None = None
        self.bijlagen: list[int | str | None] = []  # per bijlage: a number, a cid: reference, or None
        # What the reader looks at, and resets, around each slice it feeds.
        self.moved = False  # any callback at all
        self.structure = False  # an element began or ended
        self.inhoud_characters = 0
        self.inhoud_pieces = 0  # callbacks within it; grows over the whole message

        self.version = version  # as the Content-Type says, later as the envelope is; None: either
        self._soap_action = soap_action
        self._mtom = mtom
        self._limits = limits
        self._prefix = ""  # of the envelope's own elements
        self._region = _Region.DOCUMENT
        self._depth = 0
        self._elements = 0
        self._header_seen = False
        self._body_seen = False
        self._headers = HeaderReader(limits)
        self._builder = etree.TreeBuilder()
        self._in_bijlagen = False
        self._in_bijlage = False
        self._has_inhoud = False
        self._stream: Base64Stream | None = None

    @property
    def in_inhoud(self) -> bool:
        return self._region is _Region.INHOUD

    def addressing(self) -> Addressing:
        return self._headers.addressing()

    def payload(self) -> etree._Element:
        """The skeleton. Raises MalformedMessage if the message had no Body, or an empty one."""
        if self.operation is None:
            raise MalformedMessage("De Body van het bericht ontbreekt of is leeg.")
        return self._builder.close()

    # --- called by lxml; an exception from here comes out of parser.feed() ---

    def start(self, tag: str, attrib: Mapping[str, str]) -> None:
        self.moved = self.structure = True
        self._depth += 1
        self._elements += 1
        if self._depth > self._limits.depth:
            raise MalformedMessage("Het bericht is te diep genest.")
        if self._elements > self._limits.elements:
            raise MalformedMessage("Het bericht bevat te veel elementen.")
        if attrib and len(attrib) > self._limits.attributes:
            raise MalformedMessage("Een element heeft te veel attributen.")
        region = self._region
        if region is _Region.PAYLOAD:
            self._start_field(tag, attrib)
        elif region is _Region.HEADER:
            self._headers.start(tag, attrib, self._depth - 3)
        elif region is _Region.BODY:
            self._start_payload(tag, attrib)
        elif region is _Region.ENVELOPE:
            self._start_section(tag)
        elif region is _Region.DOCUMENT:
            self._start_envelope(tag)
        else:
            self._start_include(tag, attrib)

    def data(self, text: str) -> None:
        self.moved = True
        region = self._region
        if region is _Region.PAYLOAD:
            self._builder.data(text)
        elif region is _Region.INHOUD:
            self._inhoud_data(text)
        elif region is _Region.HEADER:
            self._headers.data(text)
        elif not text.isspace():
            raise MalformedMessage("Het bericht bevat tekst waar alleen elementen mogen staan.")

    def end(self, tag: str) -> None:
        self.moved = self.structure = True
        depth = self._depth
        self._depth -= 1
        region = self._region
        if region is _Region.PAYLOAD:
            self._end_field(tag, depth)
        elif region is _Region.INHOUD:
            self._end_inhoud(tag)
        elif region is _Region.HEADER:
            if depth == 2:
                self._region = _Region.ENVELOPE
            else:
                self._headers.end(depth - 3)
        elif region is _Region.INCLUDE:
            # Leaves the Include or, a level up, the inhoud around it.
            if depth == _INHOUD_DEPTH:
                self._region = _Region.PAYLOAD
                self._builder.end(tag)
        else:
            self._region = _Region.ENVELOPE if depth == 2 else _Region.DOCUMENT

    def comment(self, text: str) -> None:
        self.moved = True
        self.inhoud_pieces += self.in_inhoud

    def pi(self, target: str, data: str | None = None) -> None:
        raise NotXml("Het bericht bevat een verwerkingsinstructie. Die mag niet in een SOAP-bericht.")

    def doctype(self, name: str, public_id: str | None, system_url: str | None) -> None:
        raise NotXml("Het bericht bevat een DOCTYPE. Die mag niet in een SOAP-bericht.")

    def close(self) -> None:
        return

    # --- Envelope, Header, Body ---

    def _start_envelope(self, tag: str) -> None:
        version = ENVELOPES.get(tag)
        if version is None:
            raise VersionMismatch("Het bericht is geen SOAP 1.1- of SOAP 1.2-envelop.")
        if self.version not in {None, version}:
            raise UnsupportedMediaType(
                "De Content-Type hoort niet bij de SOAP-versie van het bericht: "
                "text/xml bij SOAP 1.1, application/soap+xml bij SOAP 1.2."
            )
        self.version = version
        self._prefix = f"{{{version.value}}}"
        self._region = _Region.ENVELOPE

    def _start_section(self, tag: str) -> None:
        if tag == self._prefix + "Body" and not self._body_seen:
            self._body_seen = True
            self._region = _Region.BODY
        elif tag == self._prefix + "Header" and not self._header_seen and not self._body_seen:
            self._header_seen = True
            self._region = _Region.HEADER
        else:
            raise MalformedMessage("De envelop mag alleen één Header en daarna één Body bevatten.")

    def _start_payload(self, tag: str, attrib: Mapping[str, str]) -> None:
        if self.operation is not None:
            raise MalformedMessage("De Body mag maar één element bevatten.")
        operation = OPERATIONS.get(tag)
        if operation is None:
            raise UnknownOperation("De bewerking in de Body bestaat niet. Zie de WSDL.")
        self._headers.check(operation, self._soap_action)
        self.operation = operation
        self._region = _Region.PAYLOAD
        self._build(tag, attrib, _NSMAP)
        self.events.append(OperationSeen(operation))

    # --- the operation and its fields ---

    def _start_field(self, tag: str, attrib: Mapping[str, str]) -> None:
        self._build(tag, attrib)
        depth = self._depth
        if depth == _INHOUD_DEPTH and self._in_bijlage and tag == INHOUD:
            self._start_inhoud()
        elif depth == _BIJLAGE_DEPTH and self._in_bijlagen and tag == BIJLAGE:
            self._in_bijlage = True
            self._has_inhoud = False
            self.bijlagen.append(None)
        elif depth == _BIJLAGEN_DEPTH:
            self._in_bijlagen = tag == BIJLAGEN and self.operation is not Operation.OPVRAGEN

    def _build(
        self, tag: str, attrib: Mapping[str, str], nsmap: Mapping[str | None, str] | None = None
    ) -> None:
        kept = _kept(attrib) if attrib else _NOTHING
        try:
            self._builder.start(tag, kept, nsmap)  # type: ignore[call-arg,arg-type]  # the stubs lag
        except ValueError:  # a name such as a:b:c, which libxml2's parser lets through
            raise NotXml("Het bericht is geen geldige XML.") from None

    def _end_field(self, tag: str, depth: int) -> None:
        self._builder.end(tag)
        if depth == _BIJLAGE_DEPTH:
            self._in_bijlage = False
        elif depth == 3:
            self._region = _Region.BODY

    # --- inhoud ---

    def _start_inhoud(self) -> None:
        veld = f"bijlagen/bijlage[{len(self.bijlagen)}]/inhoud"
        if self._has_inhoud:
            raise MalformedMessage(f"{veld} staat meer dan één keer in het bericht.", veld=veld)
        self._has_inhoud = True
        self._region = _Region.INHOUD
        self._stream = Base64Stream(veld)
        self.arrivals.begin()

    def _inhoud_data(self, text: str) -> None:
        self.inhoud_pieces += 1
        self.inhoud_characters += len(text)
        self.arrivals.data(self._open_stream().feed(text))

    def _end_inhoud(self, tag: str) -> None:
        self.arrivals.data(self._open_stream().finish())
        self.bijlagen[-1] = self.arrivals.end()
        self._stream = None
        self._region = _Region.PAYLOAD
        self._builder.end(tag)

    def _open_stream(self) -> Base64Stream:
        assert self._stream is not None  # noqa: S101 - the region is INHOUD
        return self._stream

    def _start_include(self, tag: str, attrib: Mapping[str, str]) -> None:
        veld = f"bijlagen/bijlage[{len(self.bijlagen)}]/inhoud"
        expected = self._mtom and self._region is _Region.INHOUD and tag == XOP_INCLUDE
        if not expected or self._open_stream().finish() or self.arrivals.size_bytes:
            raise MalformedMessage(f"{veld} mag alleen base64 bevatten, of één xop:Include.", veld=veld)
        href = attrib.get("href", "")
        if not href.startswith("cid:"):
            raise MalformedMessage(
                f"De xop:Include in {veld} moet met cid: naar een deel van het bericht verwijzen.", veld=veld
            )
        self.bijlagen[-1] = href[len("cid:") :]
        self._stream = None
        self._region = _Region.INCLUDE


def _kept(attrib: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in attrib.items() if name not in _DROPPED_ATTRIBUTES}
