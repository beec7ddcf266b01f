"""From bytes as they arrive to UTF-8 that libxml2 may read: UTF-8 and UTF-16, nothing else.

WS-I Basic Profile 1.1 (R4001-R4006) asks for both, the second by its byte order mark. libxml2 on its
own takes UTF-7, UTF-32 and every code page that iconv knows, in which a DOCTYPE hides from a
filter; so the parser is told UTF-8, and whatever declares another encoding is refused here.
"""

from __future__ import annotations

import codecs
import re

from adapters.parnassys.errors import NotXml, UnsupportedMediaType

_ALLOWED = frozenset({"", "utf-8", "utf8", "utf-16"})
_DECLARATION_BYTES = 1024  # no XML declaration is longer
_DECLARATION = re.compile(
    rb"<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:\"1\.0\"|'1\.0')"
    rb"(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*"
    rb"(?:\"([A-Za-z][A-Za-z0-9._-]*)\"|'([A-Za-z][A-Za-z0-9._-]*)'))?"
    rb"(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:\"(?:yes|no)\"|'(?:yes|no)'))?"
    rb"[ \t\r\n]*\?>"
)
_UTF16_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def check_charset(charset: str) -> str:
    """The charset of a Content-Type in lower case. Raises UnsupportedMediaType unless UTF-8 or UTF-16."""
    lowered = charset.strip().lower()
    if lowered not in _ALLOWED:
        raise UnsupportedMediaType("De charset wordt niet ondersteund. Verstuur het bericht als UTF-8.")
    return lowered


class Utf8Feed:
    """One document. `feed` gives UTF-8, once enough has come to know that it is."""

    __slots__ = ("_charset", "_chosen", "_decoder", "_held", "_settled")

    def __init__(self, charset: str) -> None:
        self._charset = charset  # lower case, "" if the Content-Type has none
        self._decoder: codecs.IncrementalDecoder | None = None  # for UTF-16 only
        self._chosen = False  # the byte order mark has been looked at
        self._held = b""  # the beginning, until the XML declaration is complete
        self._settled = False

    def feed(self, data: bytes) -> bytes:
        """Raises NotXml, UnsupportedMediaType."""
        if self._settled and self._decoder is None:
            return data
        if self._decoder is not None:
            data = self._recode(data, final=False)
        if self._settled:
            return data
        return self._begin(data, final=False)

    def close(self) -> bytes:
        """What was held back of a very short document. Raises NotXml if it stops halfway a character."""
        rest = self._recode(b"", final=True) if self._decoder is not None else b""
        return rest if self._settled else self._begin(rest, final=True)

    def _begin(self, data: bytes, *, final: bool) -> bytes:
        self._held += data
        if not self._chosen:
            if len(self._held) < 3 and not final:
                return b""
            self._choose_decoder()
        if not final and not _declaration_is_complete(self._held):
            return b""
        self._check_declaration()
        self._settled = True
        start, self._held = self._held, b""
        return start

    def _choose_decoder(self) -> None:
        self._chosen = True
        encoding = _UTF16_MARKS.get(self._held[:2])
        if encoding is not None:
            if self._charset in {"utf-8", "utf8"}:
                raise _contradiction()
            self._decoder = codecs.getincrementaldecoder(encoding)("strict")
            self._held = self._recode(self._held[2:], final=False)
        elif self._charset == "utf-16":
            raise _contradiction()
        elif self._held.startswith(codecs.BOM_UTF8):
            self._held = self._held[3:]

    def _recode(self, data: bytes, *, final: bool) -> bytes:
        assert self._decoder is not None  # noqa: S101 - only called for UTF-16
        try:
            text: str = self._decoder.decode(data, final)
            return text.encode("utf-8")
        except UnicodeError:
            raise NotXml("Het bericht is geen geldige UTF-16.") from None

    def _check_declaration(self) -> None:
        if self._held.startswith(codecs.BOM_UTF8):
            raise NotXml("Het bericht begint met meer dan één byte order mark.")
        if not self._held.startswith(b"<?xml"):
            return
        match = _DECLARATION.match(self._held)
        if match is None or match.end() > _DECLARATION_BYTES:
            raise NotXml("De XML-declaratie is ongeldig. Gebruik XML 1.0 in UTF-8.")
        declared = (match[1] or match[2] or b"").decode("ascii").lower()
        expected = {"", "utf-16"} if self._decoder is not None else {"", "utf-8", "utf8"}
        if declared not in expected:
            raise UnsupportedMediaType(
                "De codering in de XML-declaratie wordt niet ondersteund of klopt niet met de inhoud. "
                "Verstuur het bericht als UTF-8."
            )


def _declaration_is_complete(held: bytes) -> bool:
    """Whether it can be told by now which declaration there is, or that there is none."""
    if not held.startswith(b"<?xml"):
        return not (b"<?xml".startswith(held) or codecs.BOM_UTF8.startswith(held))
    return b"?>" in held or len(held) > _DECLARATION_BYTES


def _contradiction() -> UnsupportedMediaType:
    return UnsupportedMediaType(
        "De charset in Content-Type klopt niet met de inhoud. Verstuur het bericht als UTF-8."
    )
