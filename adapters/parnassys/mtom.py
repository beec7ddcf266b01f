"""MTOM/XOP: one part is the XML, every other part is the content of exactly one bijlage.

Parts come in any order. A reference is a cid: within the message, or it is refused: nothing is fetched.
"""

from __future__ import annotations

from urllib.parse import unquote

from adapters.parnassys.document import XmlDocument
from adapters.parnassys.encoding import check_charset
from adapters.parnassys.envelope import Envelope
from adapters.parnassys.framing import XOP, Framing, media
from adapters.parnassys.limits import ReaderLimits
from adapters.parnassys.multipart import Part
from dossier.errors import MalformedMessage


class MtomParts:
    """What the parts of one message are; a `multipart.PartHandler`."""

    def __init__(self, framing: Framing, envelope: Envelope, limits: ReaderLimits) -> None:
        self._framing = framing
        self._envelope = envelope
        self._arrivals = envelope.arrivals
        self._limits = limits
        self._document: XmlDocument | None = None
        self._in_root = False
        self._content_id = ""
        self._numbers: dict[str, int | None] = {}  # by Content-ID; None for an empty part

    def begin_part(self, part: Part) -> None:
        start = self._framing.start
        self._in_root = part.content_id == start if start else part.index == 0
        self._content_id = part.content_id
        if self._in_root:
            self._begin_root(part)
        elif not part.content_id or part.content_id in self._numbers:
            raise MalformedMessage("Een deel van het multipart-bericht heeft geen eigen Content-ID.")
        else:
            self._arrivals.begin()

    def part_data(self, data: bytes) -> None:
        if self._in_root and self._document is not None:
            self._document.feed(data)
            return
        self._arrivals.data(data)

    def end_part(self) -> None:
        if self._in_root:
            self._in_root = False
        else:
            self._numbers[self._content_id] = self._arrivals.end()

    def close(self) -> None:
        if self._document is None:
            raise MalformedMessage("Het multipart-bericht heeft geen deel met de SOAP-envelop.")
        self._document.close()

    def resolve(self, bijlagen: list[int | str | None]) -> tuple[int | None, ...]:
        """Each cid: reference to the number of its part; raises unless each part is used exactly once."""
        unused = dict(self._numbers)
        resolved: list[int | None] = []
        for position, bijlage in enumerate(bijlagen, start=1):
            if not isinstance(bijlage, str):
                resolved.append(bijlage)
                continue
            reference = bijlage if bijlage in unused else unquote(bijlage)
            if reference not in unused:
                veld = f"bijlagen/bijlage[{position}]/inhoud"
                raise MalformedMessage(
                    f"De xop:Include in {veld} verwijst naar een deel dat er niet is of al gebruikt is.",
                    veld=veld,
                )
            resolved.append(unused.pop(reference))
        if unused:
            raise MalformedMessage("Een deel van het multipart-bericht hoort bij geen enkele bijlage.")
        return tuple(resolved)

    def _begin_root(self, part: Part) -> None:
        if self._document is not None:
            raise MalformedMessage("Het multipart-bericht heeft meer dan één deel met de SOAP-envelop.")
        media_type, parameters = media(part.content_type or XOP)
        if media_type != XOP:
            raise MalformedMessage("Het deel met de SOAP-envelop moet application/xop+xml zijn.")
        charset = check_charset(parameters.get("charset", ""))
        self._document = XmlDocument(charset, self._envelope, self._limits)
