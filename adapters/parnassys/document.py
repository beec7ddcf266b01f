"""The XML of a message: bytes in, callbacks to the envelope out, within the limits.

lxml calls back for each element and piece of text and keeps no tree. What it lets through and SOAP
does not (pitfalls.md, "XML and HTTP") is refused here, in `encoding` and in `envelope`.
"""

from __future__ import annotations

from lxml import etree

from adapters.parnassys.encoding import Utf8Feed
from adapters.parnassys.envelope import Envelope
from adapters.parnassys.errors import NotXml
from adapters.parnassys.limits import ReaderLimits
from dossier.errors import MalformedMessage

_SLICE_BYTES = 64 * 1024
_CHARACTERS_PER_PIECE = 16


class XmlDocument:
    """The XML of a message: bytes in, callbacks to the envelope out, within the limits."""

    __slots__ = (
        "_allowed_pieces",
        "_envelope",
        "_held",
        "_limits",
        "_parser",
        "_skeleton_bytes",
        "_stalled_bytes",
        "_utf8",
    )

    def __init__(self, charset: str, envelope: Envelope, limits: ReaderLimits) -> None:
        self._envelope = envelope
        self._limits = limits
        self._utf8 = Utf8Feed(charset)
        self._held = b""  # a carriage return at the end of a piece: its line feed may be in the next
        self._skeleton_bytes = 0
        self._stalled_bytes = 0
        self._allowed_pieces = float(limits.inhoud_pieces)
        # The encoding is forced: nothing in the document can choose another (see `encoding`).
        self._parser = etree.XMLParser(
            target=envelope,  # type: ignore[arg-type]  # the stubs allow bytes, lxml gives str
            encoding="utf-8",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )

    def feed(self, data: bytes) -> None:
        """Raises MalformedMessage, or a kind of it from `errors`."""
        data = self._single_line_ends(self._utf8.feed(data))
        if len(data) <= _SLICE_BYTES:
            self._feed_slice(data)
            return
        for start in range(0, len(data), _SLICE_BYTES):
            self._feed_slice(data[start : start + _SLICE_BYTES])

    def close(self) -> None:
        """Raises MalformedMessage, or a kind of it from `errors`."""
        self._feed_slice(self._single_line_ends(self._utf8.close()) + self._held)
        try:
            self._parser.close()
        except etree.XMLSyntaxError:
            raise _not_xml() from None

    def _single_line_ends(self, data: bytes) -> bytes:
        # XML 1.0, 2.11 has the parser do this. libxml2 calls back for every line when it does, which
        # makes base64 in lines of 76 characters seven times as slow to read.
        if self._held:
            data, self._held = self._held + data, b""
        if b"\r" not in data:
            return data
        if data.endswith(b"\r"):
            data, self._held = data[:-1], b"\r"
        # Of bytes, splitlines() knows CR, LF and CR LF only; five times as fast here as replace().
        lines = b"\n".join(data.splitlines())
        return lines + b"\n" if data.endswith((b"\n", b"\r")) else lines

    def _feed_slice(self, data: bytes) -> None:
        if not data:
            return
        envelope = self._envelope
        was_in_inhoud = envelope.in_inhoud
        envelope.moved = envelope.structure = False
        envelope.inhoud_characters = 0
        try:
            self._parser.feed(data)
        except etree.XMLSyntaxError:
            raise _not_xml() from None
        # An undeclared prefix is no error to libxml2, only an entry in a log that grows with each.
        if len(self._parser.feed_error_log):
            raise _not_xml()
        self._count(len(data), inhoud_only=was_in_inhoud and not envelope.structure)

    def _count(self, size: int, *, inhoud_only: bool) -> None:
        envelope = self._envelope
        self._stalled_bytes = 0 if envelope.moved else self._stalled_bytes + size
        limits = self._limits
        # Each slice is a piece by itself; what comes on top costs fifty times as much as its bytes.
        self._allowed_pieces += 1 + envelope.inhoud_characters / _CHARACTERS_PER_PIECE
        if envelope.inhoud_pieces > self._allowed_pieces:
            raise MalformedMessage(
                "De inhoud van een bijlage bestaat uit te veel losse stukken "
                "(tekenverwijzingen, CDATA of commentaar)."
            )
        if self._stalled_bytes > (limits.stalled_inhoud_bytes if inhoud_only else limits.stalled_bytes):
            raise MalformedMessage(
                "Het bericht bevat een te groot onderdeel (attribuut, CDATA of commentaar)."
            )
        if not inhoud_only:
            self._skeleton_bytes += size - envelope.inhoud_characters
            if self._skeleton_bytes > limits.skeleton_bytes:
                raise MalformedMessage("Het bericht is te groot, ook zonder de inhoud van de bijlagen.")


def _not_xml() -> NotXml:
    return NotXml("Het bericht is geen geldige XML.")
